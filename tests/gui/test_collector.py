"""The collector of garbage rests while the window starts, and is as it was when the window is gone."""

from __future__ import annotations

import gc

from manual_slop.gui.collector import Collector
from manual_slop.providers.litellm_loader import litellm


def test_it_rests_until_litellm_is_there_then_looks_at_what_came_later_and_is_left_as_it_was():
    before = gc.get_threshold()
    collector = Collector()
    try:
        assert not gc.isenabled()
        litellm()
        collector.keep()
        assert gc.isenabled()
        assert gc.get_freeze_count() > 100_000
        frozen = gc.get_freeze_count()
        collector.keep()
        assert gc.get_freeze_count() == frozen
    finally:
        collector.leave()
    assert (gc.get_threshold(), gc.get_freeze_count(), gc.isenabled()) == (before, 0, True)

"""A run is killed at any point, again and again: it goes on, does nothing twice, loses nothing, and merges nothing."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.support.run_kills import killed_often
from tests.support.scale import scaled


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kills", [scaled(4, 40)])
def test_nothing_is_done_twice_or_lost_by_kills(tmp_path: Path, kills: int):
    chance = random.Random(kills)
    tried = 0
    for round_ in range(100):
        if tried >= kills:
            break
        tried += killed_often(tmp_path / str(round_), chance, kills - tried)

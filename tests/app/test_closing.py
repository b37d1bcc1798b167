"""Closing the window while everything is under way: soon over, nothing left running, nothing lost."""

from __future__ import annotations

import time
from pathlib import Path

from manual_slop.app_controller import AppController
from manual_slop.store.shared import close_shared_stores
from tests.support.busyness import is_running, make_everything_busy, what_is_lost
from tests.support.patience import is_soon


def test_a_hung_provider_a_running_command_and_an_open_question_are_left_within_two_seconds(tmp_path: Path):
    number = 0

    def attempt() -> float:
        nonlocal number
        number += 1
        controller = AppController(tmp_path)
        make_everything_busy(controller, f"300.010{number}")
        began = time.monotonic()
        controller.close()
        close_shared_stores()
        took = time.monotonic() - began
        assert not is_running(f"300.010{number}")
        return took

    is_soon(attempt, seconds=2.0, tries=4)
    assert not what_is_lost("300.0101")

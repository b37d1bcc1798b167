"""Work behind the window: in the order it was asked for, from any thread, and over when the window is."""

from __future__ import annotations

import threading

import pytest

from manual_slop.app.app_state import AppState
from manual_slop.app.background import Background
from tests.support.patience import wait_until


@pytest.fixture
def background() -> Background:
    return Background(AppState(), lambda: None)


def test_a_lane_does_one_job_after_the_other_whoever_asks(background: Background):
    done: list[int] = []
    at_once = threading.Barrier(8)

    def ask(number: int) -> None:
        at_once.wait()
        background.do("lane", lambda: done.extend((number, number)))

    for thread in (threads := [threading.Thread(target=ask, args=(number,)) for number in range(8)]):
        thread.start()
    for thread in threads:
        thread.join()
    wait_until(lambda: len(done) == 16)
    assert done[::2] == done[1::2]
    background.end(1)


def test_a_job_that_asks_for_more_while_all_is_being_ended_is_not_heard(background: Background):
    begun, ended, late = threading.Event(), threading.Event(), threading.Event()

    def ask_on() -> None:
        for number in range(2_000):
            background.do(f"another {number}", begun.set)
            if ended.is_set():
                break

    background.do("lane", ask_on)
    assert begun.wait(60)
    background.end(5)
    ended.set()
    background.do("lane", late.set)
    background.do("one more", late.set)
    assert not late.wait(0.1)

"""A job in an executor stops within a moment when anybody says so, and asks in the inbox that everybody sees."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from manual_slop.conductor.duty import hands_of
from manual_slop.store.shared import shared_store
from manual_slop.store.store import Store
from manual_slop.values import paths
from manual_slop.values.approval import Answer
from manual_slop.values.track_commands import TrackCommand
from tests.support.approvals import command
from tests.support.crews import apart, planned
from tests.support.patience import is_soon, wait_until


@pytest.fixture
def elsewhere() -> Iterator[Store]:
    """The same store, opened as by another program."""
    shared_store().tracks.append("tea", planned(apart("a", "b")))
    shared_store().tracks.claim("tea")
    other = Store.open(paths.data_dir())
    yield other
    other.close()
    shared_store().close()


def stopped_after(elsewhere: Store, end: TrackCommand | str) -> float:
    """Seconds from a word to the end of a worker that waits for nothing else."""
    tracks = shared_store().tracks
    with hands_of("tea", "a", tracks.owner("tea")) as hands:
        assert not hands.cancel.requested
        if isinstance(end, TrackCommand):
            number = elsewhere.tracks.command("tea", end)
        else:
            elsewhere.tracks.stop("tea", "a", end)
        said = time.monotonic()
        assert hands.cancel.wait(60)
        took = time.monotonic() - said
    if isinstance(end, TrackCommand):
        elsewhere.tracks.append("tea", [], outcomes={number: "done"})
    elsewhere.tracks.stop("tea", "a", "")
    return took


@pytest.mark.parametrize("end", [TrackCommand("kill", "a"), TrackCommand("stop"), "too slow"], ids=str)
def test_a_worker_is_stopped_within_a_tenth_of_a_second(elsewhere: Store, end: TrackCommand | str):
    is_soon(lambda: stopped_after(elsewhere, end))


def test_what_is_about_another_ticket_stops_nothing(elsewhere: Store):
    with hands_of("tea", "a", shared_store().tracks.owner("tea")) as hands:
        elsewhere.tracks.command("tea", TrackCommand("kill", "b"))
        elsewhere.tracks.command("tea", TrackCommand("pause"))
        assert not hands.cancel.wait(0.2)


def test_a_worker_whose_run_is_gone_stops(elsewhere: Store):
    with hands_of("tea", "a", "0123456789abcdef") as hands:
        assert hands.cancel.requested


def test_what_a_worker_asks_is_answered_by_any_program_and_two_tracks_do_not_wait_for_each_other(
    elsewhere: Store, tmp_path: Path
):
    elsewhere.tracks.append("coffee", planned(apart("x")))
    elsewhere.tracks.claim("coffee")
    owner, other = shared_store().tracks.owner("tea"), elsewhere.tracks.owner("coffee")
    with ThreadPoolExecutor(2) as pool, hands_of("tea", "a", owner) as one, hands_of("coffee", "x", other) as two:
        assert one.inbox is not None
        assert two.inbox is not None
        first = pool.submit(one.inbox.ask, command("make tea"), "it runs a command")
        second = pool.submit(two.inbox.ask, command("make coffee"), "it runs a command")
        wait_until(lambda: len(elsewhere.inbox.pending()) == 2)
        (coffee,) = elsewhere.inbox.pending("coffee")
        assert elsewhere.inbox.answer(coffee.request.id, coffee.digest, Answer("approve", by="me"))
        assert second.result(60).kind == "approve"
        assert not first.done()
        (tea,) = elsewhere.inbox.pending("tea")
        elsewhere.inbox.answer(tea.request.id, tea.digest, Answer("refuse", reason="no tea", by="me"))
        assert first.result(60).reason == "no tea"

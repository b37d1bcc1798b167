"""Tracks as the window reads them from the store: what workers say, what they cost, and what is new."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from manual_slop.app.track_reader import TrackReader
from manual_slop.store.store import Store
from manual_slop.values.events import MessageFinished, SessionDescribed
from manual_slop.values.messages import Message, Text
from manual_slop.values.tickets import Ticket
from manual_slop.values.track_events import (
    GateOpened,
    RunStarted,
    TicketChanged,
    TrackChanged,
    TrackEvent,
    TrackPlanned,
)
from tests.support.entries import entry

FIRST, THEN = Ticket("a", "First", "Do it."), Ticket("b", "Then", "Do it.", depends_on=("a",))
PLAN = TrackPlanned("Sums", "mend", "/project", "e", "digest", "# Sums", (FIRST, THEN))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "store")
    yield opened
    opened.close()


def test_a_worker_is_heard_while_it_streams_and_afterwards(store: Store) -> None:
    at_work = TicketChanged("a", "running", attempt=1, model="rehearsal/demo", session_id="s")
    store.tracks.append("t", [PLAN, at_work])
    store.append("s", [SessionDescribed("s", "rehearsal/demo")])
    store.draft("s", "turn", "I am looking at").result()
    reader = TrackReader(store)
    assert tail(reader) == "I am looking at"
    said = Message("assistant", (Text("I am looking at calc.py."),))
    store.append("s", [MessageFinished(said, "stop")])
    assert tail(reader) == "I am looking at calc.py."
    assert tail(reader) == "I am looking at calc.py."


def test_a_track_is_the_same_value_until_something_happens_to_it(store: Store) -> None:
    store.tracks.append("t", [PLAN])
    reader = TrackReader(store)
    [before], _ = reader.read("/project")
    assert reader.read("/project")[0][0] is before
    assert [one.status for one in before.tickets] == ["ready", "todo"]
    events: list[TrackEvent] = [GateOpened("plan", "digest", "Ada"), TrackChanged("approved")]
    store.tracks.append("t", events)
    [after], _ = reader.read("/project")
    assert (before.approved, after.approved, after.status) == (False, True, "approved")


def test_each_call_is_told_once_and_costs_its_ticket(store: Store) -> None:
    store.tracks.append("t", [PLAN])
    reader = TrackReader(store)
    first = entry(track="t", ticket="a", tier="3", call_id="1", session_id="s")
    store.append("s", [SessionDescribed("s", "openai/gpt-4o", origin=first.origin), first])
    [track], calls = reader.read("/project")
    assert [one.call_id for one in calls] == ["1"]
    assert track.tickets[0].cost.calls == 1
    store.tracks.append("t", [TicketChanged("a", "done", attempt=1)])
    assert reader.read("/project")[1] == []


def test_a_run_whose_program_is_gone_is_not_shown_as_running(store: Store) -> None:
    store.tracks.append("t", [PLAN, RunStarted("run"), TrackChanged("running")])
    [track], _ = TrackReader(store).read("/project")
    assert (track.status, track.running) == ("stopped", False)


def test_tracks_of_other_projects_are_not_shown(store: Store) -> None:
    store.tracks.append("t", [PLAN])
    assert TrackReader(store).read("/elsewhere") == ((), [])


def tail(reader: TrackReader) -> str:
    [track], _ = reader.read("/project")
    return track.tickets[0].tail

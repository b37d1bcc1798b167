"""What happened to a track is kept in order, one program works on it, and what a person wants is done once."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from manual_slop.store.errors import StoreError
from manual_slop.store.store import Store
from manual_slop.store.watching import Watch, Watcher
from manual_slop.values.tickets import Verdict
from manual_slop.values.track_commands import TrackCommand
from manual_slop.values.track_events import (
    GateClosed,
    GateOpened,
    RunEnded,
    RunStarted,
    TicketChanged,
    TicketSet,
    TrackChanged,
    TrackEvent,
    TrackPlanned,
    VerdictGiven,
)
from tests.support.patience import wait_until
from tests.support.scale import scaled
from tests.support.shared import ROOT

PLAN = TrackPlanned("Parse dates", "dates everywhere", "/home/me/teapot", "dates", "d1gest")
EVERYTHING: list[TrackEvent] = [
    PLAN,
    GateOpened("plan", "d1gest", "me"),
    TrackChanged("running", by="me"),
    RunStarted("r1", step=True, loud=("merge",)),
    TicketChanged("t1", "running", attempt=1, model="acme/m1"),
    VerdictGiven("t1", 1, Verdict(passed=False, reasons=("red", "no tests"), checks="c"), "acme/m2"),
    TicketSet("t1", "acme/m3", "high", "me"),
    GateClosed("merge", "it changed"),
    RunEnded("r1", "all is done"),
]


@pytest.fixture(params=["disk", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "data" if request.param == "disk" else None)
    yield opened
    opened.close()


@contextmanager
def program(folder: Path, what: str) -> Iterator[subprocess.Popen[bytes]]:
    """Another program with the same store."""
    command = [sys.executable, "-m", "tests.store.programs.tracking", str(folder), what, "dates"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def test_what_happened_comes_back_as_it_was_and_in_order(store: Store):
    assert store.tracks.append("dates", EVERYTHING[:4]) == 4
    assert store.tracks.append("dates", EVERYTHING[4:]) == 9
    entries = list(store.tracks.events("dates"))
    assert [one.event for one in entries] == EVERYTHING
    assert [one.number for one in entries] == list(range(1, 10))
    assert [one.event for one in store.tracks.events("dates", after=7)] == EVERYTHING[7:]


def test_a_list_shows_where_each_track_stands(store: Store):
    store.tracks.append("dates", EVERYTHING)
    store.tracks.append("other", [TrackPlanned("Other", "", "/elsewhere", "", "d")])
    assert {one.id for one in store.tracks.list()} == {"dates", "other"}
    (summary,) = store.tracks.list("/home/me/teapot")
    assert (summary.title, summary.epic, summary.status, summary.events) == ("Parse dates", "dates", "running", 9)
    assert (summary.run_id, summary.running) == ("r1", False)
    store.tracks.move("dates", "/moved")
    assert store.tracks.summary("dates").project == "/moved"


def test_a_track_begins_with_its_plan(store: Store):
    with pytest.raises(StoreError, match="there is no track dates"):
        store.tracks.append("dates", [RunStarted("r1")])
    with pytest.raises(StoreError, match="there is no track dates"):
        store.tracks.summary("dates")
    assert not list(store.tracks.events("dates"))


def test_who_saw_less_than_there_is_adds_nothing(store: Store):
    store.tracks.append("dates", [PLAN], seen=0)
    with pytest.raises(StoreError, match="changed meanwhile"):
        store.tracks.append("dates", [TrackChanged("approved")], seen=0)
    assert store.tracks.append("dates", [TrackChanged("approved")], seen=1) == 2


def test_many_threads_add_without_a_gap_and_each_batch_in_one_piece(store: Store):
    store.tracks.append("dates", [PLAN])
    with ThreadPoolExecutor(8) as pool:
        list(
            pool.map(
                lambda at: store.tracks.append(
                    "dates", [TicketChanged(f"t{at}", "running"), TicketChanged(f"t{at}", "done")]
                ),
                range(100),
            )
        )
    entries = list(store.tracks.events("dates", after=1))
    assert [one.number for one in entries] == list(range(2, 202))
    tickets = [one.event.ticket for one in entries if isinstance(one.event, TicketChanged)]
    assert tickets[::2] == tickets[1::2]


def test_one_program_works_on_a_track_and_it_is_free_when_that_one_is_gone(tmp_path: Path):
    store = Store.open(tmp_path)
    store.tracks.append("dates", [PLAN])
    with program(tmp_path, "claim") as other:
        assert other.stdout
        assert other.stdout.readline() == b"claimed\n"
        assert store.tracks.summary("dates").running
        with pytest.raises(StoreError, match="is being worked on"):
            store.tracks.claim("dates")
        other.kill()
        other.wait()
    assert not store.tracks.summary("dates").running
    store.tracks.claim("dates")
    with pytest.raises(StoreError, match="is being worked on"):
        store.tracks.claim("dates")
    store.tracks.release("dates")
    store.tracks.claim("dates")


def test_a_killed_program_leaves_whole_batches(tmp_path: Path):
    chance = random.Random(1)
    store = Store.open(tmp_path)
    store.tracks.append("dates", [PLAN])
    for _ in range(scaled(2, 20)):
        with program(tmp_path, "append") as other:
            assert other.stdout
            told = [other.stdout.readline() for _ in range(chance.randrange(1, 20))]
            time.sleep(chance.random() * 0.02)
            other.kill()
            told += other.stdout.readlines()
        entries = list(store.tracks.events("dates"))
        assert [one.number for one in entries] == list(range(1, len(entries) + 1))
        done = [one.event for one in entries[1:]]
        tickets = [one.ticket for one in done if isinstance(one, TicketChanged)]
        assert tickets[::2] == tickets[1::2]
        assert {f"t{int(line)}" for line in told if line.endswith(b"\n")} <= set(tickets)


def test_commands_are_taken_once_and_in_order(store: Store):
    store.tracks.append("dates", [PLAN])
    commands = [TrackCommand("pause", by="me"), TrackCommand("block", "t1", "not now", "me"), TrackCommand("resume")]
    numbers = [store.tracks.command("dates", one) for one in commands]
    waiting = store.tracks.commands("dates")
    assert [one for _, one in waiting] == commands
    assert store.tracks.outcome(numbers[0]) is None
    store.tracks.append("dates", [TrackChanged("paused", by="me")], outcomes={numbers[0]: "paused"})
    assert store.tracks.outcome(numbers[0]) == "paused"
    assert [number for number, _ in store.tracks.commands("dates")] == numbers[1:]
    store.tracks.append("dates", [], outcomes=dict.fromkeys(numbers, "again"))
    assert [store.tracks.outcome(number) for number in numbers] == ["paused", "again", "again"]
    with pytest.raises(StoreError, match="there is no track"):
        store.tracks.command("none", TrackCommand("pause"))


def test_a_worker_is_told_to_stop_by_the_run_by_a_person_and_by_the_end_of_the_run(store: Store):
    store.tracks.append("dates", [PLAN])
    store.tracks.claim("dates")
    owner = store.tracks.owner("dates")
    assert store.tracks.why_stop("dates", "t1", owner) == ""
    store.tracks.stop("dates", "t1", "too slow")
    assert store.tracks.why_stop("dates", "t1", owner) == "too slow"
    assert store.tracks.why_stop("dates", "t2", owner) == ""
    store.tracks.stop("dates", "t1", "")
    assert store.tracks.why_stop("dates", "t1", owner) == ""
    killed = store.tracks.command("dates", TrackCommand("kill", "t2", by="me"))
    assert store.tracks.why_stop("dates", "t2", owner) == "ended by a person"
    assert store.tracks.why_stop("dates", "t1", owner) == ""
    store.tracks.append("dates", [], outcomes={killed: "done"})
    assert store.tracks.why_stop("dates", "t2", owner) == ""
    store.tracks.command("dates", TrackCommand("stop", by="me"))
    assert store.tracks.why_stop("dates", "t1", owner) == "stopped by a person"
    store.tracks.release("dates")
    assert store.tracks.why_stop("dates", "t1", "somebody who is gone")


def test_work_of_a_run_that_was_killed_is_to_stop(tmp_path: Path):
    store = Store.open(tmp_path)
    store.tracks.append("dates", [PLAN])
    with program(tmp_path, "claim") as other:
        assert other.stdout
        other.stdout.readline()
        owner = store.tracks.owner("dates")
        assert store.tracks.why_stop("dates", "t1", owner) == ""
        other.kill()
        other.wait()
    assert store.tracks.why_stop("dates", "t1", owner) == "the run that began it has ended"


def test_what_is_written_by_anybody_is_noticed(tmp_path: Path):
    mine, other = Store.open(tmp_path), Store.open(tmp_path)
    watch = Watch(mine.database)
    assert watch.changed()
    assert not watch.changed()
    other.tracks.append("dates", [PLAN])
    assert watch.changed()
    mine.tracks.append("dates", [TrackChanged("approved")])
    assert watch.changed()
    assert not watch.changed()
    watch.close()
    told: list[int] = []
    watcher = Watcher(mine.database, 0.001)
    forget = watcher.listen(lambda: told.append(mine.tracks.summary("dates").events))
    other.tracks.append("dates", [TrackChanged("running")])
    wait_until(lambda: told and told[-1] == 3)
    forget()
    watcher.close()

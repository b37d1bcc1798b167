"""A run of the conductor is killed at random points until its track is done, and looked at each time."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from manual_slop.conductor.approving import approve, proposal
from manual_slop.conductor.plan_files import open_project, write_track
from manual_slop.conductor.track_state import TrackState
from manual_slop.store.store import Store
from manual_slop.values import paths
from manual_slop.values.tickets import Ticket, Track
from manual_slop.values.track_events import GateOpened, TicketChanged
from tests.support.repositories import git
from tests.support.shared import ROOT
from tests.support.works import sums

TICKETS = (
    *(Ticket(f"a{at}", f"Make a{at}", "write a file", files=(f"a{at}.txt",)) for at in range(8)),
    *(
        Ticket(f"b{at}", f"Make b{at}", "write a file", depends_on=(f"a{at}", f"a{at + 4}"), files=(f"b{at}.txt",))
        for at in range(4)
    ),
    Ticket("c", "Make c", "write a file", depends_on=("b0", "b1", "b2", "b3"), files=("c.txt",)),
)


def prepared(folder: Path) -> Path:
    """A project with an approved track; its folder."""
    project = folder / "project"
    sums(project)
    workspace = open_project(project)
    write_track(workspace, Track("many", "Many files", "files", "# Many", TICKETS))
    store = Store.open(paths.data_dir())
    approve(store, proposal(store, workspace, "many"), "me")
    store.close()
    return project


def started(unknown: str) -> subprocess.Popen[str]:
    program = ["tests.conductor.programs.working", str(paths.data_dir().parent), "many", unknown, "8"]
    return subprocess.Popen([sys.executable, "-m", *program], cwd=ROOT, stdout=subprocess.PIPE, text=True)


def killed_often(folder: Path, chance: random.Random, most: int) -> int:
    """One track, with its program killed at random points until it is done; how often.

    Work is kept unseen once at most: where it had only begun, that costs one of the two attempts at its ticket.
    """
    folder.mkdir()
    paths.live_in(folder / "home")
    project = prepared(folder)
    before = git(project, "rev-parse", "main")
    kills, once = 0, ["keep"]
    while kills < most:
        with started(once.pop() if once and chance.random() < 1 / 3 else "retry") as process:
            assert process.stdout
            assert process.stdout.readline() == "begun\n"
            time.sleep(0.1 + chance.random() * 1.5)
            if process.poll() is not None:
                break
            process.kill()
            kills += 1
        check_halfway(project)
    with started("retry") as process:
        said, _ = process.communicate(timeout=300)
    assert said.splitlines()[-1] == "all is done"
    check_end(project, before.strip())
    return kills or 1


def check_halfway(project: Path) -> None:
    """What the store says is done is on the track's branch, and what is there is whole."""
    store = Store.open(paths.data_dir())
    state = TrackState("many", (entry.event for entry in store.tracks.events("many")))
    store.close()
    done = {name for name, one in state.states.items() if one.status == "done"}
    there = set(git(project, "ls-tree", "--name-only", "mma/many").split()) if done else set()
    assert {f"{name}.txt" for name in done} <= there


def check_end(project: Path, before: str) -> None:
    store = Store.open(paths.data_dir())
    events = [entry.event for entry in store.tracks.events("many")]
    state = TrackState("many", events)
    store.close()
    assert {one.status for one in state.states.values()} == {"done"}
    assert state.status == "mergeable"
    finished = Counter(one.ticket for one in events if isinstance(one, TicketChanged) and one.status == "done")
    assert set(finished.values()) == {1}
    assert [one.gate for one in events if isinstance(one, GateOpened)] == ["plan"]
    assert git(project, "rev-parse", "main").strip() == before
    titles = git(project, "log", "--format=%s", "main..mma/many").splitlines()
    assert sorted(titles) == sorted(f"Make {ticket.id}" for ticket in TICKETS)
    begun = Counter(
        (one.ticket, one.attempt) for one in events if isinstance(one, TicketChanged) and one.status == "running"
    )
    notes = Counter(
        tuple(line.split()[1:]) for line in (paths.data_dir() / "notes").read_text().splitlines() if "work" in line
    )
    for (ticket, attempt), times in notes.items():
        assert times <= begun[ticket, int(attempt)]

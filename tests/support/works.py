"""A small real project under git with a test that fails, and what the conductor needs to have it worked on."""

from __future__ import annotations

from pathlib import Path

from manual_slop.conductor import worktrees
from manual_slop.conductor.git import Person
from manual_slop.conductor.jobs import ReviewJob, WorkerJob, WorkerResult
from manual_slop.conductor.worktrees import Place, Repository
from manual_slop.values.tickets import Ticket, Track
from tests.support.repositories import git

ADA = Person("Ada", "ada@example.org")
MEND = Ticket(
    "mend-add",
    "Mend add",
    "Fix the failing test in test_calc.py.",
    files=("calc.py",),
    acceptance=("`python3 -m unittest`", "add adds"),
)


def sums(folder: Path) -> Repository:
    """A project whose `add` subtracts, and whose test says so."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q", "-b", "main")
    (folder / "calc.py").write_text("def add(a, b):\n    return a - b\n\n\ndef mul(a, b):\n    return a * b\n")
    (folder / "test_calc.py").write_text(
        "import unittest\nfrom calc import add\n\n\nclass Sums(unittest.TestCase):\n"
        "    def test_add(self):\n        self.assertEqual(add(2, 3), 5)\n"
    )
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "first")
    found = worktrees.find_repository(folder)
    assert found is not None
    return found


def job(
    repository: Repository, place: Place, ticket: Ticket = MEND, *, model: str = "rehearsal/demo", attempt: int = 1
) -> WorkerJob:
    """An attempt at a ticket."""
    return WorkerJob("run-1", "t1", ticket, attempt, model, repository.project, place, epic="e1")


def review_job(done: WorkerJob, result: WorkerResult, model: str = "rehearsal/demo") -> ReviewJob:
    """The review of what came of it."""
    return ReviewJob(
        done.run_id, done.track_id, done.ticket, done.attempt, model, done.project, done.place, result, epic=done.epic
    )


def write(place: Place, name: str, text: str) -> None:
    """A file that a worker wrote."""
    path = Path(place.project, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def worked(repository: Repository, ticket: str, *, track: str = "t1", **files: str) -> str:
    """A ticket's work, put on the track's branch: `calc_py` is `calc.py`. The commit there."""
    place = worktrees.open_worktree(repository, track, ticket)
    for name, text in files.items():
        write(place, name.replace("_py", ".py"), text)
    commit = worktrees.commit_all(place, f"{ticket}\n", ADA)
    done = worktrees.integrate(repository, track, commit, f"{ticket}\n", ADA)
    assert done.commit, done.clashes
    return done.commit


def a_track(*tickets: Ticket) -> Track:
    """A track of these tickets."""
    return Track("t1", "Sums", "make the sums right", "# Sums", tickets)

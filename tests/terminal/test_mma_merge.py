"""`mma merge`, as somebody types it: what is shown, what opens the gate, and what does not."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from manual_slop import cli
from manual_slop.conductor.track_state import plan_digest
from manual_slop.conductor.worktrees import Repository
from manual_slop.store.shared import close_shared_stores, shared_store
from manual_slop.terminal.screen import screen
from manual_slop.values.tickets import Ticket, Verdict
from manual_slop.values.track_events import GateOpened, TicketChanged, TrackPlanned, VerdictGiven
from tests.support.repositories import git
from tests.support.works import MEND, sums, worked

_MENDED = "def add(a, b):\n    return a + b\n"
Run = Callable[..., tuple[int, str, str]]


class Terminal(io.TextIOWrapper):
    """Somebody who types at a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """`mma merge t1` with these words; with a person who types `says`, else with nobody there."""

    def run(*words: str, says: str | None = None) -> tuple[int, str, str]:
        typed = io.BytesIO((says or "").encode())
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(typed) if says is None else Terminal(typed))
        screen.cache_clear()
        code = cli.run(["mma", "merge", "t1", *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    yield run
    screen.cache_clear()
    close_shared_stores()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a track whose one ticket is done."""
    track(sums(tmp_path / "project"), MEND)
    return tmp_path / "project"


def track(repository: Repository, *tickets: Ticket, done: bool = True) -> None:
    """An approved track; its first ticket's work mends `add`."""
    worked(repository, tickets[0].id, calc_py=_MENDED)
    digest = plan_digest("# Sums", tickets)
    planned = TrackPlanned("Sums", "make the sums right", repository.project, "e1", digest, "# Sums", tickets)
    verdict = VerdictGiven(tickets[0].id, 1, Verdict(True, ("the sums are right",)), "rehearsal/demo")
    ends = [TicketChanged(one.id, "done" if done or one is tickets[0] else "failed", "…") for one in tickets]
    shared_store().tracks.append("t1", [planned, GateOpened("plan", digest, "Ada"), verdict, *ends])


def subjects(project: Path) -> list[str]:
    """The commits on the person's branch, the latest first."""
    return git(project, "log", "--first-parent", "--format=%s", "main").splitlines()


def test_diff_tests_and_verdict_are_shown_and_a_yes_merges(project: Path, run: Run) -> None:
    """In this order: what changes, whether it holds, who says so, and the question."""
    code, out, err = run(says="y\n")
    assert code == 0
    assert "+    return a + b" in out
    assert "$ python3 -m unittest: passed" in out
    assert "the sums are right" in out
    assert "merge this into main? [y/N]" in err
    assert "merged into main as" in err
    assert subjects(project) == ["Merge track t1: Sums", "first"]
    assert (project / "calc.py").read_text() == _MENDED


@pytest.mark.parametrize("says", ["n\n", "\n", "", "yes please\n"])
def test_anything_else_merges_nothing(project: Path, run: Run, says: str) -> None:
    """Enter alone is no."""
    assert run(says=says)[0] == 8
    assert subjects(project) == ["first"]


def test_where_nobody_can_be_asked_the_digest_of_what_was_shown_merges(project: Path, run: Run) -> None:
    """And no other; the words tell how."""
    code, _, err = run()
    assert code == 2
    digest = err.rsplit("--digest ", 1)[1].split()[0]
    assert run("--digest", "0" * 12)[0] == 8
    assert run("--digest", digest[:6])[0] == 8
    assert subjects(project) == ["first"]
    assert run("--digest", digest)[0] == 0
    assert subjects(project) == ["Merge track t1: Sums", "first"]


def test_yes_merge_is_loud(project: Path, run: Run) -> None:
    """Nobody overlooks that nobody looked."""
    code, _, err = run("--yes-merge")
    assert code == 0
    assert "THE MERGE GATE IS OPENED WITHOUT A PERSON LOOKING" in err


def test_yes_merge_is_not_for_what_somebody_should_have_looked_at(tmp_path: Path, run: Run) -> None:
    """Tickets that failed, or checks; a person who sees them may still say yes."""
    rest = Ticket("rest", "The rest", "…", acceptance=("`false`",))
    track(sums(tmp_path / "project"), MEND, rest, done=False)
    code, _, err = run("--yes-merge")
    assert code == 8
    assert "not done: rest" in err
    assert run(says="y\n")[0] == 0
    assert subjects(tmp_path / "project") == ["Merge track t1: Sums", "first"]


def test_programs_read_it_as_json_and_open_the_gate_by_its_digest(project: Path, run: Run) -> None:
    """Without a digest they only look."""
    code, out, _ = run("--json")
    shown = json.loads(out)
    assert code == 8
    assert (shown["type"], shown["track"], shown["merged"], shown["onto"]) == ("merge", "t1", False, "main")
    assert shown["files"] == [{"path": "calc.py", "how": "changed"}]
    assert shown["checks"] == [{"command": "python3 -m unittest", "passed": True, "how": "exit code 0"}]
    code, out, _ = run("--json", "--digest", shown["digest"])
    merged = json.loads(out)
    assert code == 0
    assert merged["merged"]
    assert merged["commit"] == git(project, "rev-parse", "main").strip()


def test_what_stands_in_the_way_is_said_and_nothing_is_merged(project: Path, run: Run) -> None:
    """In words and in JSON."""
    (project / "calc.py").write_text("# mine\n")
    code, _, err = run("--yes-merge")
    assert code == 8
    assert "not merged: you changed files that the merge changes too: calc.py" in err
    assert "calc.py" in json.loads(run("--json", "--yes-merge")[1])["error"]
    assert (project / "calc.py").read_text() == "# mine\n"


def test_a_track_that_is_not_there_is_said_to_be_missing(run: Run) -> None:
    """With where to look."""
    code, _, err = run()
    assert code == 2
    assert "there is no track t1" in err


def test_a_diff_cannot_command_the_terminal(tmp_path: Path, run: Run) -> None:
    """What a worker wrote is shown, not obeyed."""
    repository = sums(tmp_path / "project")
    worked(repository, "other", evil_py="x = '\x1b[2J\x1b]0;owned\x07'\n")
    track(repository, MEND)
    _, out, err = run(says="n\n")
    assert "\x1b]" not in out + err
    assert "␛[2J" in out

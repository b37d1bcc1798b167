"""The merge gate on real repositories: what is shown is what is merged, and nothing else changes, whatever happens."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from manual_slop.conductor import merging, worktrees
from manual_slop.conductor.crew import Hands
from manual_slop.conductor.git import GitFailed
from manual_slop.conductor.mending import mend
from manual_slop.conductor.merge_gate import merge_gate
from manual_slop.conductor.merging import MergeRefused, Offer
from manual_slop.conductor.track_state import TrackState, plan_digest
from manual_slop.conductor.worktrees import Repository
from manual_slop.store.errors import StoreError
from manual_slop.store.shared import shared_store
from manual_slop.values.tickets import Ticket
from manual_slop.values.track_events import GateClosed, GateOpened, TicketChanged, TrackPlanned
from tests.support.editing import tree
from tests.support.patience import wait_until
from tests.support.repositories import git
from tests.support.works import ADA, MEND, a_track, sums, worked

_MENDED = "def add(a, b):\n    return a + b\n\n\ndef mul(a, b):\n    return a * b\n"


def _offer(repository: Repository, *, again: bool = False) -> Offer:
    return merging.offer(repository, a_track(MEND), (MEND,), Hands(), again=again)


def _ready(folder: Path) -> tuple[Repository, Offer]:
    repository = sums(folder)
    worked(repository, MEND.id, calc_py=_MENDED)
    return repository, _offer(repository)


def _files(folder: Path) -> dict[str, tuple[bytes | None, int]]:
    return {name: what for name, what in tree(folder).items() if name != ".git" and not name.startswith(".git/")}


def test_an_offer_shows_the_diff_and_real_tests_and_touches_nothing_of_the_persons(tmp_path: Path) -> None:
    """Neither their files nor their branch; made again it is the same."""
    repository = sums(tmp_path / "project")
    worked(repository, MEND.id, calc_py=_MENDED)
    before, head = _files(tmp_path / "project"), git(tmp_path / "project", "rev-parse", "main")
    offer = _offer(repository)
    assert "+    return a + b" in offer.diff
    assert [(check.command, check.passed) for check in offer.checks] == [("python3 -m unittest", True)]
    assert offer.tested
    assert _offer(repository) == offer
    assert _files(tmp_path / "project") == before
    assert git(tmp_path / "project", "rev-parse", "main") == head
    assert len(git(tmp_path / "project", "worktree", "list").splitlines()) == 2


def test_the_merge_is_one_commit_on_the_persons_branch_and_the_files_follow(tmp_path: Path) -> None:
    """What they have lying about, and is not touched, stays."""
    repository, offer = _ready(tmp_path / "project")
    (tmp_path / "project" / "notes.txt").write_text("mine\n")
    (tmp_path / "project" / "test_calc.py").write_text("# mine, not committed\n")
    merging.merge(repository, offer)
    assert (tmp_path / "project" / "calc.py").read_text() == _MENDED
    assert (tmp_path / "project" / "test_calc.py").read_text() == "# mine, not committed\n"
    assert git(tmp_path / "project", "log", "--first-parent", "--format=%s").splitlines() == [
        "Merge track t1: Sums",
        "first",
    ]
    assert git(tmp_path / "project", "log", "--format=%s", "main^1..main").splitlines() == [
        "Merge track t1: Sums",
        "mend-add",
    ]
    assert merging.tidy(repository, "t1", [MEND.id]) == ()
    assert len(git(tmp_path / "project", "worktree", "list").splitlines()) == 1
    assert git(tmp_path / "project", "branch", "--list", "--all").split() == ["*", "main"]


@pytest.mark.parametrize("staged", [False, True])
def test_files_of_the_persons_that_are_in_the_way_are_left_alone(tmp_path: Path, staged: bool) -> None:
    """They are named, and nothing is merged."""
    repository, offer = _ready(tmp_path / "project")
    (tmp_path / "project" / "calc.py").write_text("# mine\n")
    if staged:
        git(tmp_path / "project", "add", "calc.py")
    before = _files(tmp_path / "project")
    with pytest.raises(MergeRefused, match=r"you changed files that the merge changes too: calc\.py"):
        merging.merge(repository, offer)
    assert _files(tmp_path / "project") == before
    assert mend(repository, "t1") == ""


@pytest.mark.parametrize("ignored", [False, True])
def test_an_untracked_file_in_the_way_is_not_overwritten(tmp_path: Path, ignored: bool) -> None:
    """Also not where git ignores it."""
    repository = sums(tmp_path / "project")
    worked(repository, "one", new_py="theirs\n")
    offer = _offer(repository)
    (tmp_path / "project" / "new.py").write_text("mine\n")
    if ignored:
        (tmp_path / "project" / ".git" / "info").mkdir(exist_ok=True)
        (tmp_path / "project" / ".git" / "info" / "exclude").write_text("new.py\n")
    with pytest.raises(MergeRefused, match=r"new\.py"):
        merging.merge(repository, offer)
    assert (tmp_path / "project" / "new.py").read_text() == "mine\n"
    assert mend(repository, "t1") == ""


def test_another_commit_on_either_side_is_another_offer(tmp_path: Path) -> None:
    """The old one cannot be merged any more."""
    repository, offer = _ready(tmp_path / "project")
    worked(repository, "more", more_py="x = 1\n")
    with pytest.raises(MergeRefused, match="has moved since"):
        merging.merge(repository, offer)
    second = _offer(repository)
    git(tmp_path / "project", "commit", "-q", "--allow-empty", "-m", "mine")
    with pytest.raises(MergeRefused, match="has moved since"):
        merging.merge(repository, second)
    assert len({offer.digest, second.digest, _offer(repository).digest}) == 3


def test_an_offer_holds_what_both_sides_did_and_is_tested_as_that(tmp_path: Path) -> None:
    """The person went on with their branch meanwhile."""
    repository = sums(tmp_path / "project")
    worked(repository, MEND.id, calc_py=_MENDED)
    (tmp_path / "project" / "mine.py").write_text("x = 1\n")
    git(tmp_path / "project", "add", ".")
    git(tmp_path / "project", "commit", "-q", "-m", "mine")
    offer = _offer(repository)
    assert [one.path for one in offer.files] == ["calc.py"]
    merging.merge(repository, offer)
    assert (tmp_path / "project" / "mine.py").is_file()
    assert (tmp_path / "project" / "calc.py").read_text() == _MENDED


def test_a_clash_with_the_persons_branch_is_shown_and_nothing_is_merged(tmp_path: Path) -> None:
    """Both sides, by file."""
    repository = sums(tmp_path / "project")
    worked(repository, MEND.id, calc_py=_MENDED)
    (tmp_path / "project" / "calc.py").write_text("def add(a, b):\n    return sum((a, b))\n")
    git(tmp_path / "project", "commit", "-q", "-a", "-m", "mine")
    offer = _offer(repository)
    assert [clash.path for clash in offer.clashes] == ["calc.py"]
    assert offer.digest == ""
    with pytest.raises(MergeRefused, match="clash"):
        merging.merge(repository, offer)


def test_failing_tests_are_part_of_what_is_shown(tmp_path: Path) -> None:
    """And of the digest."""
    repository = sums(tmp_path / "project")
    worked(repository, "one", more_py="x = 1\n")
    offer = _offer(repository)
    assert [check.passed for check in offer.checks] == [False]
    assert not offer.tested
    assert "-1 != 5" in offer.checks[0].output


@pytest.mark.parametrize("how", ["detached", "merging"])
def test_a_repository_in_the_middle_of_something_is_left_to_the_person(tmp_path: Path, how: str) -> None:
    """No branch checked out, or a merge of their own under way."""
    repository, offer = _ready(tmp_path / "project")
    if how == "detached":
        git(tmp_path / "project", "checkout", "-q", "--detach")
    else:
        (tmp_path / "project" / ".git" / "MERGE_HEAD").write_text(f"{offer.base}\n")
    with pytest.raises(MergeRefused, match=r"you are on no branch|in the middle of something"):
        merging.merge(repository, offer)


def _break_off(repository: Repository, offer: Offer, dice: random.Random) -> None:
    """Leave the files as a merge does that is killed somewhere in the middle."""
    project = Path(repository.top)
    git(project, "update-ref", merging.merging_ref("t1"), offer.commit)
    for changed in offer.files:
        for name in filter(None, (changed.old, changed.path)):
            done = dice.choice(["nothing", "gone", "half", "whole"])
            wanted = git(project, "cat-file", "blob", f"{offer.commit}:{name}", check=False)
            if done == "gone" or (done in ("half", "whole") and changed.how == "deleted"):
                (project / name).unlink(missing_ok=True)
            elif done in ("half", "whole") and wanted:
                (project / name).parent.mkdir(parents=True, exist_ok=True)
                (project / name).write_text(wanted if done == "whole" else wanted[: len(wanted) // 2])
    if dice.random() < 0.5:
        git(
            project,
            "reset",
            "-q",
            offer.commit,
            "--",
            *(name for one in offer.files for name in (one.path, one.old) if name),
        )
    if dice.random() < 0.5:
        (project / ".git" / "index.lock").write_text("")


@pytest.mark.parametrize("seed", range(12))
def test_a_merge_that_was_broken_off_anywhere_is_taken_back_and_can_be_done_again(tmp_path: Path, seed: int) -> None:
    """Files, index and branch are as before it, what the person had lying about too."""
    project = tmp_path / "project"
    repository = sums(project)
    place = worktrees.open_worktree(repository, "t1", "one")
    for name in ("new/deep/a.py", "new/b.py", "calc.py"):
        path = Path(place.project, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_MENDED + f"# {name}\n" * 20)
    Path(place.project, "test_calc.py").unlink()
    work = worktrees.commit_all(place, "one", ADA)
    worktrees.integrate(repository, "t1", work, "one", ADA)
    (project / "notes.txt").write_text("mine\n")
    (project / "staged.txt").write_text("mine, too\n")
    git(project, "add", "staged.txt")
    before, status, head = _files(project), git(project, "status", "--short"), git(project, "rev-parse", "HEAD")
    offer = _offer(repository)
    _break_off(repository, offer, random.Random(seed))
    assert mend(repository, "t1") == "taken back"
    assert _files(project) == before
    assert git(project, "rev-parse", "HEAD") == head
    assert git(project, "status", "--short") == status
    assert mend(repository, "t1") == ""
    merging.merge(repository, offer)
    assert (project / "new" / "deep" / "a.py").is_file()


_MERGING = """
import sys
from tests.support.works import MEND, a_track
from manual_slop.conductor import merging, worktrees
found = worktrees.find_repository(sys.argv[1])
offer = merging.known_offer(found, "t1")
merging.merge(found, offer)
"""


@pytest.mark.parametrize("written", [1, 200, 600])
def test_a_merge_whose_processes_are_killed_is_found_and_mended(tmp_path: Path, written: int) -> None:
    """The program and git die together once so many of eight hundred files are there."""
    project = tmp_path / "project"
    repository = sums(project)
    place = worktrees.open_worktree(repository, "t1", "one")
    (Path(place.project) / "new").mkdir()
    for number in range(800):
        (Path(place.project) / "new" / f"{number:04}.py").write_text(f"# {number}\n" * 400)
    work = worktrees.commit_all(place, "one", ADA)
    worktrees.integrate(repository, "t1", work, "one", ADA)
    before = _files(project)
    offer = merging.offer(repository, a_track(), (), Hands())
    program = subprocess.Popen([sys.executable, "-c", _MERGING, str(project)], cwd=Path(__file__).parents[2])
    sign = project / "new" / f"{written:04}.py"
    wait_until(lambda: sign.exists() or program.poll() is not None)
    program.kill()
    for number in _gits_in(project):
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
    program.wait()
    if mend(repository, "t1") == "taken back":
        assert _files(project) == before
        assert git(project, "status", "--short") == ""
        merging.merge(repository, offer)
    assert git(project, "rev-parse", "HEAD").strip() == offer.commit
    assert git(project, "status", "--short") == ""


def _gits_in(folder: Path) -> list[int]:
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (place / "exe").readlink().name == "git" and (place / "cwd").readlink() == folder:
                found.append(int(place.name))
    return found


def test_a_merge_that_had_got_through_is_seen_as_such(tmp_path: Path) -> None:
    """Only its mark was left."""
    repository, offer = _ready(tmp_path / "project")
    merging.merge(repository, offer)
    git(tmp_path / "project", "update-ref", merging.merging_ref("t1"), offer.commit)
    assert mend(repository, "t1") == "merged"
    assert mend(repository, "t1") == ""


def test_what_somebody_wrote_after_the_break_is_not_taken_back(tmp_path: Path) -> None:
    """The file is named, and everything stays as it is."""
    repository, offer = _ready(tmp_path / "project")
    git(tmp_path / "project", "update-ref", merging.merging_ref("t1"), offer.commit)
    (tmp_path / "project" / "calc.py").write_text("# somebody was here\n")
    with pytest.raises(GitFailed, match=r"somebody changed calc\.py"):
        mend(repository, "t1")
    assert (tmp_path / "project" / "calc.py").read_text() == "# somebody was here\n"


def _planned(repository: Repository, *tickets: Ticket) -> TrackState:
    """A track in the store whose plan a person approved and whose tickets are done."""
    digest = plan_digest("# Sums", tickets)
    planned = TrackPlanned("Sums", "make the sums right", repository.project, "e1", digest, "# Sums", tickets)
    done = [TicketChanged(ticket.id, "done", by="the run") for ticket in tickets]
    shared_store().tracks.append("t1", [planned, GateOpened("plan", digest, "Ada"), *done])
    return _state()


def _state() -> TrackState:
    return TrackState("t1", (entry.event for entry in shared_store().tracks.events("t1")))


def test_the_gate_lets_through_what_it_was_opened_for_and_says_that_it_is_merged(tmp_path: Path) -> None:
    """Opened by a person, for a digest."""
    repository, _ = _ready(tmp_path / "project")
    _planned(repository, MEND)
    with merge_gate(shared_store(), "t1") as gate:
        offer = gate.offer()
        gate.let_pass(offer.digest, "Ada")
        done = gate.merge("Ada")
    assert done.onto == "main"
    assert _state().status == "merged"
    assert _state().gates["merge", ""] == offer.digest


def test_a_closed_gate_lets_nothing_through(tmp_path: Path) -> None:
    """Nor does one that is opened for something else."""
    repository, _ = _ready(tmp_path / "project")
    _planned(repository, MEND)
    with merge_gate(shared_store(), "t1") as gate:
        with pytest.raises(MergeRefused, match="the merge gate is closed"):
            gate.merge("Ada")
        with pytest.raises(MergeRefused, match="is not what was agreed to"):
            gate.let_pass("0" * 64, "Ada")
    assert git(tmp_path / "project", "log", "--format=%s").splitlines() == ["first"]


def test_a_changed_diff_closes_the_gate_again(tmp_path: Path) -> None:
    """One more commit of the track after the person said yes."""
    repository, _ = _ready(tmp_path / "project")
    _planned(repository, MEND)
    with merge_gate(shared_store(), "t1") as gate:
        gate.let_pass(gate.offer().digest, "Ada")
    worked(repository, "sneaked", more_py="x = 1\n")
    with merge_gate(shared_store(), "t1") as gate:
        with pytest.raises(MergeRefused, match="the merge gate is closed"):
            gate.merge("Ada")
    events = [entry.event for entry in shared_store().tracks.events("t1")]
    assert isinstance(events[-1], GateClosed)
    assert not _state().gates.get(("merge", ""))


def test_a_plan_that_nobody_approved_has_nothing_to_merge(tmp_path: Path) -> None:
    """Whatever lies on its branch."""
    repository, _ = _ready(tmp_path / "project")
    digest = plan_digest("# Sums", (MEND,))
    shared_store().tracks.append("t1", [TrackPlanned("Sums", "g", repository.project, "e1", digest, "# Sums", (MEND,))])
    with merge_gate(shared_store(), "t1") as gate, pytest.raises(MergeRefused, match="is not approved"):
        gate.offer()


def test_nobody_merges_what_is_being_worked_on(tmp_path: Path) -> None:
    """The track is claimed by whoever does."""
    repository, _ = _ready(tmp_path / "project")
    _planned(repository, MEND)
    with merge_gate(shared_store(), "t1"), pytest.raises(StoreError, match="is being worked on"):
        with merge_gate(shared_store(), "t1"):
            pass


def test_a_merge_whose_program_ended_right_after_it_is_told_in_the_track(tmp_path: Path) -> None:
    """The next look at the gate finds it done."""
    repository, offer = _ready(tmp_path / "project")
    _planned(repository, MEND)
    merging.merge(repository, offer)
    git(tmp_path / "project", "update-ref", merging.merging_ref("t1"), offer.commit)
    with merge_gate(shared_store(), "t1") as gate:
        assert gate.mended == "merged"
    assert _state().status == "merged"


def test_a_gate_that_cannot_be_opened_leaves_the_track_to_others(tmp_path: Path) -> None:
    gone = TrackPlanned("Sums", "g", str(tmp_path / "gone"), "e1", plan_digest("# Sums", (MEND,)), "# Sums", (MEND,))
    shared_store().tracks.append("t1", [gone])
    for _ in range(2):
        with pytest.raises(GitFailed, match="gone: was the project moved"), merge_gate(shared_store(), "t1"):
            pass

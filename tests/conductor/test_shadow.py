"""A project that is no git repository is worked on as if it were, and nothing is added to it."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pytest

from manual_slop.conductor import merging, worktrees
from manual_slop.conductor.crew import Hands
from manual_slop.conductor.merging import MergeRefused
from manual_slop.conductor.shadow import open_repository, take_picture, without_git
from manual_slop.conductor.worker import run_worker_lifecycle
from manual_slop.conductor.worktrees import Repository
from tests.support.repositories import git
from tests.support.works import ADA, MEND, a_track, job, sums


def _plain(folder: Path) -> Repository:
    """The sums without git, with a key and caches beside them."""
    sums(folder)
    shutil.rmtree(folder / ".git")
    (folder / ".env").write_text("KEY=very-secret\n")
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "x.pyc").write_text("x")
    return open_repository(folder)


def test_a_worker_has_a_folder_of_its_own_and_the_project_changes_with_the_merge(tmp_path: Path) -> None:
    """Its git tools work there; keys and caches of the project are not in it."""
    project = tmp_path / "project"
    repository = _plain(project)
    names = sorted(path.name for path in project.iterdir())
    place = worktrees.open_worktree(repository, "t1", MEND.id)
    assert sorted(path.name for path in Path(place.project).iterdir()) == [".git", "calc.py", "test_calc.py"]
    result = run_worker_lifecycle(job(repository, place))
    worktrees.integrate(repository, "t1", result.commit, "Mend\n", ADA)
    offer = merging.offer(repository, a_track(MEND), (MEND,), Hands())
    assert offer.tested
    assert "a - b" in (project / "calc.py").read_text()
    merging.merge(repository, offer)
    assert "a + b" in (project / "calc.py").read_text()
    assert sorted(path.name for path in project.iterdir()) == names
    assert (project / ".env").read_text() == "KEY=very-secret\n"


def test_what_the_person_changed_meanwhile_is_part_of_the_merge(tmp_path: Path) -> None:
    """Another file is kept, the same lines are a clash, and an offer made before is none any more."""
    project = tmp_path / "project"
    repository = _plain(project)
    place = worktrees.open_worktree(repository, "t1", MEND.id)
    Path(place.project, "calc.py").write_text("def add(a, b):\n    return a + b\n")
    work = worktrees.commit_all(place, "mend", ADA)
    worktrees.integrate(repository, "t1", work, "mend", ADA)
    before = merging.offer(repository, a_track(), (), Hands())
    (project / "mine.py").write_text("x = 1\n")
    offer = merging.offer(repository, a_track(), (), Hands())
    assert before.digest != offer.digest
    with pytest.raises(MergeRefused, match="has moved since"):
        merging.merge(repository, before)
    (project / "calc.py").write_text("# mine\n")
    with pytest.raises(MergeRefused, match=r"you changed files that the merge changes too: calc\.py"):
        merging.merge(repository, offer)
    assert [clash.path for clash in merging.offer(repository, a_track(), (), Hands()).clashes] == ["calc.py"]
    assert (project / "calc.py").read_text() == "# mine\n"
    assert (project / "mine.py").is_file()


def test_a_repository_of_the_persons_own_is_never_pictured(tmp_path: Path) -> None:
    """What they have not committed is theirs."""
    repository = sums(tmp_path / "project")
    (tmp_path / "project" / "calc.py").write_text("# mine\n")
    take_picture(repository)
    assert git(tmp_path / "project", "log", "--format=%s").splitlines() == ["first"]
    assert repository == open_repository(tmp_path / "project")
    assert not dataclasses.asdict(repository)["shadow"]


def test_a_project_is_known_to_be_without_git(tmp_path: Path) -> None:
    """So that a run can say so; a broken repository is one."""
    (tmp_path / "plain").mkdir()
    assert without_git(tmp_path / "plain")
    git(tmp_path / "plain", "init", "-q")
    assert not without_git(tmp_path / "plain")

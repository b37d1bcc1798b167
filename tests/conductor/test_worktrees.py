"""Worktrees of tickets: each on a branch of its own, its work put on the track's branch whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from manual_slop.conductor import worktrees
from manual_slop.conductor.git import GitFailed
from manual_slop.conductor.worktrees import Changed
from tests.support.editing import tree
from tests.support.repositories import git
from tests.support.works import ADA, sums, worked, write


def test_a_folder_without_git_is_no_repository(tmp_path: Path) -> None:
    """So that the conductor can do without."""
    assert worktrees.find_repository(tmp_path) is None


def test_a_repository_without_a_commit_is_refused_with_what_to_do(tmp_path: Path) -> None:
    """A worktree needs something to begin with."""
    git(tmp_path, "init", "-q")
    with pytest.raises(GitFailed, match=r"no commit yet: .* make the first"):
        worktrees.find_repository(tmp_path)


def test_a_ticket_has_a_folder_and_a_branch_and_the_project_stays_as_it_is(tmp_path: Path) -> None:
    """Its folder lies in the data folder, not in the project."""
    repository = sums(tmp_path / "project")
    before = {name: what for name, what in tree(tmp_path / "project").items() if not name.startswith(".git")}
    place = worktrees.open_worktree(repository, "t1", "one")
    write(place, "calc.py", "changed\n")
    commit = worktrees.commit_all(place, "one", ADA)
    assert place.branch == "mma-tickets/t1/one"
    assert Path(place.path).is_relative_to(tmp_path / "home")
    assert git(tmp_path / "project", "rev-parse", "mma-tickets/t1/one").strip() == commit
    after = {name: what for name, what in tree(tmp_path / "project").items() if not name.startswith(".git")}
    assert after == before


def test_a_project_in_a_folder_of_its_repository_is_worked_on_there(tmp_path: Path) -> None:
    """Two projects of one repository share it; a worker sees only its own."""
    sums(tmp_path / "all" / "inner")
    (tmp_path / "all" / "inner" / ".git").rename(tmp_path / "all" / ".git")
    git(tmp_path / "all", "add", "-A")
    git(tmp_path / "all", "commit", "-q", "-m", "moved")
    found = worktrees.find_repository(tmp_path / "all" / "inner")
    assert found is not None
    place = worktrees.open_worktree(found, "t1", "one")
    assert (Path(place.project) / "calc.py").is_file()
    assert place.project == f"{place.path}/inner"


def test_a_worktree_opened_again_is_as_it_was_left(tmp_path: Path) -> None:
    """Commits and what is not committed: a new attempt goes on from there."""
    repository = sums(tmp_path / "project")
    place = worktrees.open_worktree(repository, "t1", "one")
    write(place, "calc.py", "first\n")
    worktrees.commit_all(place, "one", ADA)
    write(place, "calc.py", "second\n")
    again = worktrees.open_worktree(repository, "t1", "one")
    assert again == place
    assert Path(again.project, "calc.py").read_text() == "second\n"


def test_a_worktree_whose_folder_is_gone_is_made_again_from_its_branch(tmp_path: Path) -> None:
    """Somebody cleaned up the data folder; what was committed is not lost."""
    import shutil

    repository = sums(tmp_path / "project")
    place = worktrees.open_worktree(repository, "t1", "one")
    write(place, "calc.py", "kept\n")
    worktrees.commit_all(place, "one", ADA)
    shutil.rmtree(place.path)
    again = worktrees.open_worktree(repository, "t1", "one")
    assert again == place
    assert Path(again.project, "calc.py").read_text() == "kept\n"


def test_what_tools_leave_behind_is_not_committed(tmp_path: Path) -> None:
    """Caches of Python and its test runners, and what the project ignores."""
    repository = sums(tmp_path / "project")
    place = worktrees.open_worktree(repository, "t1", "one")
    write(place, ".gitignore", "*.log\n")
    write(place, "__pycache__/calc.cpython-311.pyc", "x")
    write(place, ".pytest_cache/v/x", "x")
    write(place, "debug.log", "x")
    write(place, "ünicode näme.py", "x = 1\n")
    commit = worktrees.commit_all(place, "one", ADA)
    names = [one.path for one in worktrees.changed_files(place.git, place.base, commit)]
    assert names == [".gitignore", "ünicode näme.py"]


def test_changed_files_tell_what_became_of_each(tmp_path: Path) -> None:
    """Renames keep their old name."""
    repository = sums(tmp_path / "project")
    place = worktrees.open_worktree(repository, "t1", "one")
    Path(place.project, "calc.py").rename(Path(place.project, "sums.py"))
    Path(place.project, "test_calc.py").unlink()
    write(place, "new.py", "x = 1\n")
    commit = worktrees.commit_all(place, "one", ADA)
    assert worktrees.changed_files(place.git, place.base, commit) == (
        Changed("new.py", "added"),
        Changed("sums.py", "renamed", "calc.py"),
        Changed("test_calc.py", "deleted"),
    )


def test_a_tickets_attempts_become_one_commit_of_the_track(tmp_path: Path) -> None:
    """And putting it there again changes nothing."""
    repository = sums(tmp_path / "project")
    place = worktrees.open_worktree(repository, "t1", "one")
    write(place, "calc.py", "first\n")
    worktrees.commit_all(place, "attempt 1", ADA)
    write(place, "calc.py", "second\n")
    work = worktrees.commit_all(place, "attempt 2", ADA)
    done = worktrees.integrate(repository, "t1", work, "One\n", ADA)
    assert worktrees.integrate(repository, "t1", work, "One\n", ADA) == done
    assert git(tmp_path / "project", "log", "--format=%s", "main..mma/t1").split("\n")[:-1] == ["One"]


def test_two_tickets_side_by_side_are_both_on_the_track(tmp_path: Path) -> None:
    """The second was begun before the first was done."""
    repository = sums(tmp_path / "project")
    second = worktrees.open_worktree(repository, "t1", "two")
    worked(repository, "one", one_py="x = 1\n")
    write(second, "two.py", "x = 2\n")
    work = worktrees.commit_all(second, "two", ADA)
    assert worktrees.integrate(repository, "t1", work, "two", ADA).commit
    listed = git(tmp_path / "project", "ls-tree", "--name-only", "mma/t1").split()
    assert {"one.py", "two.py"} <= set(listed)


def test_a_clash_changes_nothing_and_its_ticket_begins_with_both_sides(tmp_path: Path) -> None:
    """With git's marks in the files; a second opening leaves alone what was done since."""
    repository = sums(tmp_path / "project")
    second = worktrees.open_worktree(repository, "t1", "two")
    before = worked(repository, "one", calc_py="ours\n")
    write(second, "calc.py", "theirs\n")
    write(second, "more.py", "x = 1\n")
    work = worktrees.commit_all(second, "two", ADA)
    clashed = worktrees.integrate(repository, "t1", work, "two", ADA, "two-conflict")
    assert [clash.path for clash in clashed.clashes] == ["calc.py"]
    assert git(tmp_path / "project", "rev-parse", "mma/t1").strip() == before
    place = worktrees.open_worktree(repository, "t1", "two-conflict")
    text = Path(place.project, "calc.py").read_text()
    assert text.index("ours") < text.index("theirs")
    assert Path(place.project, "more.py").is_file()
    write(place, "calc.py", "ours\ntheirs\n")
    worktrees.open_worktree(repository, "t1", "two-conflict")
    done = worktrees.commit_all(place, "both", ADA)
    assert worktrees.integrate(repository, "t1", done, "both", ADA).commit
    assert git(tmp_path / "project", "show", "mma/t1:calc.py") == "ours\ntheirs\n"


def test_a_worktree_goes_only_when_all_of_it_is_elsewhere(tmp_path: Path) -> None:
    """What is not committed stays, what is not merged stays; what is merged is still to be found afterwards."""
    repository = sums(tmp_path / "project")
    place = worktrees.open_worktree(repository, "t1", "one")
    write(place, "calc.py", "work\n")
    assert "not committed" in worktrees.remove(repository, "t1", place)
    work = worktrees.commit_all(place, "one", ADA)
    assert "has work that is not on mma/t1" in worktrees.remove(repository, "t1", place)
    worktrees.integrate(repository, "t1", work, "one", ADA)
    write(place, "__pycache__/x.pyc", "x")
    assert worktrees.remove(repository, "t1", place) == ""
    assert not Path(place.path).exists()
    assert git(tmp_path / "project", "rev-parse", "refs/mma/t1/one").strip() == work
    assert "mma-tickets" not in git(tmp_path / "project", "branch", "--list", "--all")


@pytest.mark.parametrize("name", ["../x", "a/b", "", "-x", "a..b", "x.lock", "a b", "x" * 100])
def test_a_name_that_leads_elsewhere_is_no_ticket(tmp_path: Path, name: str) -> None:
    """Ids come from plans that a model wrote."""
    repository = sums(tmp_path / "project")
    with pytest.raises(GitFailed, match="cannot be the name of a branch"):
        worktrees.open_worktree(repository, "t1", name)
    with pytest.raises(GitFailed, match="cannot be the name of a branch"):
        worktrees.open_worktree(repository, name, "one")


def test_two_projects_of_one_name_do_not_share_folders(tmp_path: Path) -> None:
    """Track ids are unique in a project only."""
    one, other = sums(tmp_path / "a" / "project"), sums(tmp_path / "b" / "project")
    assert worktrees.folder_of(one, "t1") != worktrees.folder_of(other, "t1")


def test_folders_of_the_persons_own_that_are_only_away_are_not_forgotten(tmp_path: Path) -> None:
    """A worktree of theirs on a disk that is not there, while one of ours has to be made again."""
    import shutil

    repository = sums(tmp_path / "project")
    git(tmp_path / "project", "worktree", "add", "-q", "-b", "theirs", str(tmp_path / "disk"))
    (tmp_path / "disk").rename(tmp_path / "away")
    place = worktrees.open_worktree(repository, "t1", "one")
    shutil.rmtree(place.path)
    worktrees.open_worktree(repository, "t1", "one")
    (tmp_path / "away").rename(tmp_path / "disk")
    assert git(tmp_path / "disk", "status", "--short") == ""


def test_a_lock_that_a_dead_git_left_does_not_stop_the_next_attempt(tmp_path: Path) -> None:
    """The machine went down in the middle of a commit."""
    repository = sums(tmp_path / "project")
    place = worktrees.open_worktree(repository, "t1", "one")
    lock = Path(place.git.line("rev-parse", "--path-format=absolute", "--git-path", "index.lock"))
    lock.touch()
    again = worktrees.open_worktree(repository, "t1", "one")
    write(again, "new.py", "x = 1\n")
    assert worktrees.commit_all(again, "one", ADA) != place.base

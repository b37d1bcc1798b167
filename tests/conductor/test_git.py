"""Git as the conductor runs it: nothing of a project's runs, nobody's settings change what it does."""

from __future__ import annotations

from pathlib import Path

import pytest

from manual_slop.conductor import worktrees
from manual_slop.conductor.git import NOBODY_IN_PARTICULAR, Git, GitFailed, Person
from manual_slop.values.cancel import Cancel
from tests.support.repositories import git, hostile_repository, repository
from tests.support.works import ADA, write


def test_a_hostile_repository_gets_nothing_run_by_all_that_the_conductor_does(tmp_path: Path) -> None:
    """Worktrees, commits, diffs, merges and checkouts: every hook, filter and driver stays silent."""
    project, marker = tmp_path / "project", tmp_path / "marker"
    project.mkdir()
    hostile_repository(project, marker)
    git(project, "-c", "core.hooksPath=/dev/null", "-c", "filter.evil.required=false", "commit", "-q", "--allow-empty",
        "-m", "seen", check=False)  # fmt: skip
    marker.unlink(missing_ok=True)
    found = worktrees.find_repository(project)
    assert found is not None
    one = worktrees.open_worktree(found, "t1", "one")
    write(one, ".gitattributes", "* filter=evil diff=evil merge=evil\n")
    write(one, "src/app.py", "one\n")
    commit = worktrees.commit_all(one, "one", ADA)
    two = worktrees.open_worktree(found, "t1", "two")
    write(two, ".gitattributes", "* filter=evil diff=evil merge=evil\n")
    write(two, "src/app.py", "two\n")
    other = worktrees.commit_all(two, "two", ADA)
    assert worktrees.integrate(found, "t1", commit, "one", ADA).commit
    clash = worktrees.integrate(found, "t1", other, "two", ADA, "two-conflict").clashes
    assert [one.path for one in clash] == ["src/app.py"]
    worktrees.open_worktree(found, "t1", "two-conflict")
    assert worktrees.shown_diff(one.git, one.base, commit)
    assert worktrees.changed_files(one.git, one.base, commit)
    assert not marker.exists(), marker.read_text()


def test_a_driver_of_the_projects_own_leaves_the_usual_marks_at_a_clash(tmp_path: Path) -> None:
    """In its place git's own merge of text is run, which says so where it gives up."""
    project = repository(tmp_path)
    (project / ".gitattributes").write_text("*.py merge=mine\n")
    git(project, "add", ".")
    git(project, "commit", "-q", "-m", "attributes")
    git(project, "config", "merge.mine.driver", "true")
    found = worktrees.find_repository(project)
    assert found is not None
    commits = []
    for name in ("one", "two"):
        place = worktrees.open_worktree(found, "t1", name)
        write(place, "src/app.py", f"{name}\n")
        commits.append(worktrees.commit_all(place, name, ADA))
    worktrees.integrate(found, "t1", commits[0], "one", ADA)
    (clash,) = worktrees.integrate(found, "t1", commits[1], "two", ADA).clashes
    assert "<<<<<<<" in clash.text
    assert ">>>>>>>" in clash.text


def test_variables_of_git_in_our_environment_mean_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program started from a hook has them, and they would lead elsewhere."""
    project = repository(tmp_path)
    monkeypatch.setenv("GIT_DIR", "/nonexistent")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nonexistent")
    assert Git(project).line("rev-parse", "--abbrev-ref", "HEAD") == "main"


def test_what_git_says_no_to_is_told_in_its_words(tmp_path: Path) -> None:
    """And which of its commands it was."""
    with pytest.raises(GitFailed, match=r"git rev-parse failed: .*unknown revision"):
        Git(repository(tmp_path)).run("rev-parse", "nothing-like-it")


def test_a_git_that_was_stopped_before_it_began_is_not_begun(tmp_path: Path) -> None:
    """However quick it would have been: nothing of it is there afterwards."""
    git = Git(repository(tmp_path))
    stop = Cancel()
    stop.request()
    with pytest.raises(GitFailed, match="stopped before it began"):
        git.run("branch", "late", cancel=stop)
    assert not git.line("branch", "--list", "late")


def test_commits_are_by_the_person_where_git_knows_them(tmp_path: Path) -> None:
    """Else by the program."""
    project = repository(tmp_path)
    git(project, "config", "user.name", "Grace")
    git(project, "config", "user.email", "grace@example.org")
    assert Git(project).person() == Person("Grace", "grace@example.org")
    git(project, "config", "user.name", "")
    assert Git(project).person() == NOBODY_IN_PARTICULAR

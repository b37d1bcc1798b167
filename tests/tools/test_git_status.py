"""What a model is told of uncommitted changes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from manual_slop.values.messages import ToolResult
from tests.support.repositories import git, repository

Run = Callable[..., ToolResult]


def sections(result: ToolResult) -> dict[str, list[str]]:
    """The lines under each title."""
    found: dict[str, list[str]] = {}
    title = ""
    for line in result.content.splitlines():
        if line.startswith("  "):
            found[title].append(line.strip())
        elif line.endswith(":"):
            title = line.removesuffix(":")
            found[title] = []
    return found


def test_a_clean_repository_has_no_changes(project: Path, run: Run):
    repository(project)
    commit = git(project, "rev-parse", "HEAD")[:10]
    assert run("git_status").content == f"On branch main\nLast commit: {commit} new for old\nNothing has changed."


def test_each_kind_of_change_is_told(project: Path, run: Run):
    repository(project)
    (project / "src" / "app.py").write_text("staged\n")
    (project / "added.txt").write_text("a\n")
    git(project, "add", ".")
    git(project, "mv", "new.bin", "moved.bin")
    (project / "src" / "app.py").write_text("changed again\n")
    (project / "added.txt").unlink()
    (project / "loose.txt").write_text("u\n")
    (project / "fresh" / "deep").mkdir(parents=True)
    (project / "fresh" / "deep" / "a").write_text("u\n")
    (project / "empty").mkdir()
    (project / ".gitignore").write_text("*.log\n")
    (project / "x.log").write_text("ignored\n")
    assert sections(run("git_status")) == {
        "Staged": ["added: added.txt", "renamed: new.bin -> moved.bin", "modified: src/app.py"],
        "Not staged": ["deleted: added.txt", "modified: src/app.py"],
        "Untracked": [".gitignore", "fresh/", "loose.txt"],
    }


@pytest.mark.parametrize("version", ["2", "3", "4"])
def test_every_version_of_the_index_is_read(project: Path, run: Run, version: str):
    repository(project)
    (project / "intended").touch()
    git(project, "add", "-N", "intended")
    git(project, "update-index", "--index-version", version)
    assert "Staged" not in sections(run("git_status"))
    git(project, "reset", "-q")
    assert sections(run("git_status")) == {"Untracked": ["intended"]}


def test_a_touched_file_is_the_same_and_one_with_other_line_ends_too(project: Path, run: Run):
    repository(project)
    os.utime(project / "src" / "app.py", (1, 1))
    assert run("git_status").content.endswith("Nothing has changed.")
    path = project / "src" / "app.py"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert run("git_status").content.endswith("Nothing has changed.")


def test_a_conflict_is_told(project: Path, run: Run):
    repository(project)
    git(project, "checkout", "-q", "-b", "other")
    (project / "src" / "app.py").write_text("other\n")
    git(project, "commit", "-q", "-a", "-m", "other")
    git(project, "checkout", "-q", "main")
    (project / "src" / "app.py").write_text("mine\n")
    git(project, "commit", "-q", "-a", "-m", "mine")
    git(project, "merge", "-q", "other", check=False)
    assert sections(run("git_status")) == {"In conflict": ["src/app.py"]}


def test_a_repository_without_commits_or_branch_is_told(project: Path, run: Run):
    git(project, "init", "-q", "-b", "main")
    assert run("git_status").content == "On branch main\nNo commit yet\nNothing has changed."
    git(project, "commit", "-q", "--allow-empty", "-m", "x")
    git(project, "checkout", "-q", "--detach")
    assert run("git_status").content.startswith("On no branch\n")


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (".git/index", "index is damaged"),
        (".git/objects", "is missing"),
        (".git/config", "stored as reftable"),
    ],
)
def test_what_cannot_be_read_is_said(project: Path, run: Run, broken: str, told: str):
    repository(project)
    if broken.endswith("objects"):
        (project / ".git" / "objects").rename(project.parent / "elsewhere")
    else:
        data = (
            b"DIRC\0\0\0\2\0\0\xff\xff" + b"x" * 99 if "index" in broken else b"[extensions]\n\trefStorage = reftable\n"
        )
        (project / broken).write_bytes(data)
    result = run("git_status")
    assert result.is_error
    assert told in result.content


def test_a_folder_without_a_repository_is_said_to_have_none(project: Path, run: Run):
    assert "no git repository" in run("git_status").content
    (project / ".git").write_text("gitdir: /etc\n")
    assert "stands for a folder elsewhere" in run("git_status").content


@pytest.mark.parametrize("packed", [False, True])
def test_a_linked_worktree_is_read_like_any_other(project: Path, run: Run, packed: bool):
    """Its branch and index are its own, commits and branches those of the repository it belongs to."""
    home = project.parent / "home-of-it"
    home.mkdir()
    repository(home)
    git(home, "worktree", "add", "-q", "-b", "side", str(project))
    (project / "src" / "app.py").write_text("changed\n")
    (project / "added.txt").write_text("a\n")
    git(project, "add", "added.txt")
    if packed:
        git(home, "pack-refs", "--all")
        git(home, "gc", "-q")
    told = run("git_status").content
    assert told.startswith("On branch side\nLast commit: ")
    assert "added: added.txt" in told
    assert "modified: src/app.py" in told
    assert "+changed" in run("git_diff").content
    assert run("git_diff", revision="main..side").content == "No differences."
    assert len(run("git_log").content.splitlines()) == 3


def test_a_worktree_that_its_repository_does_not_know_is_not_read(project: Path, run: Run):
    """A folder from a stranger may say that it belongs to any repository of the person's."""
    home = project.parent / "secret"
    home.mkdir()
    repository(home)
    git(home, "worktree", "add", "-q", "-b", "side", str(project.parent / "real"))
    (project / ".git").write_text((project.parent / "real" / ".git").read_text())
    for tool in ("git_status", "git_diff", "git_log"):
        assert "does not know of this one" in run(tool).content

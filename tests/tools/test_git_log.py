"""What a model is told of the history."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from manual_slop.values.messages import ToolResult
from tests.support.repositories import git, repository

Run = Callable[..., ToolResult]


def subjects(result: ToolResult) -> list[str]:
    """The last column."""
    return [line.split("  ")[-1] for line in result.content.splitlines()]


@pytest.fixture(params=["loose", "packed"])
def repo(project: Path, request: pytest.FixtureRequest) -> Path:
    """The same repository in both forms that git stores."""
    repository(project)
    if request.param == "packed":
        git(project, "gc", "-q", "--aggressive", "--prune=now")
        assert not list((project / ".git" / "objects").glob("[0-9a-f][0-9a-f]/*"))
    return project


def test_commits_come_latest_first_with_id_date_author_and_first_line(repo: Path, run: Run):
    ids = git(repo, "log", "--format=%H").split()
    assert run("git_log").content.splitlines() == [
        f"{ids[0][:10]}  2023-11-14 23:16 +0100  Ada  new for old",
        f"{ids[1][:10]}  2023-11-14 23:15 +0100  Ada  app: longer",
        f"{ids[2][:10]}  2023-11-14 23:13 +0100  Ada  first",
    ]


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ({"path": "src/app.py"}, ["app: longer", "first"]),
        ({"path": "src"}, ["app: longer", "first"]),
        ({"path": "old.txt"}, ["new for old", "first"]),
        ({"path": "never"}, ["No commit changed never."]),
        ({"limit": 2}, ["new for old", "app: longer", "[there are more]"]),
    ],
)
@pytest.mark.usefixtures("repo")
def test_the_history_is_narrowed_by_path_and_number(run: Run, arguments: dict[str, object], found: list[str]):
    assert subjects(run("git_log", **arguments)) == found


def test_a_merge_is_followed_as_git_does(project: Path, run: Run):
    repository(project)
    git(project, "checkout", "-q", "-b", "side", "HEAD~1")
    (project / "side").write_text("s\n")
    git(project, "add", "side")
    git(project, "commit", "-q", "-m", "side", at=300)
    git(project, "checkout", "-q", "main")
    git(project, "merge", "-q", "--no-ff", "-m", "joined", "side", at=400)
    for path in ([], ["--", "side"], ["--", "src/app.py"], ["--", "new.bin"]):
        arguments = {"path": path[1]} if path else {}
        assert subjects(run("git_log", **arguments)) == git(project, "log", "--format=%s", *path).splitlines()


def test_a_shallow_copy_ends_where_it_ends(project: Path, tmp_path: Path, run: Run):
    origin = tmp_path / "origin"
    origin.mkdir()
    repository(origin)
    git(tmp_path, "clone", "-q", "--depth=2", f"file://{origin}", str(project))
    assert subjects(run("git_log")) == ["new for old", "app: longer"]


def test_nothing_in_a_message_or_name_can_fool_a_reader(project: Path, run: Run):
    git(project, "init", "-q")
    git(project, "-c", "user.name=x", "commit", "-q", "--allow-empty", "-m", "red \x1b[31m \u202e end")
    assert subjects(run("git_log")) == ["red \\x1b[31m \\u202e end"]


def test_an_empty_repository_has_no_commit(project: Path, run: Run):
    git(project, "init", "-q")
    assert run("git_log").content == "No commit yet."
    assert run("git_log", limit=0).is_error


def test_damaged_objects_are_said_to_be_so(repo: Path, run: Run):
    for path in (repo / ".git" / "objects").rglob("*"):
        if path.is_file():
            path.chmod(0o600)
            path.write_bytes(b"\xfftOc\0\0\0\2" + b"\xff" * 2000 if path.suffix == ".idx" else b"x" * 300)
    result = run("git_log")
    assert result.is_error
    assert "damaged" in result.content or "missing" in result.content

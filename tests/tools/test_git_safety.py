"""A hostile repository is looked at by every tool that reads, and nothing of it runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from manual_slop.values.messages import ToolResult
from tests.support.git_looks import LOOKS, what_runs
from tests.support.repositories import git, hostile_repository, repository

Run = Callable[..., ToolResult]


def test_the_hostile_repository_would_run_things_in_git(project: Path, tmp_path: Path):
    marker = tmp_path / "marker"
    hostile_repository(project, marker)
    for arguments in (["status"], ["diff"], ["log", "-p", "--ext-diff"], ["add", "."]):
        marker.unlink(missing_ok=True)
        git(project, *arguments, check=False)
        assert marker.exists(), arguments


def test_no_tool_runs_anything_of_it(project: Path, tmp_path: Path, run: Run):
    marker = tmp_path / "marker"
    hostile_repository(project, marker)
    with what_runs() as seen:
        for name, arguments in LOOKS:
            result = run(name, **arguments)
            assert not result.is_error, (name, json.dumps(arguments), result.content)
    assert seen == []
    assert not marker.exists()
    assert "modified: src/app.py" in run("git_status").content


@pytest.mark.parametrize("tool", ["git_status", "git_log", "git_diff"])
@pytest.mark.parametrize("way", ["gitdir", "link", "commondir", "alternates", "worktree", "head", "refs"])
def test_no_repository_leads_out_of_the_project(project: Path, tmp_path: Path, run: Run, way: str, tool: str):
    secret = tmp_path / "secret"
    secret.mkdir()
    repository(secret)
    git(secret, "commit", "-q", "--allow-empty", "-m", "the secret commit")
    inside = project / ".git"
    if way == "gitdir":
        inside.write_text(f"gitdir: {secret}/.git\n")
    elif way == "link":
        inside.symlink_to(secret / ".git")
    else:
        git(project, "init", "-q", "-b", "main")
        if way == "commondir":
            (inside / "commondir").write_text(f"{secret}/.git\n")
        elif way == "worktree":
            git(project, "config", "core.worktree", str(secret))
        elif way == "alternates":
            (inside / "objects" / "info" / "alternates").write_text(f"{secret}/.git/objects\n")
            (inside / "refs" / "heads" / "main").write_text(git(secret, "rev-parse", "HEAD"))
        elif way == "head":
            (inside / "HEAD").write_text("ref: ../../secret/.git/refs/heads/main\n")
        else:
            (inside / "refs" / "heads").rmdir()
            (inside / "refs" / "heads").symlink_to(secret / ".git" / "refs" / "heads")
    assert "secret commit" not in run(tool).content
    assert "app.py" not in run(tool).content


def test_objects_that_unpack_to_no_end_are_refused(project: Path, run: Run):
    import zlib

    repository(project)
    head = git(project, "rev-parse", "HEAD").strip()
    path = project / ".git" / "objects" / head[:2] / head[2:]
    path.chmod(0o600)
    path.write_bytes(zlib.compress(b"commit 100000000\0" + b"\0" * 100_000_000))
    result = run("git_log")
    assert result.is_error
    assert "larger than" in result.content


def test_a_folder_that_holds_itself_comes_to_an_end(project: Path, run: Run):
    import zlib

    repository(project)
    tree = git(project, "rev-parse", "HEAD^{tree}").strip()
    path = project / ".git" / "objects" / tree[:2] / tree[2:]
    data = b"40000 d\0" + bytes.fromhex(tree)
    path.chmod(0o600)
    path.write_bytes(zlib.compress(b"tree %d\0" % len(data) + data))
    result = run("git_status")
    assert result.is_error
    assert "too deep" in result.content

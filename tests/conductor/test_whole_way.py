"""The whole way without a key, by the real command line: a goal is planned, approved, worked on, reviewed, merged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from manual_slop.safety.shell.shell import available
from tests.support.repositories import git
from tests.support.works import sums

GOAL = "fix the failing tests, and add a function total(a, b) with tests"

pytestmark = pytest.mark.skipif(not available(), reason="no commands can be run on this system")


class CommandLine:
    """`manual-slop mma …` in a project, in programs of its own, by a person who has just installed it."""

    def __init__(self, project: Path, home: Path) -> None:
        self._project = project
        search = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self._environment = {**os.environ, "MANUAL_SLOP_HOME": str(home), "PATH": search}

    def mma(self, *words: str, code: int = 0) -> str:
        """What it printed; it ended with `code`."""
        command = [sys.executable, "-m", "manual_slop", "mma", *words]
        done = subprocess.run(
            command,
            cwd=self._project,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def json(self, *words: str, code: int = 0) -> Any:
        """The document it ended with."""
        said = self.mma(*words, "--json", code=code)
        return json.loads(said[said.rfind("\n{") + 1 :])


def test_a_goal_of_two_parts_is_planned_approved_worked_on_reviewed_and_merged(tmp_path: Path) -> None:
    """Its tests pass on main, history is clean, and the bill says by tier what other models would have cost."""
    project = tmp_path / "project"
    sums(project)
    line = CommandLine(project, tmp_path / "person")
    tracks = line.json("plan", GOAL)["tracks"]
    assert sorted(one["id"] for one in tracks) == ["add-a-function-total-a-b-with-tests", "make-the-failing-tests-pass"]
    line.mma("run", tracks[0]["id"], code=2)  # nobody has approved it
    for track in tracks:
        before = git(project, "rev-parse", "main")
        line.mma("approve", track["id"], "--digest", track["digest"])
        ended = line.json("run", track["id"])
        assert {one["status"] for one in ended["tickets"]} == {"done"}
        assert all(one["verdict"]["passed"] for one in ended["tickets"])
        assert ended["status"] == "mergeable"
        assert git(project, "rev-parse", "main") == before
        assert git(project, "status", "--short").split() == ["??", "conductor/"]
        offer = line.json("merge", track["id"], code=8)  # it is shown, and nobody has said yes
        assert offer["merged"] is False
        assert line.json("merge", track["id"], "--digest", offer["digest"])["merged"] is True
        _billed(line.json("cost", track["id"]), ended)

    command = [sys.executable, "-m", "pytest", "-q"]
    tested = subprocess.run(command, cwd=project, capture_output=True, text=True, check=True)
    assert "2 passed" in tested.stdout
    assert [*git(project, "log", "--first-parent", "--merges", "--format=%s").splitlines()] == [
        f"Merge track {one['id']}: {one['title']}" for one in reversed(tracks)
    ]
    assert len(git(project, "log", "--first-parent", "--format=%h").splitlines()) == 3
    assert git(project, "branch", "--list", "--all").split() == ["*", "main"]
    assert len(git(project, "worktree", "list").splitlines()) == 1
    refs = git(project, "for-each-ref", "--format=%(refname)").split()
    kept = [one for one in refs if one.startswith("refs/mma/")]  # what workers wrote, out of the way
    assert (len(kept), [one for one in refs if one not in kept]) == (3, ["refs/heads/main"])
    assert [*(tmp_path / "person").glob("data/worktrees/*/*/*/.git")] == []


def _billed(bill: Mapping[str, Any], ended: Mapping[str, Any]) -> None:
    """A row for each tier and a column for each usual model, whose sum is that of its rows."""
    *rows, total = [*bill["rows"], bill["total"]]
    assert [row["key"] for row in rows] == ["1", "2", "3", "4"]
    assert total["calls"] == sum(row["calls"] for row in rows) == ended["cost"]["calls"]
    assert [*total["what_if"]] == ["openai/gpt-4o", "openai/gpt-4o-mini", "openai/o1", "openai/o3-mini"]
    for model, cost in total["what_if"].items():
        assert cost["unpriced"] == 0
        assert Decimal(cost["usd"]) == sum(Decimal(row["what_if"][model]["usd"]) for row in rows) > 0

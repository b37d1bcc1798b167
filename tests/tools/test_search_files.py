"""What a model finds by the names of files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from manual_slop.values.messages import ToolResult

Run = Callable[..., ToolResult]


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ({"glob": "*.py"}, ["src/app.py"]),
        ({"glob": "*.{png,ts}"}, ["logo.png", "src/deep/util.ts"]),
        ({"glob": "src/**"}, ["src/app.py", "src/deep/util.ts"]),
        ({"glob": "*.txt"}, ["docs/latin.txt", "docs/wide.txt"]),
        ({"glob": "*.txt", "path": "build"}, ["build/out.txt"]),
        ({"glob": "*.rs"}, ["No file matches."]),
    ],
)
@pytest.mark.usefixtures("files")
def test_a_glob_alone_finds_files_by_name(run: Run, arguments: dict[str, object], names: list[str]):
    assert run("search_files", **arguments).content.splitlines() == names


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({}, "`glob` (a string) is missing"),
        ({"glob": ""}, "give a `glob`"),
        ({"glob": "["}, "not a glob"),
        ({"glob": "*", "path": "missing"}, "no such file or folder"),
        ({"glob": "*", "path": "../"}, "not allowed"),
        ({"glob": "*", "path": "/etc"}, "outside the project"),
        ({"glob": "*", "query": "alpha"}, "no parameter `query`"),
    ],
)
@pytest.mark.usefixtures("files")
def test_a_search_that_cannot_be_is_refused(run: Run, arguments: dict[str, object], told: str):
    result = run("search_files", **arguments)
    assert result.is_error
    assert told in result.content


def test_a_link_out_of_the_project_is_not_followed(project: Path, run: Run):
    (project.parent / "outside").mkdir()
    (project.parent / "outside" / "secret").write_text("canary")
    (project / "door").symlink_to("../outside")
    assert run("search_files", glob="secret").content == "No file matches."
    assert run("search_files", glob="*", path="door").is_error


def test_too_many_names_are_cut_and_it_is_said(project: Path, run: Run):
    for number in range(1100):
        (project / f"{number:04}.txt").touch()
    lines = run("search_files", glob="*.txt").content.splitlines()
    assert len(lines) == 1001
    assert lines[-1] == "[stopped: there are more than 1,000; use a narrower glob or path]"

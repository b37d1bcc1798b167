"""What a model sees of a project's folders."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from manual_slop.values.messages import ToolResult

Run = Callable[..., ToolResult]


@pytest.mark.usefixtures("files")
def test_folders_are_drawn_with_what_is_in_them_and_without_what_git_ignores(run: Run):
    assert run("tree").content.splitlines() == [
        "./",
        "  docs/",
        "    latin.txt  17 B",
        "    wide.txt  22 B",
        "  src/",
        "    deep/",
        "      util.ts  34 B",
        "    app.py  38 B",
        "  .env.example  10 B",
        "  .gitignore  7 B",
        "  README.md  26 B",
        "  logo.png  12 B",
        "3 folders, 8 files, 166 B shown",
    ]


@pytest.mark.usefixtures("files")
def test_what_is_too_deep_is_counted(run: Run):
    assert run("tree", path="src", depth=1).content.splitlines() == [
        "src/",
        "  deep/  (1 name)",
        "  app.py  38 B",
        "1 folder, 1 file, 38 B shown",
    ]


@pytest.mark.usefixtures("files")
def test_an_ignored_folder_is_drawn_when_it_is_asked_for(run: Run):
    assert "  out.txt  12 B" in run("tree", path="build").content


def test_an_empty_folder_is_an_empty_tree(run: Run):
    assert run("tree").content == "./\n0 folders, 0 files, 0 B shown"


def test_a_link_is_named_and_not_followed(project: Path, run: Run):
    (project.parent / "outside").mkdir()
    (project.parent / "outside" / "secret").touch()
    (project / "door").symlink_to("../outside")
    content = run("tree").content
    assert "  door  (symbolic link)" in content
    assert "secret" not in content


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable to root")
def test_a_folder_that_cannot_be_read_is_said_so(project: Path, run: Run):
    (project / "closed").mkdir(mode=0)
    assert "permission denied" in run("tree").content


def test_too_many_names_are_cut_and_it_is_said(project: Path, run: Run):
    for number in range(1100):
        (project / f"{number:04}").touch()
    lines = run("tree").content.splitlines()
    assert len(lines) == 1003
    assert lines[-1] == "[stopped: there are more than 1,000 entries; give a smaller depth, or a path below]"


def test_folders_deeper_than_any_depth_end_the_drawing_in_good_order(project: Path, run: Run):
    (project / "/".join(["d"] * 60)).mkdir(parents=True)
    assert run("tree", depth=20).content.splitlines()[-2] == "  " * 20 + "d/  (1 name)"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"depth": 0}, "1 to 20"),
        ({"depth": 21}, "1 to 20"),
        ({"path": "missing"}, "no such file or folder"),
        ({"path": ".."}, "not allowed"),
    ],
)
def test_a_tree_that_cannot_be_drawn_is_refused(run: Run, arguments: dict[str, object], told: str):
    result = run("tree", **arguments)
    assert result.is_error
    assert told in result.content

"""What a model sees of a folder."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from manual_slop.values.messages import ToolResult

Run = Callable[..., ToolResult]


def test_folders_come_first_then_files_with_their_sizes(project: Path, run: Run):
    (project / "src").mkdir()
    (project / ".git").mkdir()
    (project / "README.md").write_bytes(b"x" * 1234)
    (project / ".env").write_bytes(b"")
    assert run("list_directory").content.splitlines() == [
        "./  (2 folders, 2 files)",
        ".git/",
        "src/",
        ".env  0 B",
        "README.md  1,234 B",
    ]


def test_a_subfolder_is_listed_by_its_path_however_it_is_written(project: Path, run: Run):
    (project / "a" / "b").mkdir(parents=True)
    (project / "a" / "b" / "c.txt").write_text("hi")
    for path in ("a/b", "./a//b/", str(project / "a" / "b")):
        assert run("list_directory", path=path).content == "a/b/  (0 folders, 1 file)\nc.txt  2 B"


@pytest.mark.skipif(os.name == "nt", reason="POSIX names and links")
def test_links_special_files_and_names_that_cannot_be_typed_are_said_to_be_so(project: Path, run: Run):
    (project / "out").symlink_to("/etc")
    os.mkfifo(project / "pipe")
    (project / "two\nlines").write_text("")
    (project / "Bild 1.png").write_text("")  # the space of macOS screenshots can be typed
    if sys.platform == "linux":
        Path(os.fsdecode(os.fsencode(project) + b"/caf\xe9")).write_text("")
    lines = run("list_directory").content.splitlines()
    assert "out  (symbolic link)" in lines
    assert "pipe  (neither file nor folder)" in lines
    assert "two\\nlines (a name that cannot be given as a path)  0 B" in lines
    assert "Bild 1.png  0 B" in lines
    if sys.platform == "linux":
        assert "caf\\udce9 (a name that cannot be given as a path)  0 B" in lines


def test_a_crowded_folder_is_cut_and_says_how_to_find_the_rest(project: Path, run: Run):
    for number in range(1500):
        (project / f"{number:05}.txt").touch()
    (project / "zzz").mkdir()
    lines = run("list_directory").content.splitlines()
    assert lines[0] == "./  (1 folder, 1,500 files)"
    assert lines[1:3] == ["zzz/", "00000.txt  0 B"]
    assert len(lines) == 1002
    assert lines[-1].startswith("[truncated: 1,000 of 1,501 shown; use search_files with a glob")


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("missing", "Error: missing: there is no such file or folder"),
        ("README.md", "not a folder"),
        ("..", "`..` is not allowed"),
        ("/etc", "outside the project"),
        ("", "empty"),
    ],
)
def test_what_is_no_folder_of_the_project_is_refused(project: Path, run: Run, path: str, told: str):
    (project / "README.md").write_text("x")
    result = run("list_directory", path=path)
    assert result.is_error
    assert told in result.content

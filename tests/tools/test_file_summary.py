"""What a model is told of a file it has not read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from manual_slop.values.messages import ToolResult

Run = Callable[..., ToolResult]


def test_a_source_file_is_told_by_its_first_words_and_outer_names(project: Path, run: Run):
    (project / "a.py").write_text('"""Counts ferries.\n\nMore."""\n\n\nclass Ferry:\n    def go(self):\n        pass\n')
    assert run("file_summary", path="a.py").content.splitlines() == [
        "a.py",
        "kind: text, Python",
        "size: 75 B, 8 lines",
        "encoding: utf-8",
        "says: Counts ferries.",
        "defines:",
        "6-8\tclass Ferry",
    ]


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.c", "/*\n * A shop.\n */\nint a;\n", "A shop."),
        ("a.rs", "//! A shop.\nfn main() {}\n", "A shop."),
        ("a.sh", "#!/bin/sh\n# A shop.\ntrue\n", "A shop."),
        ("a.js", "// ---\n// A shop.\n", "A shop."),
        ("a.ts", "/** A shop. */\nlet a = 1\n", "A shop."),
        ("a.py", "import os\n'''no'''\n", ""),
    ],
)
def test_the_comment_a_file_begins_with_is_told_without_its_marks(
    project: Path, run: Run, name: str, text: str, says: str
):
    (project / name).write_text(text)
    lines = run("file_summary", path=name).content.splitlines()
    assert [line for line in lines if line.startswith("says")] == ([f"says: {says}"] if says else [])


def test_prose_is_told_by_its_headings_outside_of_code(project: Path, run: Run):
    (project / "a.md").write_text("# Title\nText.\n```\n# no\n```\n## Part\n")
    assert run("file_summary", path="a.md").content.splitlines()[1:] == [
        "kind: text, `.md`",
        "size: 35 B, 6 lines",
        "encoding: utf-8",
        "begins: # Title",
        "headings:",
        "1\t# Title",
        "6\t## Part",
    ]


def test_a_script_without_suffix_is_known_by_its_first_line(project: Path, run: Run):
    (project / "tool").write_text("#!/usr/bin/env -S python3.12 -I\ndef main(): pass\n")
    assert "kind: text, Python\n" in run("file_summary", path="tool").content


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "a is empty."),
        (b"\x89PNG\r\n\x1a\n\0\0", "a\nkind: a PNG image\nsize: 10 B"),
        (b"\0\1\2", "a\nkind: binary data\nsize: 3 B"),
        (b"gr\xf6\xdfer\r\n",
         "a\nkind: text, without suffix\nsize: 8 B, 1 line\nencoding: latin-1, line ends CRLF\nbegins: größer"),
    ],
)  # fmt: skip
def test_what_is_not_plain_text_is_told_by_its_kind(project: Path, run: Run, data: bytes, told: str):
    (project / "a").write_bytes(data)
    assert run("file_summary", path="a").content == told


def test_a_huge_file_is_not_looked_through(project: Path, run: Run):
    with (project / "a.py").open("wb") as file:
        file.write(b"x = 1\n" * 20_000)
        file.truncate(1 << 34)
    content = run("file_summary", path="a.py").content
    assert "size: 17,179,869,184 B" in content
    assert content.endswith("[too large to look through; use read_file]")


def test_broken_syntax_is_said(project: Path, run: Run):
    (project / "a.py").write_text("def good():\n    pass\n\ndef (:\n")
    content = run("file_summary", path="a.py").content
    assert "1-2\tdef good()" in content
    assert "syntax has errors" in content


def test_many_names_are_cut_and_counted(project: Path, run: Run):
    (project / "a.py").write_text("".join(f"x{n} = 1\n" for n in range(150)))
    assert run("file_summary", path="a.py").content.endswith("100-100\tx99 = 1\n[50 more]")


def test_a_file_that_is_none_is_refused(project: Path, run: Run):
    (project / "folder").mkdir()
    assert "is a folder" in run("file_summary", path="folder").content
    assert run("file_summary", path="../x").is_error

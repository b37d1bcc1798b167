"""What a model sees of a file."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from manual_slop.safety.workspace import Workspace
from manual_slop.tools import ToolBox, ToolContext, built_in_tools
from manual_slop.values.cancel import Cancel
from manual_slop.values.messages import ToolCall, ToolResult

Run = Callable[..., ToolResult]


def test_a_text_comes_with_numbered_lines(project: Path, run: Run):
    (project / "a.py").write_text("import os\n\n\tprint()\n")
    assert run("read_file", path="a.py").content == "a.py, 3 lines\n1\timport os\n2\t\n3\t\tprint()"


def test_a_last_line_without_end_is_a_line(project: Path, run: Run):
    (project / "a").write_text("one\ntwo")
    assert run("read_file", path="./a").content == "a, 2 lines\n1\tone\n2\ttwo"


@pytest.mark.parametrize(
    ("start", "end", "shown"),
    [
        (2, 3, "t, lines 2-3 of 5\n2\tb\n3\tc"),
        (4, 9, "t, lines 4-5 of 5\n4\td\n5\te"),
        (5, None, "t, lines 5-5 of 5\n5\te"),
        (1, 5, "t, 5 lines\n1\ta\n2\tb\n3\tc\n4\td\n5\te"),
    ],
)
def test_a_window_of_lines_is_shown_and_where_it_lies(project: Path, run: Run, start: int, end: int | None, shown: str):
    (project / "t").write_text("a\nb\nc\nd\ne\n")
    assert run("read_file", path="t", start_line=start, end_line=end).content == shown


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"start_line": 0}, "lines count from 1"),
        ({"start_line": 3, "end_line": 2}, "may not come before"),
        ({"start_line": 6}, "t has only 5 lines"),
    ],
)
def test_a_window_that_cannot_be_is_refused(project: Path, run: Run, arguments: dict[str, int], told: str):
    (project / "t").write_text("a\nb\nc\nd\ne\n")
    result = run("read_file", path="t", **arguments)
    assert result.is_error
    assert told in result.content


def test_an_empty_file_is_said_to_be_empty(project: Path, run: Run):
    (project / "t").touch()
    assert run("read_file", path="t").content == "t is empty."


def test_a_long_file_is_read_to_its_end_by_following_what_it_says(project: Path, run: Run):
    written = [f"line {number} " + "x" * (number % 300) for number in range(1, 3001)]
    (project / "t").write_text("\n".join(written) + "\n")
    read: list[str] = []
    start = 1
    while start:
        content = run("read_file", path="t", start_line=start).content
        assert len(content.encode()) < 50_000
        first, *lines = content.splitlines()
        assert first.endswith(" of 3,000")
        start = int(lines.pop().rpartition("start_line=")[2].split()[0]) if "[truncated" in lines[-1] else 0
        read += [line.partition("\t")[2] for line in lines]
    assert read == written


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        ("grün €\n".encode(), "t, 1 line\n1\tgrün €"),
        ("grün\n".encode("utf-8-sig"), "t, 1 line, utf-8-sig\n1\tgrün"),
        ("grün\nb".encode("utf-16"), "t, 2 lines, utf-16\n1\tgrün\n2\tb"),
        (b"\xfe\xff" + "grün".encode("utf-16-be"), "t, 1 line, utf-16\n1\tgrün"),
        ("grün".encode("utf-32"), "t, 1 line, utf-32\n1\tgrün"),
        ("grün\n".encode("latin-1"), "t, 1 line, read as Latin-1 because it is not UTF-8\n1\tgrün"),
        (b"a\r\nb\r\n", "t, 2 lines, line ends CRLF\n1\ta\n2\tb"),
        (b"a\rb", "t, 2 lines\n1\ta\n2\tb"),
        ("a\u2028b\x0cc\n".encode(), "t, 1 line\n1\ta\u2028b\x0cc"),
        (b"a" * 70_000 + b"\xff\n", "t, 1 line, read as Latin-1 because it is not UTF-8\n1\taaa"),
        (b"a\n" * 32_768 + "é".encode(), "1\ta\n"),
    ],
)
def test_text_is_read_in_the_encoding_it_is_in_and_odd_ones_are_named(project: Path, run: Run, data: bytes, shown: str):
    (project / "t").write_bytes(data)
    result = run("read_file", path="t")
    assert not result.is_error
    assert shown in result.content


def test_a_character_on_the_edge_of_the_sample_is_no_reason_to_doubt_the_encoding(project: Path, run: Run):
    (project / "t").write_bytes(b"a" * (64 * 1024 - 1) + "é".encode() * 10)
    assert "Latin-1" not in run("read_file", path="t").content


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0", "t is not text but a PNG image, 11 bytes"),
        (b"PK\x03\x04\0\0", "a ZIP archive"),
        (b"SQLite format 3\0", "an SQLite database"),
        (b"plain until\0here", "binary data, 16 bytes"),
        (bytes(range(1, 32)) * 10, "binary data"),
    ],
)
def test_binary_data_is_named_and_not_shown(project: Path, run: Run, data: bytes, told: str):
    (project / "t").write_bytes(data)
    result = run("read_file", path="t")
    assert result.is_error
    assert told in result.content


def test_an_overlong_line_is_cut_and_its_length_told(project: Path, run: Run):
    (project / "t").write_text("short\n" + "x" * 3_000_000 + "\nlast\n" + "y" * 2000 + "\n" + "z" * 1999)
    first, second, third, fourth, fifth = run("read_file", path="t").content.splitlines()[1:]
    assert (first, third) == ("1\tshort", "3\tlast")
    assert second == "2\t" + "x" * 2000 + "… [a line of 3,000,001 characters]"
    assert fourth == "4\t" + "y" * 2000 + "… [a line of 2,001 characters]"
    assert fifth == "5\t" + "z" * 1999


def test_a_file_too_large_to_count_is_read_where_it_is_asked_for(project: Path, run: Run):
    with (project / "big.log").open("w") as file:
        for number in range(1, 400_001):
            file.write(f"{number} " + "x" * 50 + "\n")
    lines = run("read_file", path="big.log", start_line=200_000, end_line=200_001).content.splitlines()
    assert lines[0] == "big.log, lines 200,000-200,001 of a long file"
    assert lines[2].startswith("200001\t200001 xx")
    assert run("read_file", path="big.log", start_line=399_999).content.splitlines()[0].endswith(" of 400,000")
    assert "has only 400,000 lines" in run("read_file", path="big.log", start_line=400_001).content


def test_a_hole_of_a_terabyte_is_binary_and_answered_at_once(project: Path, run: Run):
    with (project / "hole").open("wb") as file:
        file.truncate(2**40)
    assert "binary data, 1,099,511,627,776 bytes" in run("read_file", path="hole").content


def test_a_long_read_stops_when_the_person_stops_it(project: Path):
    with (project / "hole").open("wb") as file:
        file.write(b"text " * 20_000)
        file.truncate(2**36)
    cancel = Cancel()
    box = ToolBox(built_in_tools(), ToolContext(Workspace(project), cancel))
    threading.Timer(0.2, cancel.request).start()
    result = box.run(ToolCall("1", "read_file", '{"path": "hole"}'))
    assert result.content == "Error: stopped"


@pytest.mark.parametrize("path", ["missing", ".", "../secret", "/etc/passwd", "a\0b", "pipe"])
@pytest.mark.timeout(60)
def test_what_is_no_file_of_the_project_is_refused(project: Path, run: Run, path: str):
    (project.parent / "secret").write_text("canary")
    os.mkfifo(project / "pipe")
    result = run("read_file", path=path)
    assert result.is_error
    assert result.content.startswith("Error: ")
    assert "canary" not in result.content

"""The tool that reads text, a window of numbered lines at a time."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from manual_slop.tools.declaration import ToolContext, ToolError, tool
from manual_slop.tools.reading import open_to_show, preview_reading
from manual_slop.tools.text import SAMPLE_BYTES, counted, encoding_of, kind_of, strictness
from manual_slop.values.cancel import Cancel

_MOST_SHOWN = 48 * 1024  # bytes of numbered lines
_LONGEST_LINE = 2000  # characters
_ALWAYS_COUNTED = 16 * 1024 * 1024  # bytes of a file whose lines are counted to the end
_PIECE = 64 * 1024  # characters


@tool("READ", preview=preview_reading)
def read_file(context: ToolContext, path: str, start_line: int = 1, end_line: int | None = None) -> str:
    """Read a text file of the project, each line with its number and a tab before it.

    Long files come in parts: the last line then says how to read on. Binary files are not shown. A person is asked
    before a file is shown that may hold keys, such as `.env`.

    Args:
        path: The file, from the project folder down, such as `src/app.py`.
        start_line: The first line to show, counted from 1.
        end_line: The last line to show; left out, as many as fit.
    """
    if start_line < 1 or (end_line is not None and end_line < start_line):
        raise ToolError("lines count from 1, and `end_line` may not come before `start_line`")
    with open_to_show(context, path) as file:
        name = context.workspace.relative(path)
        head = file.read(SAMPLE_BYTES)
        encoding = encoding_of(head)
        if encoding is None:
            raise ToolError(f"{name} is not text but {kind_of(head)}, {os.fstat(file.fileno()).st_size:,} bytes")
        # Before it is shown: what changes in between counts as not seen.
        context.seen.remember(name, file)
        try:
            window = _window(file, encoding, start_line, end_line, context.cancel)
        except UnicodeDecodeError:
            encoding = "latin-1"
            window = _window(file, encoding, start_line, end_line, context.cancel)
    if window.total == 0:
        return f"{name} is empty."
    if not window.lines:
        raise ToolError(f"{name} has only {counted(window.total or 0, 'line')}")
    return "\n".join([f"{name}, {window.extent}{_oddities(head, encoding)}", *window.lines, *window.footer(end_line)])


@dataclass(frozen=True, slots=True)
class _Window:
    """Numbered lines from `start` on. `total` counts those of the whole file, `None` where that would take long."""

    lines: tuple[str, ...]
    start: int
    total: int | None

    @property
    def last(self) -> int:
        return self.start + len(self.lines) - 1

    @property
    def extent(self) -> str:
        if len(self.lines) == self.total:
            return counted(self.total, "line")
        whole = "a long file" if self.total is None else f"{self.total:,}"
        return f"lines {self.start:,}-{self.last:,} of {whole}"

    def footer(self, end: int | None) -> list[str]:
        if self.last in {self.total, end}:
            return []
        return [f"[truncated: call read_file with start_line={self.last + 1} to read on]"]


def _window(file: BinaryIO, encoding: str, start: int, end: int | None, cancel: Cancel) -> _Window:
    file.seek(0)
    count_all = os.fstat(file.fileno()).st_size <= _ALWAYS_COUNTED
    reader = io.TextIOWrapper(file, encoding, strictness(encoding))
    shown: list[str] = []
    room = _MOST_SHOWN
    number = 0
    try:
        for number, line in enumerate(_lines(reader, cancel), 1):
            if number < start:
                continue
            room -= len(line.encode()) + len(f"{number}\t\n")
            if room >= 0 and (end is None or number <= end):
                shown.append(f"{number}\t{line}")
            elif count_all:
                room = -1
            else:
                return _Window(tuple(shown), start, None)
    finally:
        reader.detach()
    return _Window(tuple(shown), start, number)


def _lines(reader: io.TextIOWrapper, cancel: Cancel) -> Iterator[str]:
    """Each line without its end; of overlong ones the beginning, read in pieces so that no size fills the memory."""
    while line := reader.readline(_LONGEST_LINE):
        length = len(line)
        piece = line
        while not piece.endswith("\n") and (piece := reader.readline(_PIECE)):
            length += len(piece)
            if cancel.requested:
                raise ToolError("stopped")
        if cancel.requested:
            raise ToolError("stopped")
        cut = length > len(line)
        yield f"{line}… [a line of {length:,} characters]" if cut else line.removesuffix("\n")


def _oddities(head: bytes, encoding: str) -> str:
    """What whoever edits the file has to know, where it is not plain UTF-8 with `\\n`."""
    encoded = {"utf-8": "", "latin-1": ", read as Latin-1 because it is not UTF-8"}.get(encoding, f", {encoding}")
    return f"{encoded}, line ends CRLF" if b"\r\n" in head else encoded

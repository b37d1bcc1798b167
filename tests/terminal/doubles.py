"""Terminals and pipes that remember what was written to them, and events to show."""

from __future__ import annotations

import io
import re
from decimal import Decimal

from manual_slop.terminal.screen import Screen, console_on
from manual_slop.values.events import Event, MessageFinished, TextDelta, ToolFinished, TurnFinished
from manual_slop.values.messages import Message, Text, ToolCall, ToolResult
from manual_slop.values.usage import Cost, Usage

_SEQUENCE = re.compile(r"\x1b\[(\??[\d;]*)([A-Za-z])")
_XTERM = {"TERM": "xterm-256color"}


class Terminal(io.StringIO):
    """A small terminal: it scrolls, and understands what this program writes and nothing else."""

    encoding = "utf-8"

    def __init__(self, width: int = 80, height: int = 24) -> None:
        super().__init__()
        self.width, self.height = width, height
        self.lines: list[list[str]] = [[]]
        self.row = self.column = 0
        self.writes: list[str] = []

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.writes.append(text)
        at = 0
        while at < len(text):
            found = _SEQUENCE.match(text, at)
            if found:
                self._command(found[1], found[2])
                at = found.end()
            else:
                self._put(text[at])
                at += 1
        return super().write(text)

    @property
    def text(self) -> str:
        """All that can be seen, scrolled away or not, without what lies below the last line."""
        return "\n".join("".join(line).rstrip() for line in self.lines).rstrip("\n")

    def narrow(self, width: int) -> None:
        """The window becomes narrower: lines that no longer fit are broken, the cursor stays at its character."""
        broken = [[line[at : at + width] for at in range(0, max(1, len(line)), width)] for line in self.lines]
        self.row = sum(len(parts) for parts in broken[: self.row]) + self.column // width
        self.column %= width
        self.lines = [part for parts in broken for part in parts]
        self.width = width

    def _put(self, character: str) -> None:
        if character == "\r":
            self.column = 0
            return
        if character == "\n" or self.column == self.width:
            self.row, self.column = self.row + 1, 0
            while self.row >= len(self.lines):
                self.lines.append([])
        if character != "\n":
            line = self.lines[self.row]
            line.extend(" " * (self.column - len(line)))
            line[self.column : self.column + 1] = [character]
            self.column += 1

    def _command(self, parameter: str, letter: str) -> None:
        if letter == "A":
            top = max(0, len(self.lines) - self.height)
            self.row = max(top, self.row - int(parameter))
        elif letter == "J":
            del self.lines[self.row][self.column :], self.lines[self.row + 1 :]
        elif letter not in "mhl":
            raise AssertionError(f"a terminal need not know {parameter}{letter}")


def on_terminal(width: int = 80, height: int = 24) -> tuple[Screen, Terminal]:
    """A screen both streams of which are one terminal."""
    file = Terminal(width, height)
    console = console_on(file, width=width, height=height, _environ=_XTERM)
    return Screen(console, console), file


def into_pipes() -> tuple[Screen, io.StringIO, io.StringIO]:
    """A screen whose streams are two pipes."""
    out, err = io.StringIO(), io.StringIO()
    return Screen(console_on(out), console_on(err)), out, err


def into_a_pipe_beside_a_terminal() -> tuple[Screen, io.StringIO, Terminal]:
    """The answer goes into a pipe, everything else is seen."""
    out, err = io.StringIO(), Terminal()
    return Screen(console_on(out), console_on(err, width=80, height=24, _environ=_XTERM)), out, err


class Clock:
    """Time that passes only when told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


LISTED = Cost(Decimal("0.0012"), "list price", "pricing/openai.toml (https://openai.example/p)", "2026-11-22")
CALL = ToolCall("call_1", "read_file", '{"path": "README.md", "start_line": 3}')


def said(text: str, piece: int = 7) -> list[Event]:
    """An answer as it streams in, and its end."""
    pieces: list[Event] = [TextDelta(text[at : at + piece]) for at in range(0, len(text), piece)]
    return [*pieces, MessageFinished(Message("assistant", (Text(text),)), "stop")]


def ran(content: str = "x" * 1200, seconds: float = 0.003, is_error: bool = False) -> ToolFinished:
    """A tool that has run."""
    return ToolFinished(CALL, ToolResult("call_1", content, is_error), seconds)


def finished(text: str = "done", stop_reason: str = "stop", cost: Cost = LISTED) -> TurnFinished:
    """The end of a turn that went well."""
    usage = Usage(412, 96, cache_read_tokens=128)
    return TurnFinished(text, stop_reason, "openai/gpt-4o", usage, cost, 2, "session")

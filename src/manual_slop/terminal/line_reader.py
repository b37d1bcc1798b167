"""Reads what a person types, line by line or several lines as one."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable

from manual_slop.terminal.screen import Screen

_FENCE = '"""'
_CONTINUES = "… "

ReadLine = Callable[[str], str | None]
"""Shows a prompt and returns the next line without its end, or `None` after the last."""


def read_entry(prompt: str, read_line: ReadLine) -> str | None:
    r"""One thing to say, `None` at the end of input.

    A line that ends in a backslash goes on in the next; between two `\"\"\"` lines may be broken at will.
    """
    line = read_line(prompt)
    if line is None:
        return None
    if line.lstrip().startswith(_FENCE):
        return _fenced(line.lstrip().removeprefix(_FENCE), read_line)
    lines = []
    while line is not None and line.endswith("\\"):
        lines.append(line.removesuffix("\\"))
        line = read_line(_CONTINUES)
    return "\n".join([*lines, *([] if line is None else [line])])


def line_reader(screen: Screen) -> ReadLine:
    """With editing and history where a person types, plain lines else."""
    if sys.stdin is None or not (sys.stdin.isatty() and screen.out.file.isatty()):
        return lambda prompt: _plain_line()
    edits = _has_readline()
    colours = screen.out.color_system is not None and not screen.out.no_color

    def read(prompt: str) -> str | None:
        shown = _painted(prompt, edits) if colours else prompt
        try:
            return input(shown)
        except (EOFError, OSError):  # the latter when the terminal is gone
            return None

    return read


def _fenced(line: str, read_line: ReadLine) -> str:
    lines = []
    following: str | None = line
    while following is not None and not following.rstrip().endswith(_FENCE):
        lines.append(following)
        following = read_line(_CONTINUES)
    if following is not None:
        lines.append(following.rstrip().removesuffix(_FENCE))
    return "\n".join(lines).strip("\n")


def _plain_line() -> str | None:
    if sys.stdin is None:
        return None
    try:
        line = sys.stdin.readline()
    except OSError:
        return None
    return line.removesuffix("\n") if line else None


def _has_readline() -> bool:
    """Importing it is what gives `input` its editing and history."""
    try:
        importlib.import_module("readline")
    except ImportError:
        return False
    return True


def _painted(prompt: str, edits: bool) -> str:
    """In cyan; readline has to be told which characters take no room."""
    begin, end = "\x1b[36m", "\x1b[0m"
    return f"\x01{begin}\x02{prompt}\x01{end}\x02" if edits else f"{begin}{prompt}{end}"

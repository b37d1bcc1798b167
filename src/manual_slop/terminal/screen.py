"""The two streams of a command as Rich consoles, and what kind of terminal, if any, is behind them."""

from __future__ import annotations

import functools
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TextIO

from rich.console import Console, RenderableType
from rich.text import Text
from rich.theme import Theme

_LOOK: Mapping[str, str] = {
    "dim": "dim",
    "tool": "cyan",
    "good": "green",
    "warn": "yellow",
    "bad": "bold red",
    "name": "bold",
    # Rich's own have backgrounds that only look right on a dark terminal.
    "markdown.code": "cyan",
    "markdown.code_block": "none",
    "markdown.h1": "bold underline",
    "markdown.h2": "bold",
    "markdown.h3": "bold",
    "markdown.h4": "italic",
    "markdown.block_quote": "dim",
    "markdown.link": "none",
    "markdown.link_url": "blue underline",
    "markdown.table.border": "dim",
    "markdown.table.header": "bold",
}
_WIDEST = 110
_UNLIMITED = 10_000


@dataclass(frozen=True, slots=True)
class Screen:
    """`out` is for what was asked for, `err` for everything said beside it; `shared`: both are the same terminal."""

    out: Console
    err: Console

    @property
    def shared(self) -> bool:
        """Whether both streams end in a terminal, which then is one and the same."""
        return can_redraw(self.out) and can_redraw(self.err)

    def put(self, text: str) -> None:
        """Write what was asked for, for programs: as it is, and at once."""
        self.out.file.write(f"{text}\n")
        self.out.file.flush()

    def note(self, text: str, style: str = "dim") -> None:
        """Say something beside the answer."""
        say(self.err, Text(text, style))


@functools.cache
def screen() -> Screen:
    """The screen of this process."""
    return Screen(console_on(sys.stdout), console_on(sys.stderr))


def console_on(file: TextIO, **settings: Any) -> Console:
    """A console in our look; `settings` are Rich's own."""
    if not file.isatty():
        settings = {"width": _UNLIMITED, **settings}  # into a file or pipe a table is as wide as it needs to be
    return Console(file=file, theme=Theme(dict(_LOOK)), highlight=False, markup=False, emoji=False, **settings)


def say(console: Console, renderable: RenderableType) -> None:
    """Print. Into a file or pipe lines are neither broken nor filled up with spaces."""
    if console.file.isatty():
        console.print(renderable)
        return
    with console.capture() as captured:
        console.print(renderable, soft_wrap=True)
    console.file.write("\n".join(line.rstrip(" ") for line in captured.get().split("\n")))
    console.file.flush()


def can_redraw(console: Console) -> bool:
    """Whether lines on it can be drawn again in place."""
    return console.file.isatty() and not console.is_dumb_terminal and not console.legacy_windows


def reading_width(console: Console) -> int:
    """How wide running text is set: no wider than is pleasant to read."""
    return min(console.width, _WIDEST)

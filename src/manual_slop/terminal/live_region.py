"""The last lines of a terminal, drawn again in place; what is printed above them scrolls away for good."""

from __future__ import annotations

import re
from typing import Literal

from rich.cells import cell_len
from rich.console import Console, RenderableType

from manual_slop.terminal.screen import can_redraw, say

_COLOURS = re.compile(r"\x1b\[[\d;]*m")
Kind = Literal["note", "thought", "block"]
"""What is printed: lines that stand close together, or blocks with space around them."""

# Terminals that know it show all that lies between at once; others ignore it.
_BEGIN, _END = "\x1b[?2026h", "\x1b[?2026l"


class LiveRegion:
    """Owns the bottom of a console. Where nothing can be redrawn, `show` does nothing and `print` just prints.

    Each change is one write, so nothing flickers.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self.active = can_redraw(console)
        self._shown: list[str] = []
        self._last: Kind | None = None

    def print(self, renderable: RenderableType, kind: Kind = "note") -> None:
        """Print for good, above the lines that are live, with a blank line where one thing ends and another begins."""
        if self.active:
            space = [""] if self.needs_space(kind) else []
            self._draw([*space, *self._lines(renderable)], self._shown)
        else:
            say(self.console, renderable)
        self._last = kind

    def needs_space(self, kind: Kind) -> bool:
        """Whether a blank line belongs between what was printed last and this."""
        return self._last is not None and (kind == "block" or kind != self._last)

    def show(self, renderable: RenderableType | None) -> None:
        """Make this the live lines, of which the last fit on the screen; `None` for none."""
        lines = [] if renderable is None else self._lines(renderable)[-max(1, self.console.height - 2) :]
        if self.active and lines != self._shown:
            self._draw([], lines)

    def _draw(self, above: list[str], live: list[str]) -> None:
        new = "".join(f"{line}\n" for line in above) + "\n".join(live)
        self.console.file.write(f"{_BEGIN}{self._to_top()}\x1b[J{new}{_END}")
        self.console.file.flush()
        self._shown = live

    def _to_top(self) -> str:
        """To the first cell of the live lines, also when the window became narrower and broke them."""
        width = max(1, self.console.width)
        rows = sum(max(1, -(-cell_len(_COLOURS.sub("", line)) // width)) for line in self._shown)
        return f"\r\x1b[{rows - 1}A" if rows > 1 else "\r"

    def _lines(self, renderable: RenderableType) -> list[str]:
        with self.console.capture() as captured:
            self.console.print(renderable)
        return [line.rstrip(" ") for line in captured.get().removesuffix("\n").split("\n")]

"""How long a tool may look around and how much it may say, so that no project is too large for it."""

from __future__ import annotations

import time

from manual_slop.tools.declaration import ToolError
from manual_slop.values.cancel import Cancel

MOST_SHOWN = 40 * 1024  # characters
MOST_SECONDS = 10.0


class Enough(Exception):
    """The work ends here, with what it has; says why."""


class Limits:
    """The time that a call has, which the person can cut short."""

    def __init__(self, cancel: Cancel, seconds: float = MOST_SECONDS) -> None:
        self._cancel = cancel
        self._seconds = seconds
        self._until = time.monotonic() + seconds

    @property
    def reached(self) -> bool:
        """Whether it is time to stop."""
        return self._cancel.requested or time.monotonic() > self._until

    def check(self) -> None:
        """Raises `ToolError` once the person has stopped the call, and `Enough` when its time is over."""
        if self._cancel.requested:
            raise ToolError("stopped")
        if time.monotonic() > self._until:
            raise Enough(f"{self._seconds:.0f} seconds have passed; ask for less, such as a narrower glob or path")


class Page:
    """The lines of an answer, up to a number of characters."""

    def __init__(self, room: int = MOST_SHOWN) -> None:
        self.lines: list[str] = []
        self._room = room

    def show(self, line: str) -> None:
        """Adds a line, or raises `Enough` where it does not fit."""
        self._room -= len(line)
        if self._room < 0:
            raise Enough("more would be too long; ask for less, such as a narrower pattern, glob or path")
        self.lines.append(line)

"""One request in front of a person: whether they have had it before their eyes long enough, and to its end."""

from __future__ import annotations

from dataclasses import dataclass, field

from manual_slop.safety.consent_sheet import Sheet
from manual_slop.values.approval import Request

PAUSE = 0.5
"""Seconds that a request has to be in view before it can be approved: a click on its way meant something else."""
_FRAMES = 3  # sizes are only right after the first frames


@dataclass(slots=True)
class Review:
    """What was seen of a request. Times are the window's own, in seconds; frames are counted by the window.

    `ended` is whether its last line was on the screen, `line` the last one (from 1) that is on it now.
    """

    request: Request
    sheet: Sheet | None = None
    ended: bool = False
    since: float = 0.0
    frames: int = 0
    line: int = 0
    _frame: int = field(default=-2)

    def shown(self, frame: int, now: float) -> None:
        """It is drawn in this frame; if it was not in the one before, the person has to look at it anew."""
        if frame > self._frame + 1:
            self.since, self.frames = now, 0
        self._frame = frame
        self.frames += 1

    def read_to(self, line: int, *, end: bool) -> None:
        """The last line on the screen now; `end` says that nothing comes after it."""
        self.line = line
        self.ended = self.ended or (end and self.frames >= _FRAMES)

    def arming(self, now: float) -> bool:
        """Whether it has only just come into view."""
        return self.frames < _FRAMES or now - self.since < PAUSE

    def hurdle(self, now: float) -> str:
        """Why it cannot be approved yet; empty when it can."""
        if self.sheet is None:
            return "being prepared"
        if not self.ended:
            return "scroll to the end to approve"
        return "just arrived" if self.arming(now) else ""

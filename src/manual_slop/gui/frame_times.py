"""How long the last frames took to draw: our side of them, from the news to the last panel."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable

_KEPT = 600


class FrameTimes:
    """The latest frames, the oldest first, in milliseconds. `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._began: float | None = None
        self.latest: deque[float] = deque(maxlen=_KEPT)

    def begin(self) -> None:
        """A frame begins."""
        self._began = self._clock()

    def end(self) -> None:
        """Everything in it is drawn."""
        if self._began is not None:
            self.latest.append(1000 * (self._clock() - self._began))
            self._began = None

    def figures(self) -> tuple[float, float, float]:
        """The middle one, what 95 of 100 stayed under, the longest; zeros before the first."""
        ordered = sorted(self.latest)
        if not ordered:
            return 0.0, 0.0, 0.0
        return ordered[len(ordered) // 2], ordered[math.ceil(0.95 * len(ordered)) - 1], ordered[-1]

"""Python's collector of garbage, such that it never stops a frame: litellm's half a million objects are left alone.

A full collection looks at all of them and takes a quarter of a second, on whatever thread it falls, and no other
thread runs meanwhile.
"""

from __future__ import annotations

import gc
import time

from manual_slop.providers.litellm_loader import is_loaded

_YOUNG = 5_000
"""Objects that come before the young ones are looked at: a stream makes thousands a second that go by themselves."""

_PATIENCE = 60.0


class Collector:
    """Rests until litellm is there (or a minute has passed), then looks only at what came later."""

    def __init__(self) -> None:
        self._since = time.monotonic()
        self._before = gc.get_threshold()
        self._resting = True
        gc.disable()

    def keep(self) -> None:
        """Once a frame."""
        if self._resting and (is_loaded() or time.monotonic() - self._since > _PATIENCE):
            self._resting = False
            gc.freeze()
            gc.set_threshold(_YOUNG, *self._before[1:])
            gc.enable()

    def leave(self) -> None:
        """As it was before."""
        gc.unfreeze()
        gc.set_threshold(*self._before)
        gc.enable()

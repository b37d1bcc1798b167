"""Files that a person drops on the window: each is attached to what they are writing."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from manual_slop.gui.backends import for_drops, listen_for_drops

_MOST = 12


class Drops:
    """Takes paths from GLFW; `attach` gets each, `say` is told where there were too many. Lives as long as the window.

    Elsewhere than on Linux nothing is heard: there the paperclip and a path that is pasted into the box do the same.
    """

    def __init__(self, attach: Callable[[str], None], say: Callable[[str], None]) -> None:
        self._attach = attach
        self._say = say
        self.heard = for_drops(self._heard)

    def listen(self) -> None:
        """From now on, once the window is there."""
        listen_for_drops(self.heard)

    def _heard(self, _window: Any, count: int, paths: Any) -> None:
        dropped = [os.fsdecode(paths[index]) for index in range(count)]
        for path in dropped[:_MOST]:
            self._attach(path)
        if count > _MOST:
            self._say(f"{_MOST} of the {count:,} files were attached: drop the others after these are sent")

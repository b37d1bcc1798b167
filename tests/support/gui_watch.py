"""An eye on what the window draws: what fails there is noted and goes no further, and what it opens is noted too.

An exception that left a callback would end the window while somebody is still using it, and the test engine with it:
their thread would then look at what is gone, and take the whole test run along.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from imgui_bundle import imgui

from manual_slop.gui.boundary import recover

_FORBIDDEN = ("open", "socket.", "subprocess.", "sqlite3.", "os.listdir", "os.scandir", "os.system", "import")

Errors = list[BaseException]


class Trouble(Exception):
    """The window has failed, so that nothing more can be done in it."""


class Watch:
    """An audit hook that notes what the drawing thread opens while it draws. One a process: hooks stay for ever."""

    def __init__(self) -> None:
        self.opened: list[str] = []
        self._drawing = 0
        sys.addaudithook(self._hear)

    @contextmanager
    def drawing(self) -> Iterator[None]:
        """What this thread does within is drawing."""
        self._drawing = threading.get_ident()
        try:
            yield
        finally:
            self._drawing = 0

    def take(self) -> list[str]:
        """What was opened since this was asked last."""
        opened, self.opened = self.opened, []
        return opened

    def _hear(self, name: str, arguments: tuple[Any, ...]) -> None:
        if self._drawing == threading.get_ident() and name.startswith(_FORBIDDEN):
            self.opened.append(f"{name} {arguments[:1]}")


watch = Watch()


def watched(draw: Callable[[], object] | None, errors: Errors, *, in_bar: bool = False) -> Callable[[], None]:
    """The same within a frame, under watch: what it raises or leaves open becomes the newest of `errors`.

    `in_bar` where the window has opened a menu bar around it and will close it.
    """

    def draw_watched() -> None:
        if not callable(draw):
            return
        state = _state()
        try:
            with watch.drawing():
                draw()
            if in_bar:
                _compare(state)
            else:
                imgui.internal.error_recovery_try_to_recover_state(state)  # raises where something was left open
        except Exception as error:  # noqa: BLE001  # judged when the window is closed
            errors.append(error)
            if in_bar:  # ImGui closes what is open at the end of the frame, and need not stop us with it
                imgui.get_io().config_error_recovery_enable_assert = False
            else:
                recover(state)

    return draw_watched


def _state() -> imgui.internal.ErrorRecoveryState:
    state = imgui.internal.ErrorRecoveryState()
    imgui.internal.error_recovery_store_state(state)
    return state


def _compare(before: imgui.internal.ErrorRecoveryState) -> None:
    after = _state()
    uneven = [
        name for name in dir(before) if name.startswith("size_of") and getattr(before, name) != getattr(after, name)
    ]
    if uneven:
        raise RuntimeError(f"left open: {', '.join(uneven)}")


def guarded(call: Callable[[], object] | None, errors: Errors) -> Callable[[], None]:
    """The same between frames: what it raises becomes the newest of `errors`."""

    def call_guarded() -> None:
        try:
            if callable(call):
                call()
        except Exception as error:  # noqa: BLE001  # judged when the window is closed
            errors.append(error)

    return call_guarded

"""A picture of the window, made without a display."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from imgui_bundle import hello_imgui, immapp
from PIL import Image

from manual_slop.gui.backends import NoPixelsError, no_display, without_screen
from manual_slop.gui.context import App
from manual_slop.gui.layout import focus
from manual_slop.gui.window import add_ons, let_go, window_params
from manual_slop.values.errors import ConfigError

_PATIENCE = 90.0
_MADE_UP = (1920, 1070)  # what GLFW's null platform has room for
_STILL = 12  # frames: heights are measured, tabs are in front
_GLANCE = 0.2  # seconds between two looks while something is under way


def picture(
    app: App, file: Path, size: tuple[int, int], panel: str = "", done: Callable[[], bool] = lambda: True
) -> None:
    """Write a PNG of the window, in its first layout, when nothing moves any more and `done` says so.

    `size` in pixels, `panel` is brought to the front. Raises `NoPixelsError` where pictures cannot be made, and
    `ConfigError` where this one cannot be written.
    """
    _choose_screen(size)
    params = window_params(app, size)
    params.ini_disable = True
    params.fps_idling.enable_idling = params.fps_idling.vsync_to_monitor = False
    woken = threading.Event()
    _watch(params, app, panel, done, woken)
    app.controller.wake = woken.set
    problem = ""
    try:
        immapp.run(params, add_ons())
        _write(file)
    except RuntimeError as error:
        problem = str(error)
    finally:
        app.controller.wake = _nobody
        let_go(params)
    if problem:
        raise NoPixelsError(f"no picture without EGL (Debian: libegl1 libgl1 libgl1-mesa-dri): {problem}")


def _choose_screen(size: tuple[int, int]) -> None:
    """No screen, unless the picture is larger than the one that is made up there."""
    if size[0] <= _MADE_UP[0] and size[1] <= _MADE_UP[1]:
        without_screen()
    elif no_display():
        most, asked = "x".join(map(str, _MADE_UP)), "x".join(map(str, size))
        room = f"{size[0] + 60}x{size[1] + 60}x24"
        raise NoPixelsError(
            f"without a display a picture is {most} at most, not {asked}: `xvfb-run -s '-screen 0 {room}'` makes one"
        )


def settled(app: App) -> bool:
    """Whether nothing is under way that would change the picture."""
    state = app.state
    busy = any(one.loading for table in state.loaded.values() for one in table.values())
    return not busy and (state.running <= len(state.waiting))


def _watch(
    params: hello_imgui.RunnerParams, app: App, panel: str, done: Callable[[], bool], woken: threading.Event
) -> None:
    frame, until, still = params.callbacks.post_new_frame, time.monotonic() + _PATIENCE, 0
    in_front = not panel

    def look() -> None:
        nonlocal still, in_front
        if not still:  # a window without a screen never idles by itself
            woken.wait(_GLANCE)
            woken.clear()
        frame()
        ready = (done() and settled(app)) or time.monotonic() > until
        if ready and not in_front:
            focus(panel)
            in_front = True
        still = still + 1 if ready else 0  # a panel that comes to the front may have to read first
        params.app_shall_exit = still > _STILL

    params.callbacks.post_new_frame = look


def _write(file: Path) -> None:
    problem = ""
    try:
        Image.fromarray(hello_imgui.final_app_window_screenshot()).save(file, "PNG", optimize=True)
    except OSError as error:
        problem = error.strerror or str(error)
    if problem:
        raise ConfigError(f"the picture cannot be written: {problem}", file)


def _nobody() -> None:
    """There is no window to wake any more."""

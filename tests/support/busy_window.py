"""A real window in a program of its own, with everything busy; says "busy", and is closed when it reads a line.

python -m tests.support.busy_window FOLDER MARKER
"""

from __future__ import annotations

import ctypes
import sys
import threading
from pathlib import Path

import imgui_bundle
from imgui_bundle import hello_imgui

from manual_slop.__main__ import _leave
from manual_slop.app_controller import AppController
from manual_slop.gui.context import App
from manual_slop.gui.window import open_window
from tests.support.busyness import make_everything_busy


def _main(project: Path, marker: str) -> None:
    app = App(AppController(project))
    make_everything_busy(app.controller, marker)
    wanted = threading.Event()
    threading.Thread(target=_listen, args=(app, wanted), daemon=True).start()
    frames = 0

    def each_frame() -> None:
        nonlocal frames
        frames += 1
        if frames == 3:
            print("busy", flush=True)
        if wanted.is_set():
            _press_the_cross()

    open_window(app, each_frame)
    _leave(0)  # as the program itself does


def _listen(app: App, wanted: threading.Event) -> None:
    sys.stdin.readline()
    wanted.set()
    app.controller.wake()


def _press_the_cross() -> None:
    """What GLFW does when the window manager asks the window to close."""
    glfw = ctypes.CDLL(str(Path(imgui_bundle.__file__).parent / "libglfw.so.3"))
    glfw.glfwSetWindowShouldClose(ctypes.c_void_p(hello_imgui.get_glfw_window_address()), 1)  # type: ignore[attr-defined]  # not in its stubs


if __name__ == "__main__":
    _main(Path(sys.argv[1]), sys.argv[2])

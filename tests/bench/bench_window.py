"""How quick the window is: Python's time per frame, the first frame, memory, idling. No limits, only figures.

`python -m tests.bench.bench_window` runs every scene in a process of its own; with names, those. Scenes that need a
display start Xvfb, and say so where there is none.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from manual_slop.values.events import MessageAdded, TextDelta, TurnStarted
from manual_slop.values.messages import user

CODE = "".join(f"def function_{number}(x: int) -> int:\n    return x * {number} + 1\n\n" for number in range(620))
_FPS, _WARM = 60.0, 20


def drawn(fill: Callable[..., None], frames: int = 300, feed: Callable[..., None] | None = None) -> dict[str, float]:
    """Milliseconds of a frame from ImGui's new frame to its rendering, without pixels: panels, menus, everything."""
    from imgui_bundle import immapp

    from manual_slop.app_controller import AppController
    from manual_slop.gui.backends import without_pixels
    from manual_slop.gui.context import App
    from manual_slop.gui.window import add_ons, window_params

    app = App(AppController(None), lasting=False)
    fill(app)
    params = window_params(app, (1600, 1000))
    params.ini_disable = True
    params.fps_idling.enable_idling = False
    params.callbacks.after_swap = lambda: None  # no warm-up beside the measurement
    frame, took, due, memory = params.callbacks.post_new_frame, [], [0.0, 0.0], []

    def begin() -> None:
        due[0] = time.perf_counter()
        frame()

    def end() -> None:
        now = time.perf_counter()
        took.append(1000 * (now - due[0]))
        if len(took) >= _WARM and len(took) % _WARM == 0:
            memory.append(_memory())
        params.app_shall_exit = len(took) >= frames + _WARM
        if feed is not None:
            due[1] = max(due[1] + 1 / _FPS, now)
            time.sleep(max(0.0, due[1] - time.perf_counter()))

    params.callbacks.post_new_frame, params.callbacks.before_imgui_render = begin, end
    without_pixels(params)
    over = threading.Event()
    if feed is not None:
        threading.Thread(target=feed, args=(app.controller, over), daemon=True).start()
    immapp.run(params, add_ons())
    over.set()
    took = sorted(took[_WARM:])
    return {
        "p50 ms": statistics.median(took),
        "p95 ms": took[int(len(took) * 0.95)],
        "max ms": took[-1],
        "MB more": max(memory) - memory[0],
    }


def small() -> dict[str, float]:
    """The default layout with a discussion of 200 messages of markdown."""
    from tests.support.windows import make_enormous

    return drawn(lambda app: make_enormous(app.state, 200, rest=False))


def large() -> dict[str, float]:
    """The same with 100,000 messages."""
    from tests.support.windows import make_enormous

    return drawn(lambda app: make_enormous(app.state, 100_000, rest=False))


def streaming() -> dict[str, float]:
    """200 pieces of markdown a second."""
    from tests.support.windows import MARKDOWN

    return drawn(
        _begun, 600, lambda controller, over: _feed(controller, over, [controller.state.current], MARKDOWN * 40)
    )


def code() -> dict[str, float]:
    """An answer of 36 KB of code in one block, 200 pieces a second."""
    text = "```python\n" + CODE
    frames = int(len(text) / 24 / 200 * _FPS) + 60
    return drawn(_begun, frames, lambda controller, over: _feed(controller, over, [controller.state.current], text))


def eight() -> dict[str, float]:
    """Eight conversations that stream at 100 pieces a second each."""
    from tests.support.windows import MARKDOWN

    def fill(app: object) -> None:
        for _ in range(7):
            _begun(app)
            app.controller.new_conversation()  # type: ignore[attr-defined]
        _begun(app)

    return drawn(
        fill,
        600,
        lambda controller, over: _feed(controller, over, list(controller.state.conversations), MARKDOWN * 40, 100),
    )


def start() -> dict[str, float]:
    """From the start of the process to the first frame on a display, with what a person has: nothing in memory yet."""
    return {"first frame s": min(_on_display(_FIRST_FRAME) for _ in range(3))}


def idle() -> dict[str, float]:
    """The share of one processor that an open window takes when nothing happens, on a software renderer."""
    return {"% of a processor": 100 * _on_display(_IDLE)}


_OPENED = """
import os, sys, time
began = time.monotonic()
from manual_slop.gui.remembered import remembered_window
from manual_slop.gui.window import add_ons, window_params
from imgui_bundle import immapp
app = remembered_window()
params = window_params(app)
"""
_FIRST_FRAME = f"""{_OPENED}
def swapped():
    print(time.monotonic() - began)
    sys.stdout.flush()
    os._exit(0)
params.callbacks.after_swap = swapped
immapp.run(params, add_ons())
"""
_IDLE = f"""{_OPENED}
from manual_slop.providers.litellm_loader import is_loaded
import threading
def measure():
    while not is_loaded():
        time.sleep(0.1)
    time.sleep(5)
    used, since = time.process_time(), time.monotonic()
    time.sleep(10)
    print((time.process_time() - used) / (time.monotonic() - since))
    sys.stdout.flush()
    os._exit(0)
threading.Thread(target=measure, daemon=True).start()
immapp.run(params, add_ons())
"""

SCENES: Mapping[str, Callable[[], dict[str, float]]] = {
    one.__name__: one for one in (small, large, streaming, code, eight, start, idle)
}


def main(names: list[str]) -> None:
    """Each scene in a process of its own, or the one named, as JSON."""
    if names[:1] == ["--alone"]:
        print(json.dumps(SCENES[names[1]]()))
        return
    for name in names or SCENES:
        command = [sys.executable, "-m", "tests.bench.bench_window", "--alone", name]
        with tempfile.TemporaryDirectory() as home:
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, env={**os.environ, "MANUAL_SLOP_HOME": home}
            )
        figures = done.stdout.strip().splitlines()[-1:] or [done.stderr.strip()[-300:]]
        said = figures[0]
        with contextlib.suppress(ValueError):
            said = "   ".join(f"{key} {value:.2f}" for key, value in json.loads(said).items())
        print(f"{name:<10} {said}")


def _begun(app: object) -> None:
    controller = app.controller  # type: ignore[attr-defined]
    source = controller.state.current
    controller.post(source, TurnStarted("t", "s", "rehearsal/demo"))
    controller.post(source, MessageAdded(user("write it")))


def _feed(controller: object, over: threading.Event, sources: list[str], text: str, rate: float = 200.0) -> None:
    pieces, due = _pieces(text), time.perf_counter()
    for piece in pieces:
        for source in sources:
            controller.post(source, TextDelta(piece))  # type: ignore[attr-defined]
        due += 1 / rate
        if over.wait(max(0.0, due - time.perf_counter())):
            return


def _pieces(text: str, length: int = 24) -> Iterator[str]:
    return (text[at : at + length] for at in range(0, len(text), length))


def _on_display(program: str) -> float:
    xvfb = shutil.which("Xvfb")
    if xvfb is None:
        raise SystemExit("no figure: there is no Xvfb (Debian: xvfb)")
    reading, writing = os.pipe()
    with subprocess.Popen(
        [xvfb, "-displayfd", str(writing), "-screen", "0", "1920x1080x24"], pass_fds=[writing]
    ) as server:
        os.close(writing)
        try:
            with os.fdopen(reading) as told:
                display = f":{told.readline().strip()}"
            environment = {**os.environ, "DISPLAY": display}
            done = subprocess.run(
                [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
            )
        finally:
            server.terminate()
    return float(done.stdout)


def _memory() -> float:
    """Megabytes in use now; at most so far where the system does not tell."""
    status = Path("/proc/self/statm")
    if status.exists():
        return int(status.read_text().split()[1]) * resource.getpagesize() / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


if __name__ == "__main__":
    main(sys.argv[1:])

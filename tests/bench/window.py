"""How quick the window is: Python's time per frame, the first frame, memory, idling, beside what we hold ourselves to.

Every scene runs in a process of its own: `python -m tests.bench.window SCENE` prints its figures as JSON. `cpu` is
the drawing thread's own time: where the machine has other work it is the better figure. Scenes that need a display
start Xvfb, and say so where there is none.
"""

from __future__ import annotations

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
from typing import Any

from manual_slop.values.events import MessageAdded, TextDelta, TurnStarted
from manual_slop.values.messages import user
from tests.bench.part import Part, Target

CODE = "".join(f"def function_{number}(x: int) -> int:\n    return x * {number} + 1\n\n" for number in range(620))
_FPS, _WARM, _AT_WORK, _PIECES = 60.0, 20, 8, 200.0


def drawn(
    fill: Callable[..., None], frames: int = 300, feed: Callable[..., None] | None = None, panel: str = ""
) -> dict[str, float]:
    """Milliseconds of a frame from ImGui's new frame to its rendering, without pixels: panels, menus, everything."""
    from imgui_bundle import immapp

    from manual_slop.app_controller import AppController
    from manual_slop.gui.backends import without_pixels
    from manual_slop.gui.context import App
    from manual_slop.gui.layout import focus
    from manual_slop.gui.window import add_ons, window_params

    app, over = App(AppController(None), lasting=False), threading.Event()
    fill(app)
    params = window_params(app, (1600, 1000))
    params.ini_disable = True
    params.fps_idling.enable_idling = False
    params.callbacks.after_swap = lambda: None  # no warm-up beside the measurement
    frame, took, cpu, memory = params.callbacks.post_new_frame, [], [], []
    due, begun = [0.0, 0.0], [0.0]

    def begin() -> None:
        due[0], begun[0] = time.perf_counter(), time.thread_time()
        if panel and len(took) == 2:
            focus(panel)
        frame()

    def end() -> None:
        now = time.perf_counter()
        took.append(1000 * (now - due[0]))
        cpu.append(1000 * (time.thread_time() - begun[0]))
        if len(took) >= _WARM and len(took) % _WARM == 0:
            memory.append(_memory())
        params.app_shall_exit = len(took) >= frames + _WARM or over.is_set()
        if feed is not None:
            due[1] = max(due[1] + 1 / _FPS, now)
            time.sleep(max(0.0, due[1] - time.perf_counter()))

    params.callbacks.post_new_frame, params.callbacks.before_imgui_render = begin, end
    without_pixels(params)
    if feed is not None:
        threading.Thread(target=feed, args=(app.controller, over), daemon=True).start()
    immapp.run(params, add_ons())
    over.set()
    app.controller.close()
    took, cpu = sorted(took[_WARM:]), sorted(cpu[_WARM:])
    return {
        "p50 ms": statistics.median(took),
        "p95 ms": took[int(len(took) * 0.95)],
        "p99 ms": took[int(len(took) * 0.99)],
        "max ms": took[-1],
        "cpu p50": statistics.median(cpu),
        "cpu p95": cpu[int(len(cpu) * 0.95)],
        "cpu max": cpu[-1],
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


def tickets() -> dict[str, float]:
    """A track of 1,000 tickets as a graph, all of it in view, beside an empty discussion."""
    from manual_slop.gui.dashboard.view import view_of
    from tests.support.tracks import some_tracks

    def fill(app: Any) -> None:
        app.state.tracks = some_tracks(1_000)
        view = view_of(app)
        view.shown, view.turn_to = "graph", "Tracks"

    return drawn(fill, panel="MMA Dashboard")


def spending() -> dict[str, float]:
    """Costs by tier and over time from a ledger of 100,000 calls, while they are counted and after, at 60 frames/s."""
    from manual_slop.app.spending import BOOK, Book
    from tests.support.entries import some_entries

    book = Book()
    for entry in some_entries(100_000):
        book.add(entry)

    def fill(app: Any) -> None:
        app.controller.spending.models = ("openai/gpt-4o-mini",)
        app.state.conversation.session_id = "s"
        app.state.fetched(BOOK, "s").value = book

    return drawn(fill, 600, lambda _controller, _over: None, panel="MMA Dashboard")


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
    """Eight conversations with a model that says 100 words a second: real sessions, through litellm, over HTTP."""
    from manual_slop import ai_client
    from manual_slop.gui.collector import Collector
    from manual_slop.providers.litellm_loader import litellm

    collector = Collector()
    ai_client.send("hello", model="rehearsal/words-50")  # the server stands, everything is loaded
    litellm()
    collector.keep()

    def fill(app: object) -> None:
        controller = app.controller  # type: ignore[attr-defined]
        controller.choose_model("rehearsal/slow-100")
        for number in range(_AT_WORK):
            if number:
                controller.new_conversation()
            controller.send("What can you do? Tell me all of it, at length.")

    def wait(controller: object, over: threading.Event) -> None:
        while controller.state.running and not over.is_set():  # type: ignore[attr-defined]
            time.sleep(0.01)
        over.set()

    figures = drawn(fill, 1_200, wait)
    collector.leave()
    return figures


def start() -> dict[str, float]:
    """From the start of the process to the first frame on a display, with what a person has: nothing in memory yet.

    The best of eight: what else the machine does can only make it later.
    """
    return {"first frame s": min(_on_display(_FIRST_FRAME) for _ in range(8))}


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
    one.__name__: one for one in (small, large, tickets, spending, streaming, code, eight, start, idle)
}
TARGETS: Mapping[str, Mapping[str, float]] = {
    "small": {"p50 ms": 1.0},
    "large": {"p50 ms": 1.5},
    "tickets": {"p50 ms": 1.5},
    "spending": {"p50 ms": 1.5},
    "streaming": {"p50 ms": 2.0},
    "code": {"p50 ms": 2.0, "MB more": 60.0},
    "eight": {"max ms": 50.0},
    "start": {"first frame s": 0.7},
    "idle": {"% of a processor": 6.0},
}
"""What a figure is at most."""


_QUICK = ("small", "tickets")


def part(quick: bool) -> Part:
    """Each scene by itself. Those that need a display have no figures where there is none."""
    found = {name: _scene(name) for name in (_QUICK if quick else SCENES)}
    lines, targets = [], []
    for name, figures in found.items():
        lines.append(
            f"{name:<10} " + ("   ".join(f"{key} {value:.2f}" for key, value in figures.items()) or "no figure")
        )
        for key, most in TARGETS[name].items():
            value = figures.get(key, float("inf"))
            targets.append(Target(f"{name}: {key} {value:.2f} (≤ {most:g})", value <= most))
    return Part(found, lines, targets)


def _scene(name: str) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.window", name]
    with tempfile.TemporaryDirectory() as home:
        surroundings = {**os.environ, "MANUAL_SLOP_HOME": home}
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, env=surroundings)
    said = done.stdout.strip().splitlines()[-1:]
    figures: dict[str, float] = json.loads(said[0]) if done.returncode == 0 and said else {}
    return figures


def _begun(app: object) -> None:
    controller = app.controller  # type: ignore[attr-defined]
    source = controller.state.current
    controller.post(source, TurnStarted("t", "s", "rehearsal/demo"))
    controller.post(source, MessageAdded(user("write it")))


def _feed(controller: object, over: threading.Event, sources: list[str], text: str) -> None:
    pieces, due = _pieces(text), time.perf_counter()
    for piece in pieces:
        for source in sources:
            controller.post(source, TextDelta(piece))  # type: ignore[attr-defined]
        due += 1 / _PIECES
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
    print(json.dumps(SCENES[sys.argv[1]]()))

"""How soon a person sees something on a terminal, and what showing an answer costs."""

from __future__ import annotations

import os
import pty
import statistics
import sys
import tempfile
import time

from manual_slop.terminal.turn_view import TurnView
from manual_slop.values.events import Event, TextDelta
from tests.bench.part import Part, row
from tests.terminal.doubles import into_pipes, on_terminal

_RUNS = 7
_PARAGRAPH = "Some words with **bold** and `code` in them, and then some more words to fill the line. " * 3
_ANSWER = "\n\n".join([_PARAGRAPH, "\n".join(f"- item {number}: words" for number in range(20))] * 12)


def first_sign(*arguments: str) -> float:
    """Seconds from the start of the process to its first byte on a terminal."""
    with tempfile.TemporaryDirectory() as home:
        begun = time.monotonic()
        process, terminal = pty.fork()
        if process == 0:
            environment = {**os.environ, "MANUAL_SLOP_HOME": home, "TERM": "xterm-256color"}
            os.execve(sys.executable, [sys.executable, "-m", "manual_slop", *arguments], environment)
        os.read(terminal, 1)
        seconds = time.monotonic() - begun
        os.kill(process, 9)
        os.waitpid(process, 0)
        os.close(terminal)
        return seconds


def shown(view: TurnView, redraw_every: int) -> float:
    """Milliseconds of processor time to show the answer in pieces of eight characters, per piece."""
    events: list[Event] = [TextDelta(_ANSWER[at : at + 8]) for at in range(0, len(_ANSWER), 8)]
    begun = time.process_time()
    view.begin()
    for number, event in enumerate(events):
        view.show(event)
        if number % redraw_every == 0:
            view.redraw()
    view.end()
    return (time.process_time() - begun) * 1000 / len(events)


def part(quick: bool) -> Part:
    """What a person waits for on a terminal."""
    runs = 1 if quick else _RUNS
    seen: dict[str, list[float]] = {}
    for arguments in (("--version",), ("send", "-m", "rehearsal/demo", "hi"), ("chat", "-m", "rehearsal/demo")):
        first_sign(*arguments)
        seen[arguments[0]] = sorted(first_sign(*arguments) for _ in range(runs))
    cost = {"into a pipe": shown(TurnView(into_pipes()[0]), 1)}
    for every in (1, 10, 100):
        cost[f"on a terminal, redrawn every {every} pieces"] = shown(TurnView(on_terminal(100, 40)[0]), every)
    lines = [row("the first sign of life", "median s", "worst s")]
    lines += [row(f"  {name}", f"{statistics.median(took):.2f}", f"{took[-1]:.2f}") for name, took in seen.items()]
    lines += [row(f"an answer of {len(_ANSWER):,} characters", "ms a piece")]
    lines += [row(f"  {name}", f"{milliseconds:.3f}") for name, milliseconds in cost.items()]
    return Part({"first_sign_s": seen, "shown_ms": cost}, lines)

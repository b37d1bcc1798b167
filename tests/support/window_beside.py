"""A window beside a store that others write, in a program of its own: it shows what every session there tells.

`python -m tests.support.window_beside CONVERSATIONS` says "ready", follows as many sessions until it reads a line, and
says its frame times in milliseconds and how many events it showed, as JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from manual_slop.gui.available import missing
from tests.bench.window import drawn
from tests.support.shared import ROOT

_PAUSE = 0.1
"""Seconds between two looks at the store, as the window follows runs."""


class Beside:
    """Such a window; `figures` are there once it is closed. `missing` says why there can be none here."""

    def __init__(self, missing: str = "") -> None:
        self.missing = missing
        self.figures: dict[str, float] = {}


@contextmanager
def window_beside(conversations: int) -> Iterator[Beside]:
    """A window that is open for as long as the block, on this process's home; none where there can be none."""
    if why := missing():
        yield Beside(why)
        return
    command = [sys.executable, "-m", "tests.support.window_beside", str(conversations)]
    beside, pipe = Beside(), subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as window:
        assert window.stdout is not None
        assert window.stdout.readline() == "ready\n", "the window did not open"
        yield beside
        said, _ = window.communicate("\n")
    beside.figures = json.loads(said.splitlines()[-1])


def main(conversations: int) -> None:
    """Draw sixty frames a second, and post what the sessions tell."""
    told = 0

    def fill(app: Any) -> None:
        for _ in range(conversations - 1):
            app.controller.new_conversation()

    def follow(controller: Any, over: threading.Event) -> None:
        nonlocal told
        from manual_slop.store.shared import shared_store

        store, free, seen = shared_store(), list(controller.state.conversations), dict[str, tuple[str, int]]()
        threading.Thread(target=lambda: (sys.stdin.readline(), over.set()), daemon=True).start()
        print("ready", flush=True)
        while not over.wait(_PAUSE):
            for session in store.sessions():
                source, after = seen.get(session.id) or (free.pop(), 0)
                for envelope in store.envelopes(session.id, after):
                    controller.post(source, envelope.event)
                    told, after = told + 1, envelope.number
                seen[session.id] = source, after

    figures = drawn(fill, sys.maxsize, follow)
    print(json.dumps({**figures, "events": told}), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))

"""What a process holds while it does the same again and again: `python -m tests.support.flat turns|windows COUNT`.

Prints one JSON list: after each tenth, the megabytes resident, the threads, the open files and the sockets.
"""

from __future__ import annotations

import contextlib
import gc
import json
import resource
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.support.scripted_server import Scripted, ScriptedServer, calls, chunk, fails, says


def turns() -> Iterator[Callable[[int], None]]:
    """Turns of recorded conversations: answers, a change that is approved, a failure, a cut, a cancel."""
    from manual_slop import ai_client
    from manual_slop.values.approval import Answer
    from manual_slop.values.events import TextDelta

    def script(at: int) -> list[Scripted]:
        change = calls(("write_file", {"path": f"{at}.txt", "content": "x"}))
        each = ([says("a", "b")], [change, says("done")], [fails(500)], [Scripted([chunk({"content": "a"})], cut=True)])
        return each[at % len(each)]

    with tempfile.TemporaryDirectory() as project, ScriptedServer([says("a")]) as server:
        access, held = ai_client.new_access(), [None]

        def turn(at: int) -> None:
            if at % 20 == 0:
                if held[0] is not None:
                    held[0].close()
                held[0] = ai_client.new_session(  # type: ignore[call-overload]
                    "openai/gpt-4o",
                    project=project,
                    approve=lambda request: Answer("approve"),
                    retries=ai_client.RetryPolicy(1),
                    access=access,
                    record=True,
                )
            cancel = ai_client.Cancel()
            heard = (lambda event: cancel.request() if isinstance(event, TextDelta) else None) if at % 5 == 4 else None
            server.script = script(at)
            server.seen.clear()
            with contextlib.suppress(ai_client.ProviderError):
                base = f"{server.url}/v1"
                held[0].send("go", api_base=base, api_key="sk-canary-flat-1", cancel=cancel, on_event=heard)  # type: ignore[attr-defined]
            for path in Path(project).glob("*.txt"):
                path.unlink()

        yield turn


def windows() -> Iterator[Callable[[int], None]]:
    """Windows opened, drawn and closed."""
    from manual_slop.app_controller import AppController
    from manual_slop.gui.context import App
    from manual_slop.providers.litellm_loader import litellm
    from tests.support.gui import draw

    litellm()

    def window(at: int) -> None:
        app = App(AppController(None), lasting=False)
        draw(app, 2)
        app.controller.close()

    yield window


def held() -> dict[str, float]:
    """What this process holds now, once garbage is gone."""
    gc.collect()
    files = [_target(link) for link in Path("/proc/self/fd").iterdir()]
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return {
        "mb": round(pages * resource.getpagesize() / 2**20, 1),
        "threads": threading.active_count(),
        "files": len(files),
        "sockets": sum(name.startswith("socket:") for name in files),
    }


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return ""


def main(what: str, count: int) -> None:
    """Do it so many times."""
    work = contextlib.contextmanager({"turns": turns, "windows": windows}[what])
    found = []
    with work() as do:
        for at in range(count):
            do(at)
            if (at + 1) % max(1, count // 10) == 0:
                found.append(held())
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

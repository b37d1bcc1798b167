"""What only we are asked: whether memory stays flat, and how fast a cancel is answered."""

from __future__ import annotations

import random
import resource
import sys
import threading
import time
from pathlib import Path
from typing import Any

from tests.bench.provider.tasks import KEY, MODEL, PROMPT


def memory(contender: Any, calls: int) -> dict[str, Any]:
    """Single replies and streams of 20 pieces in turn; resident megabytes after each tenth of them."""
    seen: dict[int, float] = {}
    for at in range(1, calls + 1):
        if at % 2:
            contender.single()
        else:
            contender.stream("short")
        if at % max(1, calls // 10) == 0:
            seen[at] = round(resident_megabytes(), 1)
    return {"resident": seen}


def resident_megabytes() -> float:
    """Memory of this process; its peak where the system does not tell what it is now."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / (2**20 if sys.platform == "darwin" else 2**10)
    return pages * resource.getpagesize() / 2**20


def cancel(server: str, tries: int) -> dict[str, list[float]]:
    """Seconds from the press of the button to the end of `send`, before the first token and in the middle."""
    from manual_slop.ai_client import new_access

    access, moments = new_access(), random.Random(7)
    return {
        path: [_cancel_once(access, f"{server}/{path}/v1", moments.uniform(0.005, 0.05)) for _ in range(tries)]
        for path in ("stall", "midstall")
    }


def _cancel_once(access: Any, base: str, after: float) -> float:
    from manual_slop.ai_client import Cancel, ProviderError, new_session
    from manual_slop.values.events import TextDelta, TurnFailed, TurnStarted

    button, begun, ends = Cancel(), threading.Event(), []
    waits_for = TextDelta if "midstall" in base else TurnStarted
    session = new_session(f"openai/{MODEL}", access=access)
    failures: list[TurnFailed] = []

    def listen(event: Any) -> None:
        if isinstance(event, waits_for):
            begun.set()
        if isinstance(event, TurnFailed):
            failures.append(event)

    def send() -> None:
        try:
            session.send(PROMPT, api_base=base, api_key=KEY, cancel=button, on_event=listen)
        except ProviderError as error:
            ends.append((time.perf_counter(), error))

    thread = threading.Thread(target=send)
    thread.start()
    begun.wait()
    time.sleep(after)
    pressed = time.perf_counter()
    button.request()
    thread.join()
    ended, error = ends[0]
    assert error.kind == "cancelled", error
    used = failures[0].usage  # on a busy machine the request may not have left yet: then nothing was used
    assert used.estimated or not (used.total_tokens or error.partial), "the usage of a cancelled call is no estimate"
    assert bool(error.partial) == (waits_for is TextDelta), "the partial text is not what had arrived"
    return ended - pressed

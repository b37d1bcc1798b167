"""One process of contenders. It works when told to and is silent otherwise, so that processes can take turns.

`python -m tests.bench.provider.worker GROUP SERVER` reads one JSON command a line and answers each with one line.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.bench.provider import solo, where
from tests.bench.provider.contenders import Httpx, Litellm, OpenAI, Ours
from tests.bench.provider.peers import PINS, peer
from tests.bench.provider.replies import LONG, SENTENCE
from tests.bench.provider.tasks import Done

GROUPS: Mapping[str, tuple[str, ...]] = {
    "plain": ("httpx", "openai"),
    "default": ("litellm default",),
    "tuned": ("litellm tuned",),
    "ours": ("litellm as loaded", "ours", "ours heard", "ours whole"),
    **{name: (name,) for name in PINS},
}
"""Who shares a process: litellm's settings are its process's.

`tuned` has the settings litellm documents for speed; `as loaded` is litellm as our loader leaves it, asked by itself,
so that what we add stands beside what we build on. Ours streams unless it says `whole`, and nobody listens unless it
says `heard`. Each of the other libraries has an environment of its own.
"""


def contenders(group: str, server: str) -> dict[str, Any]:
    """The contenders of a group, ready to work."""
    if group == "plain":
        return {"httpx": Httpx(server), "openai": OpenAI(server)}
    if group == "ours":
        return _ours(server)
    if group in PINS:
        return {group: peer(group, server)}
    import litellm

    if group == "tuned":
        litellm.suppress_debug_info = True
        litellm.disable_streaming_logging = True
        litellm.disable_token_counter = True
        litellm.turn_off_message_logging = True
    return {f"litellm {group}": Litellm(server, litellm)}


def contender(name: str, server: str) -> Any:
    """One of them alone, by its name."""
    group = next(group for group, names in GROUPS.items() if name in names)
    return contenders(group, server)[name]


def _ours(server: str) -> dict[str, Any]:
    from manual_slop.providers.litellm_loader import litellm as loaded

    return {
        "litellm as loaded": Litellm(server, loaded()),
        "ours": Ours(server),
        "ours heard": Ours(server, listens=True),
        "ours whole": Ours(server, stream=False),
    }


def timed(who: Any, task: str, times: int) -> dict[str, Any]:
    """Do a task so many times: wall seconds of each, seconds to each first piece, CPU seconds of one."""
    job, expected = _job(who, task)
    walls, firsts = [], []
    cpu_before = time.process_time()
    for _ in range(times):
        started = time.perf_counter()
        done = job()
        walls.append(time.perf_counter() - started)
        assert done.text == expected, f"{task}: {done.text[:80]!r} is not the answer"
        firsts += [] if done.first is None else [done.first]
    return {"wall": walls, "first": firsts, "cpu": (_settled_cpu() - cpu_before) / times}


def _job(who: Any, task: str) -> tuple[Callable[[], Done], str]:
    kind, _, size = task.partition(" ")
    if kind == "history":
        return (lambda: who.history(int(size))), SENTENCE
    return getattr(who, kind), LONG if kind == "stream" else SENTENCE


def _settled_cpu() -> float:
    """CPU seconds of this process, once the threads that work on after an answer have ended their work."""
    spent = time.process_time()
    while True:
        time.sleep(0.003)
        now = time.process_time()
        if now - spent < 0.0005:
            return now
        spent = now


def burst(who: Any, threads: int, calls: int) -> dict[str, Any]:
    """So many conversations at once, each of so many prompts; every answer is checked to be its own."""
    cpu_before, started = time.process_time(), time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        heard = list(pool.map(lambda mark: who.talk(mark, calls), range(threads)))
    wall = time.perf_counter() - started
    crossed = sum(text != f"#{mark}#" for mark, texts in enumerate(heard) for text in texts)
    return {"wall": [wall], "first": [], "cpu": _settled_cpu() - cpu_before, "crossed": crossed}


def _work(group: str, server: str, say: Callable[[dict[str, Any]], None]) -> None:
    crew = contenders(group, server)
    say({"ready": list(crew)})
    for line in sys.stdin:
        order = json.loads(line)
        who = crew[order["contender"]]
        match order["do"]:
            case "burst":
                say(burst(who, order["threads"], order["calls"]))
            case "memory":
                say(solo.memory(who, order["calls"]))
            case "where":
                say(where.parts(who, order["calls"]))
            case "cancel":
                say(solo.cancel(server, order["tries"]))
            case task:
                say(timed(who, task, order["times"]))


def main() -> None:
    """Answer on the real standard output; whatever litellm prints goes elsewhere."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def say(answer: dict[str, Any]) -> None:
        print(json.dumps(answer), file=answers, flush=True)

    _work(sys.argv[1], sys.argv[2], say)


if __name__ == "__main__":
    main()

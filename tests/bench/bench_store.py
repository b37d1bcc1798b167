"""What keeping things costs: `uv run python -m tests.bench.bench_store [--quick] [--json FILE]`.

Everything is on the disk that the temporary folder is on, and acknowledged when it is synced there.
"""

from __future__ import annotations

import argparse
import dataclasses
import functools
import json
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from manual_slop.store.store import Store
from manual_slop.values.events import Event, MessageAdded, MessageFinished, Notice
from manual_slop.values.messages import Message, Text, user

WORDS = Path(__file__).read_text("utf-8").split() * 50


@dataclasses.dataclass(frozen=True, slots=True)
class Effort:
    """How much of everything is kept."""

    producers: int
    events: int
    messages: int
    searched: int
    listed: int


FULL = Effort(producers=64, events=1_000, messages=10_000, searched=100_000, listed=1_000_000)
QUICK = Effort(producers=8, events=20, messages=200, searched=500, listed=2_000)

READER = """
import json, resource, sys, time
from pathlib import Path
from manual_slop.store.store import Store
from manual_slop.values.events import MessageAdded, MessageFinished
began = time.perf_counter()
store = Store.open(Path(sys.argv[1]))
said = store.envelopes("long", types={MessageAdded, MessageFinished})
messages = [one.event.message for one in said]
seconds = time.perf_counter() - began
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"messages": len(messages), "seconds": seconds, "peak_mb": peak}))
"""


def measure(effort: Effort, folder: Path) -> dict[str, Any]:
    """All figures of one run, by name."""
    return {
        "producers": producers(folder / "producers", effort),
        "one": alone(folder / "alone", 10 * effort.events // effort.producers),
        "reading": reading(folder / "reading", effort.messages),
        "search": search(folder / "search", effort.searched),
        "list": listing(folder / "list", effort.listed),
    }


def producers(folder: Path, effort: Effort) -> dict[str, float]:
    """Many threads, each waiting for each of its events."""
    store, waits = Store.open(folder), []

    def produce(thread: int) -> None:
        took = []
        for number in range(effort.events):
            began = time.perf_counter()
            store.append(f"s{thread}", [Notice("event " * 80 + str(number))])
            took.append(time.perf_counter() - began)
        waits.extend(took)

    threads = [threading.Thread(target=produce, args=(thread,)) for thread in range(effort.producers)]
    seconds = timed(lambda: [*(thread.start() for thread in threads), *(thread.join() for thread in threads)])
    found = sum(summary.events for summary in store.sessions())
    assert found == effort.producers * effort.events, "an event was lost"
    store.close()
    return {"events": found, "per_second": found / seconds, **spread(waits)}


def alone(folder: Path, count: int) -> dict[str, float]:
    """One thread, as in a chat."""
    store = Store.open(folder)
    waits = [timed(lambda: store.append("s", [Notice("event " * 80)])) for _ in range(count)]
    store.close()
    return spread(waits)


def reading(folder: Path, count: int) -> dict[str, float]:
    """A long conversation in a process of its own, from the start of its first import to the last message."""
    store = Store.open(folder)
    store.append("long", [message(number) for number in range(count)])
    store.close()
    said = subprocess.run([sys.executable, "-c", READER, str(folder)], capture_output=True, check=True, text=True)
    figures: dict[str, float] = json.loads(said.stdout)
    return figures


def search(folder: Path, count: int) -> dict[str, Any]:
    """Words of every kind over many messages: rare, common, several, beginnings, and none at all."""
    store = Store.open(folder)
    for at in range(0, count, 1_000):
        store.append(f"s{at % 7}", [message(number) for number in range(at, min(count, at + 1_000))])
    queries = ["message7", f"message{count // 2}", "store", "the store", "s", "import json", "nowhere", "a b c d e f"]
    found = {}
    for query in queries:
        waits = [timed(functools.partial(store.search, query)) for _ in range(5)]
        found[query] = {"hits": len(store.search(query)), "ms": 1000 * statistics.median(waits)}
    store.close()
    return {"messages": count, "slowest_ms": max(one["ms"] for one in found.values()), "queries": found}


def listing(folder: Path, count: int) -> dict[str, float]:
    """A list of sessions, whatever is in them."""
    store = Store.open(folder)
    for at in range(0, count, 2_000):
        store.append(f"s{at // 2_000 % 200}", [Notice("x")] * min(2_000, count - at))
    waits = [timed(store.sessions) for _ in range(20)]
    figures = {"sessions": len(store.sessions()), "events": sum(one.events for one in store.sessions())}
    store.close()
    opening = timed(lambda: Store.open(folder).close())
    size = (folder / "sessions.db").stat().st_size / 1e6
    return {**figures, "ms": 1000 * statistics.median(waits), "open_and_close_ms": 1000 * opening, "file_mb": size}


def message(number: int) -> Event:
    """Something said, in words that come often and one that never comes again."""
    start = random.Random(number).randrange(len(WORDS) // 2)
    text = f"message{number} " + " ".join(WORDS[start : start + 40])
    return MessageAdded(user(text)) if number % 2 else MessageFinished(Message("assistant", (Text(text),)), "stop")


def timed(work: Callable[[], Any]) -> float:
    """Seconds that it takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def spread(waits: list[float]) -> dict[str, float]:
    """How long it took mostly, and at worst, in milliseconds."""
    ranked = sorted(waits)
    return {
        "p50_ms": 1000 * ranked[len(ranked) // 2],
        "p99_ms": 1000 * ranked[len(ranked) * 99 // 100],
        "worst_ms": 1000 * ranked[-1],
    }


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a little of everything, to see that it works")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(QUICK if chosen.quick else FULL, Path(folder))
    told = json.dumps(figures, indent=2)
    print(told)
    if chosen.json:
        chosen.json.write_text(told + "\n", "utf-8")


if __name__ == "__main__":
    main()

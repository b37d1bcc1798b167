"""What keeping things costs.

Everything is on the disk that the temporary folder is on, and acknowledged when it is synced there.
"""

from __future__ import annotations

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
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from manual_slop.store.store import Store
from manual_slop.values.events import Event, MessageAdded, MessageFinished, Notice
from manual_slop.values.messages import Message, Text, user
from tests.bench.part import Part, Target, row, seconds

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
RESUME_S, SEARCH_MS = 1.0, 50.0
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
        "reading": {str(count): reading(folder / f"reading {count}", count) for count in _sizes(effort.messages)},
        "search": {str(count): search(folder / f"search {count}", count) for count in _sizes(effort.searched)},
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
    took = seconds(lambda: [*(thread.start() for thread in threads), *(thread.join() for thread in threads)])
    found = sum(summary.events for summary in store.sessions())
    assert found == effort.producers * effort.events, "an event was lost"
    store.close()
    return {"events": found, "per_second": found / took, **spread(waits)}


def alone(folder: Path, count: int) -> dict[str, float]:
    """One thread, as in a chat."""
    store = Store.open(folder)
    waits = [seconds(lambda: store.append("s", [Notice("event " * 80)])) for _ in range(count)]
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
        waits = [seconds(functools.partial(store.search, query)) for _ in range(5)]
        found[query] = {"hits": len(store.search(query)), "ms": 1000 * statistics.median(waits)}
    store.close()
    return {"messages": count, "slowest_ms": max(one["ms"] for one in found.values()), "queries": found}


def listing(folder: Path, count: int) -> dict[str, float]:
    """A list of sessions, whatever is in them."""
    store = Store.open(folder)
    for at in range(0, count, 2_000):
        store.append(f"s{at // 2_000 % 200}", [Notice("x")] * min(2_000, count - at))
    waits = [seconds(store.sessions) for _ in range(20)]
    figures = {"sessions": len(store.sessions()), "events": sum(one.events for one in store.sessions())}
    store.close()
    opening = seconds(lambda: Store.open(folder).close())
    size = (folder / "sessions.db").stat().st_size / 1e6
    return {**figures, "ms": 1000 * statistics.median(waits), "open_and_close_ms": 1000 * opening, "file_mb": size}


def message(number: int) -> Event:
    """Something said, in words that come often and one that never comes again."""
    start = random.Random(number).randrange(len(WORDS) // 2)
    text = f"message{number} " + " ".join(WORDS[start : start + 40])
    return MessageAdded(user(text)) if number % 2 else MessageFinished(Message("assistant", (Text(text),)), "stop")


def spread(waits: list[float]) -> dict[str, float]:
    """How long it took mostly, and at worst, in milliseconds."""
    ranked = sorted(waits)
    return {
        "p50_ms": 1000 * ranked[len(ranked) // 2],
        "p99_ms": 1000 * ranked[len(ranked) * 99 // 100],
        "worst_ms": 1000 * ranked[-1],
    }


def _sizes(most: int) -> list[int]:
    return [most // 100, most // 10, most]


def part(quick: bool) -> Part:
    """A store of many producers, long conversations, many sessions."""
    with tempfile.TemporaryDirectory() as folder:
        found = measure(QUICK if quick else FULL, Path(folder))
    return Part(found, list(_lines(found)), list(_targets(found)))


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    many, one, listed = found["producers"], found["one"], found["list"]
    yield row("events, each waited for", "p50 ms", "p99 ms", "worst", "a second")
    yield row("  many threads", *_three(many), f"{many['per_second']:,.0f}")
    yield row("  one thread", *_three(one))
    yield row("resume, messages", "seconds", "peak MB")
    for count, it in found["reading"].items():
        yield row(f"  {int(count):,}", f"{it['seconds']:.3f}", f"{it['peak_mb']:.0f}")
    yield row("search, messages", "worst ms")
    for count, it in found["search"].items():
        yield row(f"  {int(count):,}", f"{it['slowest_ms']:.1f}")
    yield (
        f"{listed['sessions']} sessions of {listed['events']:,} events are listed in {listed['ms']:.1f} ms, "
        f"opened and closed in {listed['open_and_close_ms']:.0f} ms, and take {listed['file_mb']:.0f} MB"
    )


def _three(it: Mapping[str, float]) -> list[str]:
    return [f"{it[name]:.2f}" for name in ("p50_ms", "p99_ms", "worst_ms")]


def _targets(found: Mapping[str, Any]) -> Iterator[Target]:
    messages, resumed = list(found["reading"].items())[-1]
    took = resumed["seconds"]
    yield Target(f"{int(messages):,} messages are read in {took:.2f} s (≤ {RESUME_S:g})", took <= RESUME_S)
    messages, searched = list(found["search"].items())[-1]
    worst = searched["slowest_ms"]
    yield Target(f"the slowest search in {int(messages):,} takes {worst:.1f} ms (≤ {SEARCH_MS:g})", worst <= SEARCH_MS)

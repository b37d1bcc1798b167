"""What a run costs beside its workers.

A thousand tickets over 64 workers that do nothing, each step kept on the disk: the time a ticket is the engine's own.
"""

from __future__ import annotations

import random
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

from manual_slop.conductor.run_values import RunSettings
from manual_slop.conductor.running import Run
from manual_slop.store.store import Store
from manual_slop.store.watching import Watcher
from manual_slop.values.tickets import Ticket
from tests.bench.part import Part, Target, row
from tests.support.crews import ScriptedCrew, planned

MOST_MS = 5.0


def graph(count: int, seed: int = 1) -> list[Ticket]:
    """Tickets of which most depend on one or two before them."""
    chance = random.Random(seed)
    tickets: list[Ticket] = []
    for at in range(count):
        needed = {chance.randrange(max(0, at - 100), at) for _ in range(chance.randrange(3))} if at >= 64 else set()
        tickets.append(Ticket(f"t{at}", f"Ticket {at}", "do it", depends_on=tuple(f"t{one}" for one in sorted(needed))))
    return tickets


def measure(tickets: int, workers: int, folder: Path) -> dict[str, Any]:
    """All figures of one run, by name."""
    store = Store.open(folder)
    store.tracks.append("many", planned(graph(tickets)))
    store.tracks.claim("many")
    watcher = Watcher(store.database)
    crew = ScriptedCrew(threads=workers)
    settings = RunSettings(("acme/m",), ("acme/q",), workers=workers, reviewers=workers)
    before = resource.getrusage(resource.RUSAGE_SELF)
    began = time.perf_counter()
    why = Run(store.tracks, "many", settings, crew).go(watcher)
    seconds = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_SELF)
    watcher.close()
    store.close()
    return {
        "why": why,
        "tickets": tickets,
        "workers": workers,
        "ms_a_ticket": seconds * 1000 / tickets,
        "cpu_ms_a_ticket": (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime) * 1000 / tickets,
        "most_at_once": crew.most,
        "grown_mb": (after.ru_maxrss - before.ru_maxrss) / 1024,
    }


def part(quick: bool) -> Part:
    """Runs of several sizes over 64 workers."""
    runs = []
    for count in (10, 100) if quick else (10, 100, 1000):
        with tempfile.TemporaryDirectory() as folder:
            runs.append(measure(count, 64, Path(folder)))
    lines = [row("tickets over 64 workers", "ms each", "CPU ms", "MB more", "at once")]
    lines += [
        row(
            f"  {it['tickets']:,}",
            f"{it['ms_a_ticket']:.2f}",
            f"{it['cpu_ms_a_ticket']:.2f}",
            f"{it['grown_mb']:.0f}",
            str(it["most_at_once"]),
        )
        for it in runs
    ]
    most = runs[-1]["ms_a_ticket"]
    words = f"the engine adds {most:.2f} ms to each of {runs[-1]['tickets']:,} tickets (≤ {MOST_MS:g})"
    return Part({"runs": runs}, lines, [Target(words, most <= MOST_MS)])

"""What is measured of every contender, turn by turn, and what is asked of one process alone."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.provider.processes import ROOT, Crew, alone, environment, groups
from tests.bench.provider.worker import GROUPS

EVERYBODY = tuple(name for names in GROUPS.values() for name in names)
SESSIONS = (1, 4, 16, 64)
"""How many conversations go on at once."""
_IN_ONE_PIECE = tuple(name for name in EVERYBODY if name != "ours heard")
_NOT_COLD = ("litellm as loaded", "ours heard", "ours whole")
HEAVY = ("litellm", "openai", "pydantic", "httpx", "PIL", "aiohttp", "tenacity", "rich", "typer")
"""Modules that importing our front door must not load."""


@dataclass(frozen=True, slots=True)
class Row:
    """A task, in words, whom it is given to, how often a turn, and in which turns: each, each second …"""

    task: str
    title: str
    contenders: Sequence[str] = _IN_ONE_PIECE
    times: int = 1
    every: int = 1


ROWS = (
    Row("single", "single reply", EVERYBODY, times=5),
    Row("stream", "stream of 500 pieces", tuple(name for name in EVERYBODY if name != "ours whole")),
    Row("loop", "10 tool rounds (11 requests, 5 tools)"),
    Row("history 10", "reply after 10 messages", times=3),
    Row("history 100", "reply after 100 messages", times=2),
    Row("history 1000", "reply after 1,000 messages"),
    Row("history 10000", "reply after 10,000 messages", every=4),
    Row("image", "reply to a picture of 5 MB", every=2),
)


@dataclass(frozen=True, slots=True)
class Figures:
    """Milliseconds of one task by one contender. `cpu` counts all threads, also those that work on afterwards."""

    p10: float
    median: float
    p95: float
    cpu: float
    first: float | None
    samples: int


Table = Mapping[str, Mapping[str, Figures]]
"""Figures by row and contender."""


def interleaved(crew: Crew, turns: int) -> dict[str, dict[str, Figures]]:
    """Every row of every contender, taking turns `turns` times, the first to go being another each time."""
    taking = {row.task: [name for name in row.contenders if name in crew.names] for row in ROWS}
    seen: dict[str, dict[str, list[dict[str, Any]]]] = {
        task: {name: [] for name in names} for task, names in taking.items()
    }
    for turn in _turns(turns):
        for row in (row for row in ROWS if turn < 0 or turn % row.every == 0):
            for name in _rotated(taking[row.task], turn):
                result = crew.do(name, row.task, times=row.times)
                if turn >= 0:
                    seen[row.task][name].append(result)
    return {task: {name: figures(results) for name, results in row.items()} for task, row in seen.items()}


def figures(results: Sequence[Mapping[str, Any]]) -> Figures:
    """The figures of a task from what a worker said, turn by turn."""
    walls = sorted(1e3 * wall for result in results for wall in result["wall"])
    firsts = [1e3 * first for result in results for first in result["first"]]
    return Figures(
        walls[int(0.10 * len(walls))],
        statistics.median(walls),
        walls[int(0.95 * len(walls))],
        statistics.median(1e3 * result["cpu"] for result in results),
        statistics.median(firsts) if firsts else None,
        len(walls),
    )


def _turns(counted: int) -> range:
    """One more before those that count, to compile and warm up; a single one only shows that it works."""
    return range(-1 if counted > 1 else 0, counted)


def _rotated(names: Sequence[str], by: int) -> list[str]:
    start = by % len(names)
    return [*names[start:], *names[:start]]


def bursts(crew: Crew, calls: int, turns: int) -> dict[str, dict[str, Figures]]:
    """So many prompts shared among 1 to 64 conversations at once: milliseconds for all of them, by their number."""
    contenders = [name for name in EVERYBODY if name in crew.names and name not in ("ours heard", "ours whole")]
    return {str(threads): _burst(crew, contenders, threads, max(1, calls // threads), turns) for threads in SESSIONS}


def _burst(crew: Crew, contenders: Sequence[str], threads: int, calls: int, turns: int) -> dict[str, Figures]:
    seen: dict[str, list[dict[str, Any]]] = {name: [] for name in contenders}
    for turn in range(turns):
        for name in _rotated(contenders, turn):
            result = crew.do(name, "burst", threads=threads, calls=calls)
            assert not result["crossed"], f"{name} gave {result['crossed']} answers to somebody else"
            seen[name].append(result)
    return {name: figures(results) for name, results in seen.items()}


def cold(base: str, home: Path, times: int, *, peers: bool) -> dict[str, dict[str, float]]:
    """Milliseconds from nothing to the first answer in a fresh process, and those of the second."""
    by_group = {group: GROUPS[group] for group in groups(peers)}
    who = [(group, name) for group, names in by_group.items() for name in names if name not in _NOT_COLD]
    seen: dict[str, list[dict[str, float]]] = {name: [] for _, name in who}
    for turn in _turns(times):
        for group, name in who:
            took = json.loads(alone(group, "tests.bench.provider.cold", name, base, home=home))
            if turn >= 0:
                seen[name].append(took)
    return {
        name: {part: 1e3 * statistics.median(one[part] for one in results) for part in ("first", "second")}
        for name, results in seen.items()
    }


def imports(home: Path, times: int) -> dict[str, Any]:
    """Milliseconds to import our front door and, for comparison, others; and the heavy modules it loads."""
    taken: dict[str, list[float]] = {"manual_slop.ai_client": [], "httpx": [], "openai": []}
    loaded: list[str] = []
    for module in taken:  # whoever comes first compiles
        _import_once(module, home)
    for _ in range(times):
        for module, milliseconds in taken.items():
            seconds, heavy = _import_once(module, home)
            milliseconds.append(1e3 * seconds)
            loaded = heavy if module == "manual_slop.ai_client" else loaded
    return {"median_ms": {name: statistics.median(values) for name, values in taken.items()}, "loads": loaded}


def _import_once(module: str, home: Path) -> tuple[float, list[str]]:
    program = (
        "import json, sys, time\n"
        "started = time.perf_counter()\n"
        f"import {module}\n"
        "took = time.perf_counter() - started\n"
        f"print(json.dumps([took, [name for name in {HEAVY!r} if name in sys.modules]]))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment(home), capture_output=True, text=True, check=True
    )
    took, heavy = json.loads(ran.stdout.splitlines()[-1])
    return took, heavy

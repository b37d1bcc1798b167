"""The figures of asking: one server on loopback, everybody in a process of their own, all taking turns.

So whatever else the machine does hits everybody alike.
"""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path
from typing import Any

from tests.bench.part import Part
from tests.bench.provider import report, rows
from tests.bench.provider.processes import crew, server


@dataclasses.dataclass(frozen=True, slots=True)
class Effort:
    """How often everything is done."""

    turns: int
    burst_turns: int
    burst_calls: int
    imports: int
    cold: int
    memory_calls: int
    cancels: int
    profiled: int


FULL = Effort(
    turns=32, burst_turns=3, burst_calls=192, imports=7, cold=3, memory_calls=10_000, cancels=100, profiled=200
)
QUICK = Effort(turns=1, burst_turns=1, burst_calls=8, imports=1, cold=1, memory_calls=40, cancels=3, profiled=2)


def part(quick: bool, peers: bool) -> Part:
    """Everything, by name."""
    figures = measure(QUICK if quick else FULL, peers=peers)
    plain = {**figures, "rows": _plain(figures["rows"]), "bursts": _plain(figures["bursts"])}
    return Part(plain, list(report.lines(figures)), list(report.targets(figures)))


def measure(effort: Effort, *, peers: bool) -> dict[str, Any]:
    """All figures of one run, by name."""
    with tempfile.TemporaryDirectory() as folder, server(Path(folder)) as base:
        home = Path(folder)
        imported = rows.imports(home, effort.imports)
        cold = rows.cold(base, home, effort.cold, peers=peers)
        with crew(base, home, peers=peers) as team:
            memory = team.do("ours", "memory", calls=effort.memory_calls)  # first, so that all growth is seen
            cancelled = team.do("ours", "cancel", tries=effort.cancels)
            table = rows.interleaved(team, effort.turns)
            together = rows.bursts(team, effort.burst_calls, effort.burst_turns)
            spent = team.do("ours whole", "where", calls=effort.profiled)
    return {
        "rows": table,
        "bursts": together,
        "burst_calls": effort.burst_calls,
        "cold": cold,
        "imports": imported,
        "memory": memory["resident"],
        "where": spent,
        "cancel": {
            when: sorted(1e3 * seconds for seconds in cancelled[path])
            for path, when in (("stall", "before the first token"), ("midstall", "in the middle"))
        },
    }


def _plain(table: rows.Table) -> dict[str, dict[str, dict[str, float]]]:
    return {row: {name: dataclasses.asdict(it) for name, it in of.items()} for row, of in table.items()}

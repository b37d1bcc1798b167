"""What our layer costs: `uv run python -m tests.bench.bench_provider [--quick] [--json FILE]`.

One server on loopback, the contenders in processes of their own, all taking turns, so that whatever else the machine
does hits everybody alike. Compare the figures of one run with each other, never with those of another.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import importlib.metadata
import json
import os
import platform
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.bench import report, rows
from tests.bench.processes import crew


@dataclasses.dataclass(frozen=True, slots=True)
class Effort:
    """How often everything is done."""

    turns: int
    burst_turns: int
    threads: int
    calls: int
    imports: int
    memory_calls: int
    cancels: int


FULL = Effort(turns=40, burst_turns=5, threads=64, calls=5, imports=7, memory_calls=5000, cancels=100)
QUICK = Effort(turns=1, burst_turns=1, threads=8, calls=2, imports=1, memory_calls=40, cancels=3)


def measure(effort: Effort) -> dict[str, Any]:
    """All figures of one run, by name."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        imported = rows.imports(home, effort.imports)
        with crew(home) as team:
            memory = team.do("ours", "memory", calls=effort.memory_calls)  # first, so that all growth is seen
            cancelled = team.do("ours", "cancel", tries=effort.cancels)
            table = rows.interleaved(team, effort.turns)
            together = rows.bursts(team, effort.threads, effort.calls, effort.burst_turns)
    return {
        "about": about(),
        "rows": table,
        "burst_of": [effort.threads, effort.calls],
        "bursts": together,
        "imports": imported,
        "memory": memory["resident"],
        "cancel": {
            when: sorted(1e3 * seconds for seconds in cancelled[path])
            for path, when in (("stall", "before the first token"), ("midstall", "in the middle"))
        },
    }


def about() -> dict[str, str]:
    """Which machine, which versions, when, and by which command."""
    packages = ("litellm", "openai", "httpx", "pydantic")
    return {
        "machine": f"{os.cpu_count()} × {platform.machine()}, {platform.system()}, load {os.getloadavg()[0]:.1f}",
        "versions": ", ".join(
            [
                f"Python {platform.python_version()}",
                *(f"{name} {importlib.metadata.version(name)}" for name in packages),
            ]
        ),
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "command": " ".join(["python -m tests.bench.bench_provider", *sys.argv[1:]]),
    }


def main() -> None:
    """Measure, print, and write the figures where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="do everything about once: shows that it works, no more")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    results = measure(QUICK if options.quick else FULL)
    print("\n".join(report.lines(results)))
    if options.json:
        options.json.write_text(json.dumps(results, indent=1, default=dataclasses.asdict) + "\n", "utf-8")


if __name__ == "__main__":
    main()

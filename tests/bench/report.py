"""The figures as tables, and what the project holds itself to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.bench.replies import TOOL_ROUNDS
from tests.bench.rows import ROWS, Figures

Table = Mapping[str, Mapping[str, Figures]]


@dataclass(frozen=True, slots=True)
class Target:
    """One thing we hold ourselves to: what was measured, in words, and whether it is kept."""

    words: str
    kept: bool


def targets(results: Mapping[str, Any]) -> Iterator[Target]:
    """Each target with what this run says of it."""
    yield from _speed(results["rows"])
    yield from _history(results["rows"])
    imported = results["imports"]["median_ms"]["manual_slop.ai_client"]
    heavy = ", ".join(results["imports"]["loads"]) or "none of the heavy modules"
    yield Target(f"importing ai_client takes {imported:.0f} ms (≤ 150)", imported <= 150)
    yield Target(f"it loads {heavy} (none)", not results["imports"]["loads"])
    resident = list(results["memory"].values())
    grown = resident[-1] - resident[len(resident) // 2 - 1]
    yield Target(f"the second half of the calls adds {grown:+.1f} MB (≤ 5)", grown <= 5)
    for when, milliseconds in results["cancel"].items():
        slowest = milliseconds[-1]
        yield Target(f"a cancel {when} is answered within {slowest:.1f} ms (≤ 100)", slowest <= 100)


def _speed(rows: Table) -> Iterator[Target]:
    single, stream, loop = rows["single"], rows["stream"], rows["loop"]
    bare = min(single["litellm default"].median, single["litellm tuned"].median)
    ratio = single["ours"].median / bare
    yield Target(
        f"a single reply takes {ratio:.2f} × bare litellm, the better of default and tuned (≤ 1.05)", ratio <= 1.05
    )
    ratio = stream["litellm default"].median / stream["ours"].median
    yield Target(f"a stream is {ratio:.1f} times faster than litellm's wrapper with its defaults (≥ 5)", ratio >= 5)
    ratio = stream["ours"].median / stream["openai"].median
    yield Target(f"a stream takes {ratio:.2f} × the OpenAI SDK (≤ 1.15)", ratio <= 1.15)
    ours, tuned = stream["ours heard"].first or 0.0, stream["litellm tuned"].first or 0.0
    yield Target(f"the first token takes {ours / tuned:.2f} × litellm tuned (≤ 1.05)", ours <= 1.05 * tuned)
    added = (loop["ours"].median - min(loop["litellm tuned"].median, loop["litellm as loaded"].median)) / TOOL_ROUNDS
    yield Target(f"we add {added:.2f} ms to a tool round of litellm, tuned or as we load it (≤ 1)", added <= 1)


def _history(rows: Table) -> Iterator[Target]:
    added = {
        size: rows[f"history {size}"]["ours whole"].cpu - rows[f"history {size}"]["litellm as loaded"].cpu
        for size in (10, 100, 1000)
    }
    words = ", ".join(f"{milliseconds:.2f} after {size:,}" for size, milliseconds in added.items())
    grows = added[1000] - added[10]
    yield Target(f"we add {words} messages, in CPU ms: {grows:+.2f} (≤ 1)", grows <= 1)


def lines(results: Mapping[str, Any]) -> Iterator[str]:
    """The whole report."""
    yield from (f"{name}: {value}" for name, value in results["about"].items())
    for row in ROWS:
        yield from _table(row.title, results["rows"][row.task], many=TOOL_ROUNDS if row.task == "loop" else 1)
    threads, calls = results["burst_of"]
    yield from _table(f"{threads} conversations at once × {calls} prompts", results["bursts"])
    yield from ("", "import, ms: " + ", ".join(f"{n} {ms:.0f}" for n, ms in results["imports"]["median_ms"].items()))
    yield "resident MB after so many calls: " + ", ".join(f"{n} → {mb}" for n, mb in results["memory"].items())
    for when, milliseconds in results["cancel"].items():
        middle = milliseconds[len(milliseconds) // 2]
        yield f"cancel {when}, ms: median {middle:.1f}, slowest of {len(milliseconds)} {milliseconds[-1]:.1f}"
    yield ""
    for target in targets(results):
        yield f"{'kept  ' if target.kept else 'MISSED'}  {target.words}"


def _table(title: str, row: Mapping[str, Figures], many: int = 1) -> Iterator[str]:
    floor = row["httpx"].median
    yield ""
    yield _line(title, "p10 ms", "median", "p95", "CPU ms", "first ms", "× httpx", "samples")
    for name, it in row.items():
        first = "" if it.first is None else f"{it.first:.2f}"
        times = (f"{value:.2f}" for value in (it.p10, it.median, it.p95, it.cpu))
        yield _line(f"  {name}", *times, first, f"{it.median / floor:.1f}", str(it.samples))
    if many > 1:
        yield f"  a round: {', '.join(f'{name} {it.median / many:.2f}' for name, it in row.items())}"


def _line(title: str, *cells: str) -> str:
    return f"{title:<38}" + "".join(f"{cell:>9}" for cell in cells)

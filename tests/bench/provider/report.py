"""The figures as tables, what the project holds itself to, and where others are ahead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.bench import part
from tests.bench.part import Target
from tests.bench.provider.peers import PINS
from tests.bench.provider.replies import TOOL_ROUNDS
from tests.bench.provider.rows import ROWS, SESSIONS, Figures, Table

_SIZES = (10, 100, 1000, 10000)


def targets(results: Mapping[str, Any]) -> Iterator[Target]:
    """Each target with what this run says of it."""
    yield from _speed(results["rows"])
    yield from _history(results["rows"])
    yield from _no_row_slower(results)
    yield from _ahead(results["rows"])
    first = {name: took["first"] for name, took in results["cold"].items()}
    ratio = first["ours"] / first["litellm default"]
    yield Target(f"from nothing to the first answer: {ratio:.2f} × litellm with its defaults (≤ 1.05)", ratio <= 1.05)
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
        for size in _SIZES
    }
    words = ", ".join(f"{milliseconds:.2f} after {size:,}" for size, milliseconds in added.items())
    grows = max(added.values()) - added[10]
    yield Target(f"we add {words} messages, in CPU ms: {grows:+.2f} at most from 10 on (≤ 1)", grows <= 1)


def _no_row_slower(results: Mapping[str, Any]) -> Iterator[Target]:
    """Nowhere slower than litellm as it comes."""
    for title, row in _all_rows(results):
        ratio = row["ours"].median / row["litellm default"].median
        yield Target(f"{title}: {ratio:.2f} × litellm with its defaults (≤ 1.05)", ratio <= 1.05)


def _ahead(rows: Table) -> Iterator[Target]:
    """Faster than those who do what we do."""
    for task, title, names in (
        ("stream", "a stream", ("any-llm", "pydantic-ai", "LangChain", "llm")),
        ("loop", "the tool loop", ("pydantic-ai", "LangChain", "llm")),
    ):
        for name in names:
            if name in rows[task]:
                ratio = rows[task]["ours"].median / rows[task][name].median
                yield Target(f"{title} takes {ratio:.2f} × {name} (< 1)", ratio < 1)


def _all_rows(results: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Figures]]]:
    for row in ROWS:
        yield row.title, results["rows"][row.task]
    for threads in SESSIONS:
        yield _together(threads, results["burst_calls"]), results["bursts"][str(threads)]


def _together(threads: int, calls: int) -> str:
    return f"{calls} prompts in {threads} conversation{'s' if threads > 1 else ''} at once"


def lines(results: Mapping[str, Any]) -> Iterator[str]:
    """The whole report."""
    for title, row in _all_rows(results):
        yield from _table(title, row)
    yield from ("", part.row("from nothing to the first answer", "first ms", "second ms"))
    for name, took in results["cold"].items():
        yield part.row(f"  {name}", f"{took['first']:.0f}", f"{took['second']:.1f}")
    yield from ("", "import, ms: " + ", ".join(f"{n} {ms:.0f}" for n, ms in results["imports"]["median_ms"].items()))
    yield "resident MB after so many calls: " + ", ".join(f"{n} → {mb}" for n, mb in results["memory"].items())
    for when, milliseconds in results["cancel"].items():
        middle = milliseconds[len(milliseconds) // 2]
        yield f"cancel {when}, ms: median {middle:.1f}, slowest of {len(milliseconds)} {milliseconds[-1]:.1f}"
    yield from _behind(results)
    yield from _where(results["where"])


def _table(title: str, row: Mapping[str, Figures]) -> Iterator[str]:
    floor = row["httpx"].median
    yield ""
    yield part.row(title, "p10 ms", "median", "p95", "CPU ms", "first ms", "× httpx", "samples")
    for name, it in row.items():
        first = "" if it.first is None else f"{it.first:.2f}"
        times = (f"{value:.2f}" for value in (it.p10, it.median, it.p95, it.cpu))
        yield part.row(f"  {name}", *times, first, f"{it.median / floor:.1f}", str(it.samples))


def _behind(results: Mapping[str, Any]) -> Iterator[str]:
    """Where another is ahead of us, by how much, and how much of that is litellm's own."""
    yield from ("", "Where others are ahead, in ms, and what litellm alone takes there as we load it:")
    for title, row in _all_rows(results):
        ours, litellm = row["ours"].median, row["litellm as loaded"].median
        ahead = {name: row[name].median for name in ("openai", *PINS) if name in row and row[name].median < ours}
        if ahead:
            yield f"  {title}: ours {ours:.1f}, litellm {litellm:.1f}"
            yield f"    {', '.join(f'{name} {ms:.1f} (we: {ours / ms:.1f} ×)' for name, ms in ahead.items())}"


def _where(spent: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    yield from ("", "Where the time of a single reply goes (profiled, so that Python's own calls weigh too much):")
    yield "  " + ", ".join(f"{name} {share:.0%}" for name, share in spent["share"].items() if share >= 0.005)
    yield "  the largest steps in litellm, with what they call:"
    yield from (f"    {share:6.1%}  {name}" for name, share in spent["steps"].items())

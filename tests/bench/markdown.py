"""The tables of README.md from the figures of a run: `python -m tests.bench.markdown bench.json`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.bench.provider.rows import ROWS

_SHOWN = {
    "httpx": "httpx",
    "openai": "OpenAI SDK",
    "litellm default": "litellm",
    "litellm tuned": "litellm tuned",
    "ours": "**ours**",
    "any-llm": "any-llm",
    "aisuite": "aisuite",
    "pydantic-ai": "pydantic-ai",
    "llm": "llm",
    "LangChain": "LangChain",
}
_SCENES = {
    "small": "200 messages",
    "large": "100,000 messages",
    "tickets": "1,000 tickets as a graph",
    "spending": "100,000 calls by tier and over time",
    "streaming": "200 pieces of markdown a second",
    "eight": "eight conversations that stream",
}


def tables(written: Mapping[str, Any]) -> Iterator[str]:
    """Everything that README.md shows of a run."""
    about, parts = written["about"], {name: part["figures"] for name, part in written["parts"].items()}
    yield f"`{about['command']}`, {about['date']}, {about['machine']}, {about['versions']}."
    yield ""
    yield from _provider(parts["provider"])
    yield ""
    yield from _program(parts)
    kept = [target["kept"] for part in written["parts"].values() for target in part["targets"]]
    yield ""
    yield f"{sum(kept)} of {len(kept)} targets kept."


def _provider(figures: Mapping[str, Any]) -> Iterator[str]:
    names = [name for name in _SHOWN if name in figures["rows"]["single"]]
    yield from _head("median ms", [_SHOWN[name] for name in names])
    for row in ROWS:
        yield _line(row.title, [_ms(figures["rows"][row.task][name]["median"]) for name in names])
        if row.task == "stream":
            firsts = (figures["rows"]["stream"]["ours heard" if name == "ours" else name]["first"] for name in names)
            yield _line("… its first piece", [_ms(first) for first in firsts])
    for threads, row in figures["bursts"].items():
        title = f"{figures['burst_calls']} replies, {threads} at a time"
        yield _line(title, [_ms(row[name]["median"]) if name in row else "" for name in names])
    yield _line("from nothing to the first reply", [_ms(figures["cold"][name]["first"]) for name in names])


def _program(parts: Mapping[str, Any]) -> Iterator[str]:
    window, store = parts["window"], parts["store"]
    yield from _head("the program", [""])
    yield _line("window, start to first frame, the best of eight", [f"{window['start']['first frame s']:.2f} s"])
    for scene, title in _SCENES.items():
        frame = window[scene]
        yield _line(f"a frame, {title}", [f"{frame['p50 ms']:.2f} ms, p95 {frame['p95 ms']:.2f}"])
    yield _line("window at rest", [f"{window['idle']['% of a processor']:.1f} % of a processor"])
    for count, read in store["reading"].items():
        yield _line(f"a session of {int(count):,} messages read", [f"{1e3 * read['seconds']:.0f} ms"])
    for count, found in store["search"].items():
        yield _line(f"the slowest search in {int(count):,} messages", [f"{found['slowest_ms']:.1f} ms"])
    for count, took in parts["money"].items():
        yield _line(f"what-if by tier, {int(count):,} calls × 5 models", [f"{1e3 * took['what-if by tier']:.0f} ms"])
    for run in parts["engine"]["runs"]:
        yield _line(f"the conductor's own time a ticket, of {run['tickets']:,}", [f"{run['ms_a_ticket']:.2f} ms"])
    yield _line("memory after 1,000 and 10,000 replies", [_memory(parts["provider"]["memory"])])
    slowest = max(times[-1] for times in parts["provider"]["cancel"].values())
    yield _line("the slowest of 200 cancels", [f"{slowest:.1f} ms"])


def _memory(resident: Mapping[str, float]) -> str:
    seen = list(resident.values())
    return f"{seen[0]:.0f} MB, {seen[-1]:.0f} MB"


def _ms(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def _head(title: str, names: Sequence[str]) -> Iterator[str]:
    yield _line(title, names)
    yield "|---|" + "---:|" * len(names)


def _line(title: str, cells: Sequence[str]) -> str:
    return f"| {title} | {' | '.join(cells)} |"


if __name__ == "__main__":
    print("\n".join(tables(json.loads(Path(sys.argv[1]).read_text("utf-8")))))

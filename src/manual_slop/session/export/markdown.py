"""A session as Markdown: what was said as text, what tools answered in code blocks, pictures by their size."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from manual_slop.session.export.wording import arguments, bill, call_summary, moment, picture_words, speaker
from manual_slop.session.story import Step
from manual_slop.values.usage import CostSum

_BACKTICKS = re.compile("`+")
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|])")


def as_markdown(title: str, steps: Iterable[Step], cost: CostSum) -> str:
    """The whole text. `cost` is that of all calls."""
    blocks = [f"# {plain(title)}", *(block for step in steps for block in _blocks(step))]
    return "\n\n".join([*blocks, "---", f"{cost.calls} provider calls · {cost}"]) + "\n"


def _blocks(step: Step) -> Iterator[str]:
    match step.kind:
        case "setting":
            yield f"*{moment(step.at)} · {plain(step.text)}*"
        case "prompt" | "answer":
            yield from _speech(step)
        case "tool":
            yield from _tool(step)
        case "note":
            yield f"*{plain(step.text)}*"
        case "error":
            yield f"**✗ {plain(step.text)}**"


def _speech(step: Step) -> Iterator[str]:
    yield f"## {step.number} · {plain(speaker(step))}"
    yield from (f"*[picture: {plain(picture_words(image))}]*" for image in step.images)
    if step.reasoning:
        yield quoted(step.reasoning)
    if step.text:
        yield quoted(step.text) if step.kind == "prompt" else step.text
    if bill(step):
        yield f"*{bill(step)}*"


def _tool(step: Step) -> Iterator[str]:
    if step.call is None or step.result is None:
        return
    sign = "✗" if step.result.is_error else "▸"
    yield f"{sign} **{plain(call_summary(step.call))}**"
    yield fenced(arguments(step.call), "json")
    yield fenced(step.result.content)


def quoted(text: str) -> str:
    """A quotation, which may be of several lines."""
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def fenced(text: str, language: str = "") -> str:
    """A code block whose fence is longer than any run of backticks in it."""
    fence = "`" * max(3, 1 + max(map(len, _BACKTICKS.findall(text)), default=0))
    return f"{fence}{language}\n{text}\n{fence}"


def plain(text: str) -> str:
    """A text on one line and without meaning to Markdown."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))

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
    blocks = [f"# {_plain(title)}", *(block for step in steps for block in _blocks(step))]
    return "\n\n".join([*blocks, "---", f"{cost.calls} provider calls · {cost}"]) + "\n"


def _blocks(step: Step) -> Iterator[str]:
    match step.kind:
        case "setting":
            yield f"*{moment(step.at)} · {_plain(step.text)}*"
        case "prompt" | "answer":
            yield from _speech(step)
        case "tool":
            yield from _tool(step)
        case "note":
            yield f"*{_plain(step.text)}*"
        case "error":
            yield f"**✗ {_plain(step.text)}**"


def _speech(step: Step) -> Iterator[str]:
    yield f"## {step.number} · {_plain(speaker(step))}"
    yield from (f"*[picture: {_plain(picture_words(image))}]*" for image in step.images)
    if step.reasoning:
        yield _quoted(step.reasoning)
    if step.text:
        yield _quoted(step.text) if step.kind == "prompt" else step.text
    if bill(step):
        yield f"*{bill(step)}*"


def _tool(step: Step) -> Iterator[str]:
    if step.call is None or step.result is None:
        return
    sign = "✗" if step.result.is_error else "▸"
    yield f"{sign} **{_plain(call_summary(step.call))}**"
    yield _fenced(arguments(step.call), "json")
    yield _fenced(step.result.content)


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _fenced(text: str, language: str = "") -> str:
    """A code block whose fence is longer than any run of backticks in it."""
    fence = "`" * max(3, 1 + max(map(len, _BACKTICKS.findall(text)), default=0))
    return f"{fence}{language}\n{text}\n{fence}"


def _plain(text: str) -> str:
    """On one line and without meaning to Markdown."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))

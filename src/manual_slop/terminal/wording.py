"""Numbers and happenings in a person's words, as plain text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from manual_slop.terminal.visible import one_line
from manual_slop.values.approval import Answer, Request
from manual_slop.values.budget import NodeState, node_name
from manual_slop.values.events import (
    BudgetWarning,
    CompactionUndone,
    HistoryCompacted,
    Notice,
    Retrying,
    ToolFinished,
)
from manual_slop.values.messages import ToolCall
from manual_slop.values.strict_json import StrictJSONError, parse_arguments
from manual_slop.values.tools import TELLING
from manual_slop.values.usage import Cost, CostSum, Usage, format_usd

if TYPE_CHECKING:
    from manual_slop.money.what_if import Difference

DOT = " · "
_PAGE = re.compile(r" \(https?://[^)]*\)")
_LONGEST_VALUE = 60

STOPPED_EARLY: Mapping[str, str] = {
    "length": "the answer ends at the model's output limit: --max-tokens raises it",
    "content_filter": "the provider's content filter ended the answer",
    "bad_tool_call": "the model's tool call could not be read: ask again, or choose another model",
}


def duration(seconds: float) -> str:
    """`3 ms`, `1.3 s`, `2 min 05 s`."""
    if seconds < 0.0005:
        return "<1 ms"
    if seconds < 0.0995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"


def size(count: int) -> str:
    """`640 B`, `1.2 kB`, `3.4 MB`."""
    if count < 1000:
        return f"{count} B"
    return f"{count / 1000:.1f} kB" if count < 999_950 else f"{count / 1e6:.1f} MB"


def usage_words(usage: Usage) -> str:
    """`412 in (128 cached) · 96 out (40 reasoning)`; `~412 in` where the provider did not count to the end."""
    about = "~" if usage.estimated else ""
    cached = [f"{usage.cache_read_tokens:,} cached"] if usage.cache_read_tokens else []
    written = [f"{usage.cache_write_tokens:,} written to cache"] if usage.cache_write_tokens else []
    reasoning = [f"{usage.reasoning_tokens:,} reasoning"] if usage.reasoning_tokens else []
    read = f"{about}{usage.input_tokens:,} in{_aside(cached + written)}"
    return f"{read}{DOT}{about}{usage.output_tokens:,} out{_aside(reasoning)}"


def cost_words(cost: Cost) -> str:
    """`$0.0012 list price (pricing/openai.toml, 2026-11-22)`, `unpriced (why)`, `local, no charge`."""
    if cost.basis == "local":
        return "local, no charge"
    if cost.usd is None:
        return f"unpriced{_aside([cost.note] if cost.note else [])}"
    if cost.basis == "billed":
        return f"{format_usd(cost.usd)} billed by the provider{_aside([cost.note] if cost.note else [])}"
    about = "~" if cost.basis == "estimated" else ""
    origin = [part for part in (_PAGE.sub("", cost.source), cost.as_of) if part]
    return f"{about}{format_usd(cost.usd)} {cost.basis}{_aside(origin)}"


def sum_words(cost: CostSum) -> str:
    """Several costs as one: `$1.84`, `~$1.84` where some of it is estimated, `≥ $1.84 + 3 unpriced calls`."""
    text = str(cost)
    return text.replace("$", "~$", 1) if cost.estimated and cost.usd else text


def difference_words(difference: Difference | None) -> str:
    """`−$1.73  −94.0 %`; a question mark where calls are left out."""
    if difference is None:
        return "?"
    sign = "+" if difference.usd > 0 else "−" if difference.usd < 0 else "±"
    if difference.percent is None:
        return f"{sign}{format_usd(abs(difference.usd))}"
    return f"{sign}{format_usd(abs(difference.usd))}  {sign}{abs(difference.percent):,.1f} %"


def turn_words(usage: Usage, cost: Cost, seconds: float, rounds: int = 0) -> str:
    """The last line of a turn: tokens, money and how we know, rounds, time."""
    counted = "" if not rounds else "1 round" if rounds == 1 else f"{rounds} rounds"
    return DOT.join(part for part in (usage_words(usage), cost_words(cost), counted, duration(seconds)) if part)


def call_words(call: ToolCall) -> str:
    """`read_file README.md`: a tool and what it is given."""
    return f"{one_line(call.name)} {_arguments(call.arguments)}".rstrip()


def tool_words(event: ToolFinished) -> str:
    """What a tool was given, how much it answered (or why it did not) and how long that took."""
    if event.result.is_error:
        answer = one_line(event.result.content.removeprefix("Error: "))
    else:
        answer = size(len(event.result.content.encode("utf-8", "replace")))
    return DOT.join((call_words(event.call), answer, duration(event.seconds)))


def retry_words(event: Retrying) -> str:
    """Why a call is made again and when."""
    return f"{event.error.kind}: {one_line(event.error.message)}{DOT}try {event.attempt} in {duration(event.wait)}"


def notice_words(event: Notice | BudgetWarning | HistoryCompacted | CompactionUndone) -> str:
    """What a person should know."""
    match event:
        case Notice():
            return event.text
        case BudgetWarning():
            return budget_words(event.node)
        case HistoryCompacted():
            return f"the oldest {event.replaced} messages are now a summary by {event.model}"
        case CompactionUndone():
            return "the messages that a summary had replaced are back"


def budget_words(node: NodeState) -> str:
    """How much of a node's limit is spent."""
    limit, spent = node.limit, node.spent
    parts = [] if limit.usd is None else [f"{format_usd(spent.usd)} of {format_usd(limit.usd)}"]
    parts += [] if limit.tokens is None else [f"{spent.tokens:,} of {limit.tokens:,} tokens"]
    return f"the budget of {one_line(node_name(node.path))} is nearly used up: {' and '.join(parts)} spent"


def approval_words(request: Request) -> str:
    """What waits for a person, and why it is asked about."""
    action = request.action
    return f"{one_line(action.tool)} {_arguments(action.arguments)} waits for approval: {one_line(request.why)}"


def answer_words(answer: Answer) -> str:
    """What the person said to it."""
    said = {
        "approve": "approved",
        "edit": "approved, edited",
        "refuse": "refused",
        "session": "approved for this session",
    }
    return DOT.join(part for part in (said[answer.kind], one_line(answer.reason)) if part)


def _arguments(text: str) -> str:
    try:
        arguments = parse_arguments(text)
    except StrictJSONError:
        return one_line(text, _LONGEST_VALUE)
    first = next((name for name in TELLING if isinstance(arguments.get(name), str)), next(iter(arguments), ""))
    named = (f"{one_line(name)}={_value(value)}" for name, value in arguments.items() if name != first)
    return " ".join([_value(arguments[first]), *named]) if arguments else ""


def _value(value: Any) -> str:
    """An argument in a few words; of what has parts only how many."""
    return f"[{len(value)}]" if isinstance(value, list | dict) else one_line(str(value), _LONGEST_VALUE)


def _aside(parts: list[str]) -> str:
    return f" ({', '.join(parts)})" if parts else ""

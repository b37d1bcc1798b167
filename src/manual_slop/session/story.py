"""A session as people read it: prompts, answers with their cost, tools with their results, and what else happened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from manual_slop.values.approval import Answer
from manual_slop.values.envelope import Envelope
from manual_slop.values.events import (
    ApprovalResolved,
    BudgetWarning,
    CompactionUndone,
    Event,
    HistoryCleared,
    HistoryCompacted,
    MessageAdded,
    MessageFinished,
    MessageWithdrawn,
    Notice,
    Retrying,
    SessionDescribed,
    ToolFinished,
    TurnFailed,
    TurnFinished,
)
from manual_slop.values.ledger import UsageRecorded
from manual_slop.values.messages import Image, Message, ToolCall, ToolResult
from manual_slop.values.usage import CostSum, Usage, total

Kind = Literal["setting", "prompt", "answer", "tool", "note", "error"]

_NOTHING_USED, _NOTHING_SPENT = Usage(), CostSum()


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to read. `number` is that of its event, so that a session can be forked there.

    A `tool` has its `call` and, where it was answered, its `result` and `seconds`, and what a person said to it
    (`approval`). `usage` and `spent` are of the provider calls behind an answer or an error, retries included.
    """

    number: int
    at: datetime
    kind: Kind
    text: str = ""
    reasoning: str = ""
    images: tuple[Image, ...] = ()
    model: str = ""
    interrupted: bool = False
    call: ToolCall | None = None
    result: ToolResult | None = None
    seconds: float = 0.0
    approval: Answer | None = None
    usage: Usage = _NOTHING_USED
    spent: CostSum = _NOTHING_SPENT


def story(envelopes: Iterable[Envelope]) -> Iterator[Step]:
    """The steps of a session, from its events in order."""
    teller = _Teller()
    for envelope in envelopes:
        for step in teller.tell(envelope.event):
            yield replace(step, number=envelope.number, at=envelope.at)


class _Teller:
    def __init__(self) -> None:
        self._entries: list[UsageRecorded] = []
        self._asked: dict[str, ToolCall] = {}
        self._approved: dict[str, Answer] = {}

    def tell(self, event: Event) -> Iterator[Step]:
        match event:
            case UsageRecorded():
                self._entries.append(event)
            case ApprovalResolved(request, answer):
                self._approved[request.action.call_id] = answer
            case MessageAdded(message) | MessageFinished(message):
                yield from self._message(message)
            case ToolFinished(call, result, seconds):
                self._asked.pop(call.id, None)
                yield self._tool(call, result, seconds)
            case SessionDescribed():
                yield _step("setting", _setting(event), model=event.model)
            case TurnFailed(error):
                text = f"{error.kind}: {error.message}"
                yield self._with_bill(_step("error", text, model=error.model))
            case _:
                yield from self._note(event)

    def _message(self, message: Message) -> Iterator[Step]:
        if message.role == "tool":
            for part in message.parts:
                if isinstance(part, ToolResult) and part.call_id in self._asked:
                    yield self._tool(self._asked.pop(part.call_id), part, 0.0)
            return
        if message.role == "assistant":
            self._asked = {call.id: call for call in message.tool_calls}
            told = _step("answer", message.text, model=message.model, interrupted=message.interrupted)
            yield self._with_bill(replace(told, reasoning=message.reasoning))
        else:
            yield replace(_step("prompt", message.text), images=message.images)

    def _tool(self, call: ToolCall, result: ToolResult, seconds: float) -> Step:
        approval = self._approved.pop(call.id, None)
        return replace(_step("tool"), call=call, result=result, seconds=seconds, approval=approval)

    def _note(self, event: Event) -> Iterator[Step]:
        words = note_words(event)
        if words:
            billed = isinstance(event, HistoryCompacted)
            yield self._with_bill(_step("note", words)) if billed else _step("note", words)

    def _with_bill(self, step: Step) -> Step:
        entries, self._entries = self._entries, []
        usage = sum((entry.usage for entry in entries), Usage())
        return replace(step, usage=usage, spent=total(entry.cost for entry in entries))


def note_words(event: Event) -> str:
    """What there is to say of an event that is neither speech nor a tool; nothing for most."""
    words = ""
    match event:
        case Notice(text):
            words = text
        case Retrying(attempt, _, error):
            words = f"{error.kind}: {error.message}; try {attempt}"
        case BudgetWarning(node):
            words = f"the budget of {node.path[-1]} is nearly used up"
        case MessageWithdrawn():
            words = "nothing came of it: the prompt was taken back"
        case HistoryCompacted(_, replaced, model):
            words = f"the oldest {replaced} messages are now a summary by {model}"
        case CompactionUndone():
            words = "the messages that a summary had replaced are back"
        case HistoryCleared():
            words = "the conversation began anew"
        case TurnFinished(stop_reason=reason) if reason not in ("stop", ""):
            words = f"the turn ended early: {reason}"
    return words


def _setting(event: SessionDescribed) -> str:
    parts = [event.model, event.project, f"{len(event.tools)} tools" if event.tools else ""]
    forked = f"forked from {event.forked_from} at {event.forked_at}" if event.forked_from else ""
    return " · ".join(part for part in (*parts, forked) if part)


def _step(kind: Kind, text: str = "", *, model: str = "", interrupted: bool = False) -> Step:
    return Step(0, datetime.min, kind, text, model=model, interrupted=interrupted)  # noqa: DTZ901  # set by `story`

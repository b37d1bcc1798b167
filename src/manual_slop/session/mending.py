"""What a conversation needs after its program died in the middle of a turn, so that it can go on: events to append."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from manual_slop.money.prices import combine
from manual_slop.session.transcript import OpenTurn, Transcript
from manual_slop.store.journal import Entry
from manual_slop.values.errors import ProviderError
from manual_slop.values.events import (
    Event,
    MessageAdded,
    MessageFinished,
    MessageWithdrawn,
    Notice,
    ToolFinished,
    TurnFailed,
)
from manual_slop.values.ledger import UsageRecorded
from manual_slop.values.messages import Message, Part, Reasoning, Text, ToolCall, ToolResult
from manual_slop.values.usage import Usage

_ENDED = "the program ended in the middle of the turn"
_ADVICE = "What had arrived is kept: go on from there."


@dataclass(frozen=True, slots=True)
class Remains:
    """What is known of the end besides the events.

    `text` and `reasoning` had streamed in of the answer under way. `effects` are the journal's entries of the turn by
    the id of their call. `reads` says of a tool that it changes nothing.
    """

    text: str = ""
    reasoning: str = ""
    effects: Mapping[str, Entry] = field(default_factory=dict)
    reads: Callable[[str], bool] = lambda _name: False


def mend(transcript: Transcript, remains: Remains, lost_call: Callable[[str], UsageRecorded | None]) -> list[Event]:
    """The events that close the open turn of `transcript`; none where none is open.

    `lost_call` makes the ledger's entry of the provider call that was under way, given the text that had arrived.
    Nothing is ever run again: a tool whose end nobody saw is answered as unknown.
    """
    turn = transcript.open
    if turn is None:
        return []
    mended: list[Event] = []
    if transcript.unanswered:
        mended += _answered(transcript.unanswered, turn, remains)
        return [*mended, _ending(transcript, turn, ())]
    entry = lost_call(remains.reasoning + remains.text) if _awaits_a_model(transcript) else None
    mended += [entry] if entry is not None else []
    mended += _partial(transcript, turn, remains)
    return [*mended, _ending(transcript, turn, (entry,) if entry is not None else ())]


def _awaits_a_model(transcript: Transcript) -> bool:
    """Whether the turn was waiting for an answer, so that a provider call may have been under way."""
    return bool(transcript.messages) and transcript.messages[-1].role != "assistant"


def _partial(transcript: Transcript, turn: OpenTurn, remains: Remains) -> Iterator[Event]:
    """The part of the answer that arrived; where none did, the prompt is taken back as if it had failed."""
    parts: list[Part] = [Reasoning(remains.reasoning)] if remains.reasoning else []
    parts += [Text(remains.text)] if remains.text else []
    if parts:
        yield MessageFinished(Message("assistant", tuple(parts), turn.model, interrupted=True), "interrupted")
    elif transcript.messages and transcript.messages[-1].role == "user":
        yield MessageWithdrawn()
        yield Notice(f"your last prompt was not answered, say it again: {transcript.messages[-1].text}")


def _answered(calls: tuple[ToolCall, ...], turn: OpenTurn, remains: Remains) -> Iterator[Event]:
    """Each call of the last message gets a result; what was running is told as ended, and the person of doubts."""
    results = []
    running = {call.id for call in turn.running}
    for call in calls:
        result = turn.finished.get(call.id) or _result(call, remains, began=call.id in running)
        results.append(result)
        if call.id in running:
            yield ToolFinished(call, result, 0.0)
            if result.content.startswith("unknown"):
                yield Notice(f"{call.name} {call.arguments}: {result.content}")
    yield MessageAdded(Message("tool", tuple(results)))


def _result(call: ToolCall, remains: Remains, *, began: bool) -> ToolResult:
    if not began:
        return ToolResult(call.id, "not run: the program ended before it began", is_error=True)
    entry = remains.effects.get(call.id)
    if entry is not None and entry.status == "done":
        return ToolResult(call.id, "done, but its result is lost: the program ended before it could be told")
    if entry is not None and entry.status == "failed":
        return ToolResult(call.id, f"not done: {entry.note or 'nothing was changed'}", is_error=True)
    if remains.reads(call.name):
        return ToolResult(call.id, "no result: the program ended while it ran; it changes nothing", is_error=True)
    doubt = "unknown: the program ended while it ran; whether it took effect is unknown. Look before you do it again"
    return ToolResult(call.id, doubt, is_error=True)


def _ending(transcript: Transcript, turn: OpenTurn, lost: tuple[UsageRecorded, ...]) -> TurnFailed:
    described = transcript.described
    usage = sum((entry.usage for entry in lost), turn.usage or Usage())
    cost = combine([*turn.costs, *(entry.cost for entry in lost)])
    provider = turn.model.partition("/")[0]
    error = ProviderError("unknown", provider, turn.model, _ENDED, advice=_ADVICE)
    return TurnFailed(error, usage, cost, described.session_id if described else "")

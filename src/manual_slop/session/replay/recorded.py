"""What a session's events say of each turn: where it began, what was said and done, how it ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from manual_slop.session.transcript import Folding
from manual_slop.values.events import (
    CompactionUndone,
    Event,
    HistoryCleared,
    HistoryCompacted,
    MessageAdded,
    MessageFinished,
    SessionDescribed,
    ToolFinished,
    TurnFailed,
    TurnFinished,
    TurnStarted,
)
from manual_slop.values.ledger import UsageRecorded
from manual_slop.values.messages import Message, ToolCall, ToolResult


@dataclass(frozen=True, slots=True)
class ToolUse:
    """A call and what the model read of it; `ran` says whether a tool really did something for it."""

    call: ToolCall
    result: ToolResult
    ran: bool


@dataclass(slots=True)
class RecordedTurn:
    """One turn. `before` is the conversation when its prompt was said, `answers` are the model's messages.

    `rewritten` says that the conversation was compacted while it was going on.
    """

    number: int
    id: str
    described: SessionDescribed
    before: tuple[Message, ...] = ()
    prompt: Message | None = None
    answers: list[MessageFinished] = field(default_factory=list)
    uses: list[ToolUse] = field(default_factory=list)
    entries: list[UsageRecorded] = field(default_factory=list)
    ending: TurnFinished | TurnFailed | None = None
    rewritten: bool = False


def recorded_turns(events: Iterable[Event]) -> list[RecordedTurn]:
    """The turns of a session, from all its events."""
    reader = _Reader()
    for event in events:
        reader.take(event)
    return reader.turns


class _Reader:
    def __init__(self) -> None:
        self.turns: list[RecordedTurn] = []
        self._folding = Folding()
        self._described = SessionDescribed("", "")
        self._turn: RecordedTurn | None = None
        self._seconds: dict[str, float] = {}

    def take(self, event: Event) -> None:
        if isinstance(event, SessionDescribed):
            self._described = event
        elif isinstance(event, TurnStarted):
            self._turn = RecordedTurn(len(self.turns) + 1, event.turn_id, self._described)
            self.turns.append(self._turn)
        elif self._turn is not None:
            self._in_turn(self._turn, event)
        self._folding.take(event)

    def _in_turn(self, turn: RecordedTurn, event: Event) -> None:
        match event:
            case MessageAdded(message) if message.role == "user" and turn.prompt is None:
                turn.prompt, turn.before = message, self._folding.transcript().messages
            case MessageAdded(message) if message.role == "tool":
                self._results(turn, message)
            case MessageFinished():
                turn.answers.append(event)
                self._seconds = {}
            case ToolFinished(call, _, seconds):
                self._seconds[call.id] = seconds
            case UsageRecorded():
                turn.entries.append(event)
            case HistoryCompacted() | CompactionUndone() | HistoryCleared():
                turn.rewritten = turn.prompt is not None
            case TurnFinished() | TurnFailed():
                turn.ending, self._turn = event, None

    def _results(self, turn: RecordedTurn, message: Message) -> None:
        calls = {call.id: call for call in turn.answers[-1].message.tool_calls} if turn.answers else {}
        for part in message.parts:
            if isinstance(part, ToolResult) and part.call_id in calls:
                turn.uses.append(ToolUse(calls[part.call_id], part, self._ran(part)))

    def _ran(self, result: ToolResult) -> bool:
        """Whether a tool came to its end: what was refused took no time, what was stopped says so."""
        stopped = result.is_error and result.content.removeprefix("Error: ").startswith("stopped ")
        return self._seconds.get(result.call_id, 0.0) > 0 and not stopped

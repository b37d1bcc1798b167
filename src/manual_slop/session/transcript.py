"""A conversation as its events tell it: what was said, and what was under way when they end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from manual_slop.values.events import (
    CompactionUndone,
    Event,
    HistoryCleared,
    HistoryCompacted,
    MessageAdded,
    MessageFinished,
    MessageWithdrawn,
    SessionDescribed,
    ToolFinished,
    ToolStarted,
    TurnFailed,
    TurnFinished,
    TurnStarted,
)
from manual_slop.values.ledger import UsageRecorded
from manual_slop.values.messages import Message, ToolCall, ToolResult
from manual_slop.values.usage import Cost, CostSum, Usage, total

_NOTHING_USED = Usage()


@dataclass(frozen=True, slots=True)
class OpenTurn:
    """A turn that began and was never told to end.

    `started` are the calls of its last round (`rounds` counts them) whose tools had their turn, `finished` the results
    of those that ended; `costs` and `usage` are of its provider calls.
    """

    id: str
    model: str
    usage: Usage = _NOTHING_USED
    costs: tuple[Cost, ...] = ()
    started: tuple[ToolCall, ...] = ()
    finished: Mapping[str, ToolResult] = field(default_factory=dict)
    rounds: int = 0

    @property
    def running(self) -> tuple[ToolCall, ...]:
        """The calls whose tools began and never ended."""
        return tuple(call for call in self.started if call.id not in self.finished)


@dataclass(frozen=True, slots=True)
class Transcript:
    """The state of a conversation. `entries` are its provider calls, `compacted` is what each summary stands for.

    `open` is the turn that was under way, if one was.
    """

    messages: tuple[Message, ...] = ()
    described: SessionDescribed | None = None
    turns: int = 0
    entries: tuple[UsageRecorded, ...] = ()
    compacted: tuple[tuple[Message, ...], ...] = ()
    open: OpenTurn | None = None

    @property
    def cost(self) -> CostSum:
        """What all calls cost."""
        return total(entry.cost for entry in self.entries)

    @property
    def unanswered(self) -> tuple[ToolCall, ...]:
        """The calls of the last message, where it is a model's: no results follow it."""
        return self.messages[-1].tool_calls if self.messages else ()


def fold(events: Iterable[Event]) -> Transcript:
    """The state that `events`, all from a session's first on, lead to."""
    state = Folding()
    for event in events:
        state.take(event)
    return state.transcript()


class Folding:
    """The same event by event: `transcript()` is the state after those taken so far."""

    def __init__(self) -> None:
        self._messages: list[Message] = []
        self._compacted: list[tuple[Message, ...]] = []
        self._described: SessionDescribed | None = None
        self._turns = 0
        self._entries: list[UsageRecorded] = []
        self._turn: TurnStarted | None = None
        self._calls: list[UsageRecorded] = []
        self._started: list[ToolCall] = []
        self._finished: dict[str, ToolResult] = {}
        self._rounds = 0

    def take(self, event: Event) -> None:
        """One more event happened."""
        match event:
            case MessageAdded(message):
                self._messages.append(message)
            case MessageFinished(message):
                self._started, self._finished = [], {}
                self._rounds += 1
                if message.parts:
                    self._messages.append(message)
            case MessageWithdrawn():
                del self._messages[-1:]
            case HistoryCompacted() | CompactionUndone() | HistoryCleared():
                self._rewrite(event)
            case SessionDescribed():
                self._described = event
            case _:
                self._turn_goes_on(event)

    def _rewrite(self, event: HistoryCompacted | CompactionUndone | HistoryCleared) -> None:
        match event:
            case HistoryCompacted(summary, replaced):
                self._compacted.append(tuple(self._messages[:replaced]))
                self._messages[:replaced] = [summary]
            case CompactionUndone():
                if self._compacted:
                    self._messages[:1] = self._compacted.pop()
            case HistoryCleared():
                self._messages.clear()
                self._compacted.clear()

    def _turn_goes_on(self, event: Event) -> None:
        match event:
            case TurnStarted():
                self._turn, self._turns = event, self._turns + 1
                self._calls, self._started, self._finished = [], [], {}
                self._rounds = 0
            case UsageRecorded():
                self._entries.append(event)
                self._calls.append(event)
            case ToolStarted(call):
                self._started.append(call)
            case ToolFinished(call, result):
                self._finished[call.id] = result
            case TurnFinished() | TurnFailed():
                self._turn = None

    def transcript(self) -> Transcript:
        """The state now."""
        return Transcript(
            tuple(self._messages),
            self._described,
            self._turns,
            tuple(self._entries),
            tuple(self._compacted),
            self._open(),
        )

    def _open(self) -> OpenTurn | None:
        if self._turn is None:
            return None
        return OpenTurn(
            self._turn.turn_id,
            self._turn.model,
            sum((call.usage for call in self._calls), Usage()),
            tuple(call.cost for call in self._calls),
            tuple(self._started),
            dict(self._finished),
            self._rounds,
        )

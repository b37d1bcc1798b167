"""One session as the window shows it: events are applied in order, panels read the result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from manual_slop.app.growing import Growing
from manual_slop.app.items import Answered, Item, Remark, RemarkKind, Said, ToolUse
from manual_slop.values.approval import Answer, Request
from manual_slop.values.errors import ProviderError
from manual_slop.values.events import (
    ApprovalRequested,
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
    ReasoningDelta,
    Retrying,
    SessionDescribed,
    TextDelta,
    ToolCallDelta,
    ToolFinished,
    ToolStarted,
    TurnFailed,
    TurnFinished,
    TurnStarted,
)
from manual_slop.values.ledger import UsageRecorded
from manual_slop.values.messages import Message, ToolCall, ToolResult
from manual_slop.values.usage import CostSum, Usage, total


@dataclass(slots=True)
class Conversation:
    """What was said and done in a session, and what it used. `revision` grows with every change."""

    session_id: str
    model: str = ""
    project: str = ""
    system_prompt: str = ""
    tools: tuple[str, ...] = ()
    items: list[Item] = field(default_factory=list)
    calls: list[UsageRecorded] = field(default_factory=list)
    running: bool = False
    began: datetime | None = None
    messages: int = 0
    revision: int = 0
    _open: Answered | None = None
    _tools: dict[str, ToolUse] = field(default_factory=dict)
    _folded: list[int] = field(default_factory=list)

    @property
    def spent(self) -> CostSum:
        """What all its calls cost."""
        return total(call.cost for call in self.calls)

    @property
    def used(self) -> Usage:
        """What all its calls used."""
        return sum((call.usage for call in self.calls), Usage())

    @property
    def title(self) -> str:
        """The first words of the first prompt."""
        said = next((item.text for item in self.items if isinstance(item, Said)), "")
        return " ".join(said.split())[:60]

    def apply(self, event: Event, at: datetime) -> None:
        """Take in what happened."""
        self.revision += 1
        _APPLY[type(event)](self, event, at)

    def answer_of(self, call_id: str) -> ToolUse | None:
        """The tool call of that id that is not over yet."""
        return self._tools.get(call_id)

    def _described(self, event: SessionDescribed, _at: datetime) -> None:
        self.model, self.project = event.model, event.project
        self.system_prompt, self.tools = event.system_prompt, event.tools

    def _started(self, event: TurnStarted, at: datetime) -> None:
        self.running, self.began, self.model = True, at, event.model

    def _added(self, event: MessageAdded, at: datetime) -> None:
        message = event.message
        if message.role == "user":
            self.items.append(Said(message.text, message.images, at, self.messages))
        elif message.role == "assistant":
            self._remembered(message, at)
        for part in message.parts if message.role == "tool" else ():
            use = self._tools.pop(part.call_id, None) if isinstance(part, ToolResult) else None
            if use is not None and isinstance(part, ToolResult):
                use.result, use.state = part, "failed" if part.is_error else "done"
        self.messages += 1

    def _remembered(self, message: Message, at: datetime) -> None:
        """An answer that a fork took over: it came whole."""
        if message.text or message.reasoning:
            answer = Answered(message.model, at, number=self.messages)
            answer.text, answer.reasoning = Growing(message.text), Growing(message.reasoning)
            answer.stop_reason = "interrupted" if message.interrupted else "stop"
            self.items.append(answer)
        for call in message.tool_calls:
            self._use(call, at)

    def _withdrawn(self, _event: MessageWithdrawn, _at: datetime) -> None:
        self.messages -= 1
        for index in range(len(self.items) - 1, -1, -1):
            if isinstance(self.items[index], Said):
                del self.items[index]
                return

    def _text(self, event: TextDelta, at: datetime) -> None:
        self._answer(at).text.add(event.text)

    def _thought(self, event: ReasoningDelta, at: datetime) -> None:
        self._answer(at).reasoning.add(event.text)

    def _wish(self, event: ToolCallDelta, at: datetime) -> None:
        known = self._tools.get(event.id)
        if known is None:
            self._use(ToolCall(event.id, event.name, event.arguments), at)
        else:
            known.call = replace(known.call, arguments=known.call.arguments + event.arguments)

    def _finished(self, event: MessageFinished, at: datetime) -> None:
        message = event.message
        if not message.parts:
            self._open = None
            return
        answer = self._answer(at) if self._open or message.text or message.reasoning else None
        if answer is not None:
            self._close(answer, message, event.stop_reason)
        for call in message.tool_calls:
            self._use(call, at).call = call
        self.messages += 1
        self._open = None

    def _close(self, answer: Answered, message: Message, stop_reason: str) -> None:
        answer.model = message.model or answer.model
        answer.stop_reason = "interrupted" if message.interrupted else stop_reason or "stop"
        answer.number = self.messages
        answer.text, answer.reasoning = Growing(message.text), Growing(message.reasoning)
        if self.calls and answer.entry is None:
            answer.entry = self.calls[-1]

    def _recorded(self, event: UsageRecorded, _at: datetime) -> None:
        self.calls.append(event)
        if self._open is not None:
            self._open.entry = event

    def _asked(self, event: ApprovalRequested, at: datetime) -> None:
        action = event.request.action
        use = self._use(ToolCall(action.call_id, action.tool, action.arguments), at)
        use.request, use.state = event.request, "waiting"

    def _resolved(self, event: ApprovalResolved, at: datetime) -> None:
        self._settle(event.request, event.answer, at)

    def _settle(self, request: Request, answer: Answer, at: datetime) -> None:
        action = request.action
        use = self._use(ToolCall(action.call_id, action.tool, action.arguments), at)
        use.request, use.answer = request, answer
        use.state = "refused" if answer.kind == "refuse" else "running"

    def _tool_started(self, event: ToolStarted, at: datetime) -> None:
        use = self._use(event.call, at)
        use.call = event.call
        if use.state != "refused":
            use.state = "running"

    def _tool_finished(self, event: ToolFinished, at: datetime) -> None:
        use = self._use(event.call, at)
        use.result, use.seconds = event.result, event.seconds
        if use.state != "refused":
            use.state = "failed" if event.result.is_error else "done"
        self._tools.pop(event.call.id, None)

    def _ended(self, event: TurnFinished | TurnFailed, at: datetime) -> None:
        self.running, self._open = False, None
        self._tools.clear()
        if isinstance(event, TurnFailed):
            self._say("error", event.error.message, at, event.error)

    def _remark(self, event: Notice | Retrying | BudgetWarning | HistoryCompacted, at: datetime) -> None:
        match event:
            case Notice():
                self._say("notice", event.text, at)
            case Retrying():
                self._say("retry", f"{event.error.message}: try {event.attempt} in {event.wait:.0f} s", at, event.error)
            case BudgetWarning():
                self._say("budget", f"the budget of {event.node.path[-1]} is nearly used up", at)
            case HistoryCompacted():
                self._say("history", f"the oldest {event.replaced} messages are now a summary by {event.model}", at)
                self._folded.append(event.replaced - 1)
                self._renumber(1 - event.replaced)

    def _renumber(self, by: int) -> None:
        """The messages have other numbers; those that a summary stands for have none."""
        self.messages += by
        for item in self.items:
            if isinstance(item, Said | Answered) and item.number >= 0:
                item.number = item.number + by if item.number + by > 0 else -1

    def _restored(self, _event: CompactionUndone, at: datetime) -> None:
        if self._folded:
            self._renumber(self._folded.pop())
        self._say("history", "the messages that a summary had replaced are back", at)

    def _cleared(self, _event: HistoryCleared, _at: datetime) -> None:
        self.items.clear()
        self._tools.clear()
        self._open, self.messages = None, 0

    def _answer(self, at: datetime) -> Answered:
        if self._open is None:
            self._open = Answered(self.model, at)
            self.items.append(self._open)
        return self._open

    def _use(self, call: ToolCall, at: datetime) -> ToolUse:
        known = self._tools.get(call.id)
        if known is None:
            known = self._tools[call.id] = ToolUse(call, at)
            self.items.append(known)
        return known

    def _say(self, kind: RemarkKind, text: str, at: datetime, error: ProviderError | None = None) -> None:
        self.items.append(Remark(kind, text, at, error))


_APPLY: Mapping[type[Event], Callable[[Conversation, Any, datetime], None]] = {
    SessionDescribed: Conversation._described,
    TurnStarted: Conversation._started,
    MessageAdded: Conversation._added,
    MessageWithdrawn: Conversation._withdrawn,
    TextDelta: Conversation._text,
    ReasoningDelta: Conversation._thought,
    ToolCallDelta: Conversation._wish,
    MessageFinished: Conversation._finished,
    UsageRecorded: Conversation._recorded,
    ApprovalRequested: Conversation._asked,
    ApprovalResolved: Conversation._resolved,
    ToolStarted: Conversation._tool_started,
    ToolFinished: Conversation._tool_finished,
    TurnFinished: Conversation._ended,
    TurnFailed: Conversation._ended,
    Notice: Conversation._remark,
    Retrying: Conversation._remark,
    BudgetWarning: Conversation._remark,
    HistoryCompacted: Conversation._remark,
    CompactionUndone: Conversation._restored,
    HistoryCleared: Conversation._cleared,
}
"""What each event does to a conversation; a test holds that none is missing."""

"""What happens during a turn, one frozen value each; the union is closed.

After `TurnStarted` comes exactly one of `TurnFinished` and `TurnFailed`; each `ToolStarted` has its
`ToolFinished`; the text deltas of a message, joined, are its text.
Sinks that show them pass them through `redacted_deltas`, after which they are, joined, its redacted text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from manual_slop.values.errors import ProviderError
from manual_slop.values.ledger import NOBODY, Origin, UsageRecorded
from manual_slop.values.messages import Message, ToolCall, ToolResult
from manual_slop.values.usage import Cost, Usage

if TYPE_CHECKING:  # 8 ms that a plain question does without
    from manual_slop.values.approval import Answer, Request
    from manual_slop.values.budget import NodeState


@dataclass(frozen=True, slots=True)
class SessionDescribed:
    """What a conversation is set up with; told before its first turn and again whenever it is set up anew.

    `project` is the absolute path of its folder or empty, `tools` the names of those offered, `files` those shown with
    each turn, as in `outline src/app.py`. A fork says which session it came from and how many of that one's events it
    shares.
    """

    session_id: str
    model: str
    system_prompt: str = ""
    project: str = ""
    tools: tuple[str, ...] = ()
    origin: Origin = NOBODY
    forked_from: str = ""
    forked_at: int = 0
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MessageAdded:
    """The conversation grew by a person's prompt or by the results of tools."""

    message: Message


@dataclass(frozen=True, slots=True)
class MessageWithdrawn:
    """The last message is taken back, because nothing came of it: it may be said again."""


@dataclass(frozen=True, slots=True)
class HistoryCompacted:
    """The oldest `replaced` messages are now `summary`, written by `model`. The log still has them."""

    summary: Message
    replaced: int
    model: str


@dataclass(frozen=True, slots=True)
class CompactionUndone:
    """The last compaction is taken back: the messages it replaced stand where the summary stood."""


@dataclass(frozen=True, slots=True)
class HistoryCleared:
    """The conversation begins anew, with nothing said."""


@dataclass(frozen=True, slots=True)
class TurnStarted:
    """A person's prompt is on its way to `model`."""

    turn_id: str
    session_id: str
    model: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the person should know: a picture was scaled down, a model is about to retire."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """More of what the model thinks aloud."""

    text: str


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCallDelta:
    """More of a tool call. `index` counts calls within the message; `id` and `name` are whole from the first on."""

    index: int
    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class MessageFinished:
    """The model stopped talking. `stop_reason` is `stop`, `tool_calls`, `length`, `content_filter` or `interrupted`."""

    message: Message
    stop_reason: str


@dataclass(frozen=True, slots=True)
class BudgetWarning:
    """A budget is nearly used up: what is spent at `node` has passed 80 % of its limit."""

    node: NodeState


@dataclass(frozen=True, slots=True)
class Retrying:
    """A call failed and is tried again after `wait` seconds. `attempt` is the number of the coming try."""

    attempt: int
    wait: float
    error: ProviderError


@dataclass(frozen=True, slots=True)
class ApprovalRequested:
    """A tool call waits for a person; `request` says what exactly would happen, and why it is asked about."""

    request: Request


@dataclass(frozen=True, slots=True)
class ApprovalResolved:
    """It waits no more: somebody answered, or nobody can any more."""

    request: Request
    answer: Answer


@dataclass(frozen=True, slots=True)
class ToolStarted:
    """A tool call has its turn: it begins to run, or will be told at once why it does not."""

    call: ToolCall


@dataclass(frozen=True, slots=True)
class ToolFinished:
    """A tool has run; `seconds` is how long it took."""

    call: ToolCall
    result: ToolResult
    seconds: float


@dataclass(frozen=True, slots=True)
class TurnFinished:
    """The turn is over and went well. `usage` and `cost` are of the whole turn, all rounds."""

    text: str
    stop_reason: str
    model: str
    usage: Usage
    cost: Cost
    rounds: int
    session_id: str


@dataclass(frozen=True, slots=True)
class TurnFailed:
    """The turn is over and did not go well; what was used until then is in `usage` and `cost`."""

    error: ProviderError
    usage: Usage
    cost: Cost
    session_id: str


Event = (
    SessionDescribed
    | MessageAdded
    | MessageWithdrawn
    | HistoryCompacted
    | CompactionUndone
    | HistoryCleared
    | TurnStarted
    | Notice
    | ReasoningDelta
    | TextDelta
    | ToolCallDelta
    | MessageFinished
    | UsageRecorded
    | BudgetWarning
    | Retrying
    | ApprovalRequested
    | ApprovalResolved
    | ToolStarted
    | ToolFinished
    | TurnFinished
    | TurnFailed
)

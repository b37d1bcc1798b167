"""What stands in a discussion, one item below the other."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from manual_slop.app.growing import Growing
from manual_slop.values.approval import Answer, Request
from manual_slop.values.errors import ProviderError
from manual_slop.values.ledger import UsageRecorded
from manual_slop.values.messages import Image, ToolCall, ToolResult

ToolState = Literal["arriving", "waiting", "running", "done", "failed", "refused"]
RemarkKind = Literal["notice", "retry", "error", "budget", "history"]


@dataclass(slots=True)
class Said:
    """A person's words and pictures. `number` counts the messages of the conversation from 0."""

    text: str
    images: tuple[Image, ...]
    at: datetime
    number: int


@dataclass(slots=True)
class Answered:
    """A model's message, whole or still coming. `entry` is its line in the ledger once it is settled."""

    model: str
    at: datetime
    text: Growing = field(default_factory=Growing)
    reasoning: Growing = field(default_factory=Growing)
    number: int = -1
    stop_reason: str = ""
    entry: UsageRecorded | None = None

    @property
    def streaming(self) -> bool:
        """Whether more of it is coming."""
        return not self.stop_reason


@dataclass(slots=True)
class ToolUse:
    """A tool call on its way from wish to result, with who allowed it."""

    call: ToolCall
    at: datetime
    state: ToolState = "arriving"
    result: ToolResult | None = None
    seconds: float = 0.0
    request: Request | None = None
    answer: Answer | None = None


@dataclass(slots=True)
class Remark:
    """Something the program has to say: a notice, a retry, an error with its advice."""

    kind: RemarkKind
    text: str
    at: datetime
    error: ProviderError | None = None


Item = Said | Answered | ToolUse | Remark

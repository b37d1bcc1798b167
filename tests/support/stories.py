"""Sessions to read: events as a conversation leaves them, with all that is hostile to those who show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from manual_slop.terminal.probes import red_picture
from manual_slop.values.envelope import Envelope
from manual_slop.values.errors import ProviderError
from manual_slop.values.events import (
    Event,
    MessageAdded,
    MessageFinished,
    MessageWithdrawn,
    Notice,
    SessionDescribed,
    ToolFinished,
    ToolStarted,
    TurnFailed,
    TurnFinished,
    TurnStarted,
)
from manual_slop.values.ledger import UsageRecorded
from manual_slop.values.messages import Message, Opaque, Reasoning, Text, ToolCall, ToolResult, user
from manual_slop.values.usage import UNPRICED, Cost, RateLine, Usage

BEGAN = datetime(2026, 11, 23, 14, 5, 9, tzinfo=UTC)
LISTED = Cost(
    Decimal("0.0012"),
    "list price",
    "pricing/openai.toml",
    "2026-11-22",
    lines=(RateLine("input", 400, Decimal("2.50")), RateLine("output", 20, Decimal("10"))),
)
HOSTILE = (
    "<script>alert(1)</script> ![x](https://spy.example/p.png) [l](javascript:alert(1)) \"' ``` \u202e\x1b[2J & </pre>"
)
MODEL = "openai/gpt-4o"


def a_session(session_id: str = "s" * 32) -> list[Event]:
    """Two turns: one with a picture, thoughts, two tools and hostile words; one that failed."""
    call = ToolCall("call_1", "read_file", '{"path": "a/README.md"}')
    other = ToolCall("call_2", "run_shell", '{"command": "make ' + "`" * 4 + '"}')
    thought = Reasoning("Let me <b>think</b>.", Opaque("openai", {"signature": "AAAA", "n": [1, None, 2.5]}))
    return [
        SessionDescribed(session_id, MODEL, "Be kind.", "/home/me/pear", ("read_file", "run_shell")),
        TurnStarted("t1", session_id, MODEL),
        Notice("this model is about to retire"),
        MessageAdded(user("what is on <this>?\n# not a heading", (red_picture(),))),
        _entry("c1", LISTED, session_id),
        MessageFinished(Message("assistant", (thought, Text("I will look."), call, other), MODEL), "tool_calls"),
        ToolStarted(call),
        ToolFinished(call, ToolResult("call_1", HOSTILE), 0.003),
        MessageAdded(
            Message("tool", (ToolResult("call_1", HOSTILE), ToolResult("call_2", "not run: " + HOSTILE, is_error=True)))
        ),
        _entry("c2", UNPRICED, session_id),
        MessageFinished(Message("assistant", (Text(f"It is **red**.\n\n{HOSTILE}"),), MODEL), "stop"),
        TurnFinished("It is red.", "stop", MODEL, Usage(20, 10), LISTED, 2, session_id),
        TurnStarted("t2", session_id, MODEL),
        MessageAdded(user("and now?")),
        MessageWithdrawn(),
        TurnFailed(ProviderError("auth", "openai", MODEL, f"bad key {HOSTILE}"), Usage(), UNPRICED, session_id),
    ]


def enveloped(events: Iterable[Event], session_id: str = "s" * 32) -> list[Envelope]:
    """The events as the store hands them out, one a second."""
    numbered: Sequence[tuple[int, Event]] = list(enumerate(events, start=1))
    return [Envelope(session_id, number, BEGAN + timedelta(seconds=number), event) for number, event in numbered]


def _entry(call_id: str, cost: Cost, session_id: str) -> UsageRecorded:
    began = BEGAN + timedelta(microseconds=1)
    return UsageRecorded(MODEL, Usage(400, 20), cost, "chat", call_id, session_id, "t1", began=began, ended=BEGAN)

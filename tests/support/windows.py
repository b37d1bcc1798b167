"""What a window may have to show: a busy afternoon, and more than anybody ever had."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta

from manual_slop.app.app_state import AppState, apply
from manual_slop.app.news import Asked, News, Toast
from manual_slop.terminal.probes import red_picture
from manual_slop.values.approval import Answer, Request
from manual_slop.values.budget import Limit, NodeState
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
from manual_slop.values.messages import Message, Reasoning, Text, ToolCall, ToolResult, user
from manual_slop.values.usage import UNPRICED, Usage
from tests.support.approvals import change, command
from tests.support.entries import NOON, entry, some_entries
from tests.support.stories import HOSTILE, LISTED, a_session

CODE = "```python\n" + "def f(x: int) -> int:\n    return x + 1  # →\n" * 20 + "```\n"
MARKDOWN = (
    f"# Plan\n\nSome **bold** words, `code`, a [link](https://example.com).\n\n- one\n- two\n\n{CODE}\nDone. 你好 ✓"
)
FAILED = ProviderError("rate_limit", "openai", "gpt-4o", "too many requests", advice="Wait a minute.", status=429)


def request(number: int = 1, script: str = "make test") -> Request:
    """A command that waits."""
    return Request(f"r{number}", command(script, call=f"w{number}"), "it runs a command", NOON.timestamp())


def every_event() -> list[Event]:
    """Each kind of event there is, in an order that happens."""
    call = ToolCall("call_9", "edit_file", '{"path": "a.py"}')
    edit = Request(
        "r9", replace(change("a.py"), call_id="call_9", tool="edit_file"), "it changes files", NOON.timestamp()
    )
    node = NodeState(("session", "s1"), Limit(usd=LISTED.usd))
    return [
        SessionDescribed("s1", "openai/gpt-4o", "Be kind.", "/home/me/pear", ("edit_file",)),
        TurnStarted("t1", "s1", "openai/gpt-4o"),
        Notice("the picture was scaled down"),
        MessageAdded(user("mend it, please")),
        Retrying(2, 1.5, FAILED),
        ReasoningDelta("Where is "),
        ReasoningDelta("it?"),
        TextDelta("I will "),
        TextDelta("look."),
        ToolCallDelta(0, "call_9", "edit_file", '{"path": '),
        ToolCallDelta(0, "call_9", "edit_file", '"a.py"}'),
        entry(),
        MessageFinished(
            Message("assistant", (Reasoning("Where is it?"), Text("I will look."), call), "openai/gpt-4o"), "tool_calls"
        ),
        ApprovalRequested(edit),
        ApprovalResolved(edit, Answer("approve", by="you")),
        ToolStarted(call),
        ToolFinished(call, ToolResult("call_9", "done"), 0.2),
        MessageAdded(Message("tool", (ToolResult("call_9", "done"),))),
        BudgetWarning(node),
        TextDelta(MARKDOWN),
        MessageFinished(Message("assistant", (Text(MARKDOWN),), "openai/gpt-4o"), "stop"),
        TurnFinished(MARKDOWN, "stop", "openai/gpt-4o", Usage(1_000, 100), LISTED, 2, "s1"),
        HistoryCompacted(user("what was said before"), 2, "openai/gpt-4o-mini"),
        CompactionUndone(),
        TurnStarted("t2", "s1", "openai/gpt-4o"),
        MessageAdded(user("and again")),
        MessageWithdrawn(),
        TurnFailed(FAILED, Usage(), UNPRICED, "s1"),
        HistoryCleared(),
    ]


def make_busy(state: AppState) -> None:
    """Several conversations, one still streaming, with costs, errors, hostile words, pictures and things that wait."""
    _take(state, state.current, [event for event in every_event() if not isinstance(event, HistoryCleared)])
    _take(state, "second", a_session())
    streaming: list[Event] = [TurnStarted("t9", "s9", "openai/gpt-4o"), MessageAdded(user("go on", (red_picture(),)))]
    _take(state, state.current, [*streaming, ReasoningDelta("hm"), TextDelta(f"{MARKDOWN}\n```python\nx = ")])
    _take(state, state.current, some_entries(40))
    for number in range(3):
        apply(state, News("", NOON, Asked(request(number, f"make test\n{HOSTILE}"), None)))
    for loudness in ("good", "note", "warn", "bad"):
        apply(state, News("", NOON, Toast(f"a word: {loudness}", loudness)))
    state.draft.text = "what I was about to say"


def make_enormous(state: AppState, messages: int = 100_000, *, rest: bool = True) -> None:
    """A conversation of many messages; and the `rest`: a line of a megabyte, thousands of costs, long requests."""
    _take(state, state.current, [SessionDescribed("s1", "openai/gpt-4o"), *_much(messages)])
    if not rest:
        return
    _take(state, state.current, [MessageAdded(user("x" * 1_000_000)), MessageAdded(user("\x00\x1b[31m\u202e" * 1000))])
    _take(state, state.current, some_entries(5_000))
    for number in range(8):
        apply(state, News("", NOON, Asked(request(number, "echo long; " * 2_000), None)))
    for number in range(6_000):
        apply(state, News("", NOON, Toast(f"word {number}")))


def _much(messages: int) -> Iterator[Event]:
    for number in range(0, messages, 2):
        yield MessageAdded(user(f"question {number}\n" * (1 + number % 5)))
        yield MessageFinished(
            Message("assistant", (Text(f"answer **{number}**\n\n{MARKDOWN}"),), "openai/gpt-4o"), "stop"
        )
        if number % 20 == 0:
            call = ToolCall(f"call_{number}", "read_file", '{"path": "' + "a/" * 200 + '"}')
            yield ToolStarted(call)
            yield ToolFinished(call, ToolResult(call.id, "line\n" * 500, is_error=number % 40 == 0), 0.1)


def _take(state: AppState, source: str, events: Iterable[Event]) -> None:
    for number, event in enumerate(events):
        apply(state, News(source, NOON + timedelta(milliseconds=number), event))

"""A conversation whose program died in a turn goes on: nothing is run again, and doubts are told."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from manual_slop.session.mending import Remains, mend
from manual_slop.session.transcript import fold
from manual_slop.store.effects import Effect
from manual_slop.store.journal import Entry
from manual_slop.values.events import (
    Event,
    MessageAdded,
    MessageFinished,
    Notice,
    SessionDescribed,
    ToolFinished,
    ToolStarted,
    TurnFailed,
    TurnStarted,
)
from manual_slop.values.ledger import UsageRecorded
from manual_slop.values.messages import Message, Text, ToolCall, ToolResult, user
from manual_slop.values.usage import Cost, Usage

LOST = UsageRecorded("openai/gpt-4o", Usage(100, 5, estimated=True), Cost(Decimal("0.01"), "estimated"), "interrupted")
BEGAN = [SessionDescribed("s", "openai/gpt-4o"), TurnStarted("t", "s", "openai/gpt-4o"), MessageAdded(user("go"))]
CALLS = tuple(ToolCall(str(at), name, "{}") for at, name in enumerate(["write_file", "run_shell", "read_file", "grep"]))
ASKED = [
    *BEGAN,
    UsageRecorded("m", Usage(10, 5), Cost(None, "unpriced")),
    MessageFinished(Message("assistant", CALLS), "tool_calls"),
]


NOTHING = Remains()


def after(events: list[Event], remains: Remains = NOTHING) -> list[Event]:
    return mend(fold(events), remains, lambda _text: LOST)


def test_a_whole_conversation_needs_nothing() -> None:
    assert after([*ASKED, after(ASKED)[-1]]) == []


def test_what_had_streamed_in_is_an_interrupted_answer_and_its_call_is_in_the_ledger() -> None:
    mended = after(BEGAN, Remains("It is", "hm"))
    told = fold([*BEGAN, *mended])
    assert told.messages[-1].interrupted
    assert (told.messages[-1].text, told.messages[-1].reasoning) == ("It is", "hm")
    assert mended[0] == LOST
    assert isinstance(mended[-1], TurnFailed)
    assert (mended[-1].usage.input_tokens, mended[-1].cost.usd, mended[-1].session_id) == (100, Decimal("0.01"), "s")
    assert told.open is None


def test_a_prompt_nothing_came_of_may_be_said_again() -> None:
    mended = after(BEGAN)
    assert fold([*BEGAN, *mended]).messages == ()
    assert Notice("your last prompt was not answered, say it again: go") in mended


def test_a_tool_that_was_running_is_answered_as_unknown_and_the_person_is_told() -> None:
    events = [*ASKED, *map(ToolStarted, CALLS[:2])]
    mended = after(events)
    told = fold([*events, *mended])
    results = [part for part in told.messages[-1].parts if isinstance(part, ToolResult)]
    assert [result.content.partition(":")[0] for result in results] == ["unknown", "unknown", "not run", "not run"]
    assert all(result.is_error for result in results)
    assert sum(isinstance(event, ToolFinished) for event in mended) == 2
    assert sum(isinstance(event, Notice) for event in mended) == 2
    assert LOST not in mended


def test_what_the_journal_and_the_tools_know_is_said() -> None:
    started = [*ASKED, *map(ToolStarted, CALLS)]
    began = datetime(2026, 11, 23, tzinfo=UTC)
    effects = {
        "0": Entry("e0", Effect("write_file"), began, "done"),
        "1": Entry("e1", Effect("run_shell"), began, "failed", "no such file"),
    }
    finished = ToolFinished(CALLS[3], ToolResult("3", "found"), 0.1)
    mended = after([*started, finished], Remains(effects=effects, reads=lambda name: name == "read_file"))
    added = next(event.message for event in mended if isinstance(event, MessageAdded))
    contents = [part.content for part in added.parts if isinstance(part, ToolResult)]
    assert contents[0].startswith("done, but its result is lost")
    assert contents[1:] == [
        "not done: no such file",
        "no result: the program ended while it ran; it changes nothing",
        "found",
    ]
    assert not [event for event in mended if isinstance(event, Notice)]


def test_a_turn_that_was_over_but_for_its_ending_keeps_its_answer_and_costs_nothing_more() -> None:
    events = [*BEGAN, MessageFinished(Message("assistant", (Text("done"),)), "stop")]
    mended = after(events)
    assert [type(event) for event in mended] == [TurnFailed]
    assert fold([*events, *mended]).messages[-1].text == "done"


def test_results_that_no_answer_followed_stay() -> None:
    events = [*ASKED, MessageAdded(Message("tool", tuple(ToolResult(call.id, "ok") for call in CALLS)))]
    mended = after(events)
    assert [type(event) for event in mended] == [UsageRecorded, TurnFailed]
    assert fold([*events, *mended]).messages[-1].role == "tool"


def test_a_turn_that_ended_before_its_prompt_was_said_is_closed() -> None:
    assert [type(event) for event in after(BEGAN[:2])] == [TurnFailed]

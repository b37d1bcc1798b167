"""What there is to read of a session, in order and with its costs."""

from __future__ import annotations

from manual_slop.session.story import story
from manual_slop.values.events import MessageAdded
from manual_slop.values.messages import Message, Text, ToolCall, ToolResult
from tests.support.stories import a_session, enveloped


def test_a_session_reads_as_prompts_answers_tools_and_notes() -> None:
    steps = list(story(enveloped(a_session())))
    assert [(step.number, step.kind) for step in steps] == [
        (1, "setting"),
        (3, "note"),
        (4, "prompt"),
        (6, "answer"),
        (8, "tool"),
        (9, "tool"),
        (11, "answer"),
        (14, "prompt"),
        (15, "note"),
        (16, "error"),
    ]
    assert [str(step.spent) for step in steps if step.kind == "answer"] == ["$0.001200", "1 unpriced call"]
    assert len(steps[2].images) == 1
    assert steps[4].result is not None
    assert steps[5].result is not None
    assert steps[5].result.is_error


def test_the_messages_that_a_fork_begins_with_are_read_like_others() -> None:
    call = ToolCall("c", "grep", "{}")
    events = [
        MessageAdded(Message("assistant", (Text("look"), call))),
        MessageAdded(Message("tool", (ToolResult("c", "found"),))),
    ]
    assert [(step.kind, step.call) for step in story(enveloped(events))] == [("answer", None), ("tool", call)]

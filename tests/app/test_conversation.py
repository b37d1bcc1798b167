"""A conversation as the window shows it is what its events say, whatever else happens between them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from manual_slop.app.app_state import AppState, apply
from manual_slop.app.conversation import _APPLY, Conversation
from manual_slop.app.items import Answered, Said, ToolUse
from manual_slop.app.news import News
from manual_slop.app_controller import AppController
from manual_slop.values.approval import Answer
from manual_slop.values.events import Event, HistoryCleared
from tests.support.entries import NOON
from tests.support.patience import wait_until
from tests.support.stories import a_session
from tests.support.windows import every_event


def shown(conversation: Conversation) -> list[str]:
    """What stands there, in words."""
    words = []
    for item in conversation.items:
        match item:
            case Said():
                words.append(f"you: {item.text}")
            case Answered():
                words.append(f"model: {item.text.text} ({item.reasoning.text}) {item.stop_reason}")
            case ToolUse():
                words.append(f"tool: {item.call.name} {item.state} {item.result and item.result.content}")
            case _:
                words.append(f"{item.kind}: {item.text}")
    return words


def alone(events: list[Event]) -> Conversation:
    conversation = Conversation("")
    for event in events:
        conversation.apply(event, NOON)
    return conversation


def test_no_event_is_forgotten():
    assert set(_APPLY) == set(get_args(Event))
    assert {type(event) for event in every_event()} == set(get_args(Event))


def test_every_event_can_happen_to_an_empty_conversation():
    for event in every_event():
        Conversation("").apply(event, NOON)


def test_a_conversation_reads_as_it_went():
    events = [event for event in every_event() if not isinstance(event, HistoryCleared)]
    words = shown(alone(events))
    assert words[1] == "you: mend it, please"
    assert "model: I will look. (Where is it?) tool_calls" in words
    assert "tool: edit_file done done" in words
    assert words[-1] == "error: too many requests"
    assert alone(every_event()).items == []


@given(st.lists(st.booleans(), max_size=60))
def test_sessions_at_the_same_time_do_not_touch_each_other(turns: list[bool]):
    left, right = list(every_event()[:-1]), a_session()
    state = AppState()
    first, second = iter(left), iter(right)
    order = [(first, "a") if turn else (second, "b") for turn in turns] + [(first, "a")] * 60 + [(second, "b")] * 60
    for number, (events, source) in enumerate(order):
        event = next(events, None)
        if event is not None:
            apply(state, News(source, NOON + timedelta(seconds=number), event))
    assert shown(state.conversations["a"]) == shown(alone(left))
    assert shown(state.conversations["b"]) == shown(alone(right))


def test_what_is_shown_of_a_real_session_is_what_its_messages_say(tmp_path: Path):
    (tmp_path / "README.md").write_text("# Teapot\n\nTeapot brews tea.\n", "utf-8")
    controller = AppController(tmp_path)
    controller.choose_model("rehearsal/demo")
    conversation = controller.state.conversation
    for prompt in ("what does this project do?", "write the file tea.txt with the text: hot"):
        controller.send(prompt)
        wait_until(lambda: _answering(controller) and not conversation.running)
    [session] = controller.sending.sessions.values()
    said = [message.text for message in session.messages if message.role == "user"]
    answers = [message.text for message in session.messages if message.role == "assistant" and message.text]
    assert [item.text for item in conversation.items if isinstance(item, Said)] == said
    assert [item.text.text for item in conversation.items if isinstance(item, Answered)] == answers
    calls = [call.id for message in session.messages for call in message.tool_calls]
    assert [item.call.id for item in conversation.items if isinstance(item, ToolUse)] == calls
    assert conversation.messages == len(session.messages)
    controller.close()


def _answering(controller: AppController) -> bool:
    """Approves what waits, and takes in the news."""
    controller.pump()
    for request in tuple(controller.state.waiting.values()):
        controller.answer(request, Answer("approve", by="you"))
    return True

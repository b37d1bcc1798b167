"""The state of a conversation is what its events say it is."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from manual_slop.providers.access import Access
from manual_slop.providers.retry import RetryPolicy
from manual_slop.safety.workspace import Workspace
from manual_slop.session.session import Session
from manual_slop.session.transcript import fold
from manual_slop.tools.declaration import ToolContext
from manual_slop.tools.registry import ToolBox, built_in_tools
from manual_slop.values.cancel import Cancel
from manual_slop.values.errors import ProviderError
from manual_slop.values.events import (
    CompactionUndone,
    Event,
    HistoryCleared,
    HistoryCompacted,
    MessageAdded,
    MessageFinished,
    MessageWithdrawn,
    TextDelta,
    ToolStarted,
    TurnStarted,
)
from manual_slop.values.messages import Message, Text, ToolCall, user
from tests.support.scale import scaled
from tests.support.scripted_server import Scripted, ScriptedServer, calls, chunk, fails, says

KEY = "sk-canary-transcript-1"
READ = ("read_file", {"path": "README.md"})

REPLIES = {
    "says": lambda: [says("Hel", "lo")],
    "calls": lambda: [calls(READ, ("list_directory", {"path": "."})), says("I see.")],
    "bad call": lambda: [calls(("fly", "{}")), says("no")],
    "cut call": lambda: [calls(READ, finish="length")],
    "cut": lambda: [Scripted([chunk({"content": "I will"})], cut=True)],
    "refused": lambda: [fails(401)],
    "tried again": lambda: [fails(503), says("at last")],
    "fails after tools": lambda: [calls(READ), fails(400)],
}


class Recorded:
    """A session that a list records."""

    def __init__(self, server: ScriptedServer, project: Path) -> None:
        self.events: list[Event] = []
        self.session = Session(
            Access(),
            "openai/gpt-4o",
            toolbox=ToolBox(built_in_tools(), ToolContext(Workspace(project))),
            retries=RetryPolicy(attempts=3, first_wait=0.0),
            record=self.events.append,
        )
        self.given: dict[str, Any] = {"api_base": f"{server.url}/v1", "api_key": KEY}

    def say(self, *, cancelled_at: type[Event] | None = None) -> None:
        cancel = Cancel()

        def hear(event: Event) -> None:
            if cancelled_at is not None and isinstance(event, cancelled_at):
                cancel.request()

        with contextlib.suppress(ProviderError):
            self.session.send("hi", on_event=hear, cancel=cancel, **self.given)


@settings(max_examples=scaled(25, 200), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    script=st.lists(
        st.tuples(
            st.sampled_from(sorted(REPLIES)),
            st.sampled_from([None, None, None, TurnStarted, TextDelta, ToolStarted, MessageFinished]),
            st.booleans(),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_the_events_of_any_conversation_fold_to_its_messages(tmp_path: Path, script: list[Any]) -> None:
    for name, cancelled_at, cleared in script:
        with ScriptedServer(REPLIES[name]()) as server:
            recorded = Recorded(server, tmp_path)
            recorded.say()
            recorded.say(cancelled_at=cancelled_at)
            if cleared:
                recorded.session.reset()
                recorded.say()

        told = fold(recorded.events)
        assert list(told.messages) == recorded.session.messages
        assert told.open is None
        assert told.described is not None
        assert told.described.session_id == recorded.session.id


def test_a_turn_without_an_end_is_open_and_says_what_was_running() -> None:
    call, other = ToolCall("1", "run_shell", "{}"), ToolCall("2", "read_file", "{}")
    asked = Message("assistant", (call, other))
    told = fold(
        [TurnStarted("t", "s", "m"), MessageAdded(user("go")), MessageFinished(asked, "tool_calls"), ToolStarted(call)]
    )
    assert told.open is not None
    assert told.open.running == (call,)
    assert told.unanswered == (call, other)


def test_a_summary_stands_for_the_oldest_messages_until_it_is_undone() -> None:
    said = [MessageAdded(user(word)) for word in "abcd"]
    summary = Message("user", (Text("a and b"),))
    compacted = [*said, HistoryCompacted(summary, 2, "m"), MessageAdded(user("e"))]

    assert [message.text for message in fold(compacted).messages] == ["a and b", "c", "d", "e"]
    assert [[m.text for m in part] for part in fold(compacted).compacted] == [["a", "b"]]
    twice = [*compacted, HistoryCompacted(Message("user", (Text("all"),)), 3, "m")]
    assert [message.text for message in fold(twice).messages] == ["all", "e"]
    undone = fold([*twice, CompactionUndone(), CompactionUndone()])
    assert [message.text for message in undone.messages] == list("abcde")
    assert undone.compacted == ()
    assert fold([*twice, HistoryCleared()]).messages == ()


def test_what_cannot_have_happened_is_borne() -> None:
    assert fold([MessageWithdrawn(), CompactionUndone(), HistoryCleared()]).messages == ()

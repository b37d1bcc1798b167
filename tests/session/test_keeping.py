"""Sessions outlive their program: recorded, gone on with, forked, and never run twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from manual_slop import ai_client
from manual_slop.session.keeping import claim, fork
from manual_slop.session.transcript import fold
from manual_slop.store.effects import Effect
from manual_slop.store.shared import close_shared_stores, shared_store
from manual_slop.store.store import Store
from manual_slop.values.errors import ConfigError
from manual_slop.values.events import (
    Event,
    MessageAdded,
    MessageFinished,
    SessionDescribed,
    ToolFinished,
    ToolStarted,
    TurnFailed,
    TurnStarted,
)
from manual_slop.values.ledger import UsageRecorded
from manual_slop.values.messages import Message, ToolCall, ToolResult, user
from tests.support.stories import a_session

SESSION = "5" * 32
MODEL = "rehearsal/demo"


@pytest.fixture
def store() -> Iterator[Store]:
    yield shared_store()
    close_shared_stores()


def events(store: Store, session_id: str) -> list[Event]:
    return [envelope.event for envelope in store.envelopes(session_id)]


def broken_off(store: Store, *more: Event, project: str = "", tools: tuple[str, ...] = ()) -> None:
    begun = SessionDescribed(SESSION, MODEL, "Be kind.", project, tools)
    store.append(SESSION, [begun, TurnStarted("t", SESSION, MODEL), MessageAdded(user("go")), *more])


def test_a_recorded_session_goes_on_where_it_was(store: Store) -> None:
    session = ai_client.new_session(MODEL, system="Be brief.", record=True)
    session.send("what is 12*7?")
    said = list(session.messages)
    session.close()

    again = ai_client.resume_session(session.id[:6])
    assert (again.id, again.model, again.system_prompt) == (session.id, MODEL, "Be brief.")
    assert again.messages == said
    again.send("what is 2+2?")
    again.close()

    kept = events(store, session.id)
    assert list(fold(kept).messages) == again.messages
    assert sum(isinstance(event, SessionDescribed) for event in kept) == 1
    assert store.summary(session.id).turns == 2
    assert len(again.settled) == 2


def test_what_was_not_recorded_is_not_there(store: Store) -> None:
    ai_client.new_session(MODEL).send("what is 12*7?")
    assert store.sessions() == []
    with pytest.raises(ConfigError, match="there is no session yet"):
        ai_client.resume_session()


def test_a_session_is_gone_on_with_by_one_at_a_time(store: Store) -> None:
    session = ai_client.new_session(MODEL, record=True)
    session.send("what is 12*7?")
    with pytest.raises(ConfigError, match="in use"):
        ai_client.resume_session("last")
    session.close()
    ai_client.resume_session("last").close()


def test_the_default_session_is_recorded_when_it_is_asked_to_be(store: Store) -> None:
    ai_client.send("what is 12*7?", model=MODEL, record=True)
    ai_client.send("what is 2+2?")
    ai_client.reset_session()
    assert [(one.title, one.turns) for one in store.sessions()] == [("what is 12*7?", 2)]
    assert claim(store, "last").transcript.turns == 2


def test_what_streamed_in_before_the_end_is_there_and_its_call_is_in_the_ledger(store: Store) -> None:
    broken_off(store)
    store.draft(SESSION, "t", "It is", "hm").result()
    session = ai_client.resume_session("last")

    assert [message.text for message in session.messages] == ["go", "It is"]
    assert session.messages[-1].interrupted
    (entry,) = [event for event in events(store, SESSION) if isinstance(event, UsageRecorded)]
    assert (entry.purpose, entry.usage.estimated, entry.turn_id, entry.cost.basis) == (
        "interrupted",
        True,
        "t",
        "local",
    )
    assert store.drafts(SESSION) == []
    assert not store.summary(SESSION).interrupted
    session.send("what is 2+2?")
    session.close()


def test_a_tool_that_was_running_is_told_as_unknown_and_does_not_run_again(store: Store, tmp_path: Path) -> None:
    call = ToolCall("c1", "write_file", '{"path": "made.txt", "content": "x"}')
    asked = MessageFinished(Message("assistant", (call,)), "tool_calls")
    broken_off(store, asked, ToolStarted(call), project=str(tmp_path), tools=("write_file",))
    session = ai_client.resume_session("last", mode="all")

    assert session.messages[-1].role == "tool"
    assert any("unknown" in notice for notice in session.notices)
    assert session.toolbox is not None
    assert (session.toolbox.root, session.toolbox.names) == (tmp_path, ("write_file",))
    assert list(tmp_path.glob("made*")) == []
    assert isinstance(events(store, SESSION)[-1], TurnFailed)
    session.close()


def test_the_journal_says_how_a_tool_ended_where_it_knows(store: Store) -> None:
    call = ToolCall("c1", "write_file", "{}")
    asked = MessageFinished(Message("assistant", (call,)), "tool_calls")
    ran = [ToolStarted(call), ToolFinished(call, ToolResult("c1", "ok"), 0.1)]
    broken_off(store, asked, *ran, MessageAdded(Message("tool", (ToolResult("c1", "ok"),))), asked, ToolStarted(call))
    first, second = (Effect("write_file", SESSION, "t", "c1", f"{SESSION}/t/{at}/c1") for at in (1, 2))
    store.journal.finish(store.journal.intend(first), "done")
    session = ai_client.resume_session("last")
    assert "unknown" in str(session.messages[-1].parts[0])  # the same id in an earlier round is another call
    session.close()

    store.append(SESSION, [TurnStarted("t", SESSION, MODEL), asked, asked, ToolStarted(call)])
    store.journal.finish(store.journal.intend(second), "done")
    session = ai_client.resume_session("last")
    assert "done, but its result is lost" in str(session.messages[-1].parts[0])
    session.close()


def test_a_project_that_is_gone_is_said_and_the_conversation_goes_on(store: Store, tmp_path: Path) -> None:
    broken_off(store, project=str(tmp_path / "gone"), tools=("read_file",))
    session = ai_client.resume_session("last")
    assert session.toolbox is None
    assert any("no longer there" in notice for notice in session.notices)
    session.close()


def test_nothing_stays_claimed_where_a_session_cannot_be_set_up(store: Store) -> None:
    broken_off(store)
    with pytest.raises(ConfigError):
        ai_client.resume_session("last", project="/nowhere/at/all")
    ai_client.resume_session("last").close()


def test_a_fork_begins_with_what_had_been_said_and_has_costs_of_its_own(store: Store) -> None:
    store.append(SESSION, a_session(SESSION))
    whole = fold(events(store, fork(store, SESSION)))
    assert whole.messages == fold(a_session(SESSION)).messages
    assert whole.entries == ()
    assert whole.described is not None
    assert (whole.described.forked_from, whole.described.system_prompt) == (SESSION, "Be kind.")

    other = fork(store, SESSION, 6, "rehearsal/demo")
    forked = fold(events(store, other))
    assert [message.role for message in forked.messages] == ["user", "assistant", "tool"]
    assert [result.is_error for result in forked.messages[-1].parts] == [True, True]  # type: ignore[union-attr]
    assert store.summary(other).model == "rehearsal/demo"
    assert store.summary(SESSION).events == len(a_session(SESSION))

    session = ai_client.resume_session(other, tools=False)
    session.send("what is 12*7?")
    session.close()
    assert store.summary(SESSION).turns == 2


def test_before_anything_was_said_there_is_nothing_to_fork(store: Store) -> None:
    store.append(SESSION, a_session(SESSION))
    with pytest.raises(ConfigError, match="nothing had been said"):
        fork(store, SESSION, 2)

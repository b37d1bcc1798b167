"""A conversation is kept while it happens, and trouble with the keeping does not end it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from manual_slop.session.recorder import Recorder
from manual_slop.store.errors import StoreError
from manual_slop.values.errors import ProviderError
from manual_slop.values.events import (
    Event,
    MessageAdded,
    MessageFinished,
    Notice,
    ReasoningDelta,
    TextDelta,
    ToolCallDelta,
    TurnFailed,
    TurnStarted,
)
from manual_slop.values.messages import Message, Text, user
from manual_slop.values.secrets import redactor
from manual_slop.values.usage import UNPRICED, Usage

ENDING = TurnFailed(ProviderError("cancelled", "", "", "stopped"), Usage(), UNPRICED, "s")


class Shelf:
    """A store in memory that can be full; what it could not keep it writes as soon as there is room."""

    def __init__(self) -> None:
        self.kept: list[Event] = []
        self.waiting: list[Event] = []
        self.drafts: list[tuple[str, str, str]] = []
        self.waited: list[bool] = []
        self.owned: list[str] = []
        self.full = False

    def append(self, session_id: str, events: Sequence[Event], wait: bool = True) -> None:
        assert session_id == "s"
        self.waiting += events
        self.waited.append(wait)
        if not self.full:
            self.kept += self.waiting
            self.waiting.clear()
        elif wait:
            raise StoreError("the disk is full: make room")

    def unsaved(self, session_id: str | None = None) -> list[Event]:
        return self.waiting

    def draft(self, session_id: str, turn_id: str, text: str, reasoning: str = "") -> None:
        if self.full:
            raise StoreError("the disk is full: make room")
        self.drafts.append((turn_id, text, reasoning))

    def claim(self, session_id: str) -> None:
        self.owned.append(session_id)

    def release(self, session_id: str) -> None:
        self.owned.remove(session_id)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def record(shelf: Shelf, clock: Clock) -> Recorder:
    return Recorder(shelf, "s", clock=clock)


def test_an_event_is_kept_when_the_call_returns(record: Recorder, shelf: Shelf) -> None:
    events = [TurnStarted("t", "s", "m"), MessageAdded(user("hi")), ENDING]
    for count, event in enumerate(events, start=1):
        assert record(event) is None
        assert shelf.kept == events[:count]


def test_what_streams_in_is_kept_four_times_a_second_or_every_four_kilobytes(
    record: Recorder, shelf: Shelf, clock: Clock
) -> None:
    record(TurnStarted("t", "s", "m"))
    for _ in range(100):
        record(TextDelta("x"))
        clock.now += 0.01
    assert 4 <= len(shelf.drafts) <= 5
    record(ReasoningDelta("y" * 5000))
    assert shelf.drafts[-1] == ("t", "x" * 100, "y" * 5000)
    record(ToolCallDelta(0, "c", "read_file", "{}"))
    assert len(shelf.kept) == 1


def test_a_finished_message_begins_the_next_draft_anew(record: Recorder, shelf: Shelf, clock: Clock) -> None:
    record(TurnStarted("t", "s", "m"))
    record(TextDelta("first"))
    record(MessageFinished(Message("assistant", (Text("first"),)), "stop"))
    record(TextDelta("second"))
    assert shelf.drafts[-1] == ("t", "second", "")


def test_drafts_of_a_long_answer_become_rarer(record: Recorder, shelf: Shelf, clock: Clock) -> None:
    for _ in range(10_000):
        record(TextDelta("x" * 40))
        clock.now += 0.01
    written = sum(len(text) for _, text, _ in shelf.drafts)
    assert len(shelf.drafts) < 150
    assert written < 100 * 400_000


def test_a_draft_does_not_end_in_the_beginning_of_a_key(record: Recorder, shelf: Shelf) -> None:
    redactor.register("sk-canary-draft-123456")
    record(TextDelta("the key is sk-canary-dra"))
    assert shelf.drafts[-1][1] == "the key is "


def test_a_store_that_fails_is_told_once_and_not_waited_for_until_it_works_again(
    record: Recorder, shelf: Shelf, clock: Clock
) -> None:
    shelf.full = True
    told = record(TurnStarted("t", "s", "m"))
    assert told == Notice("this conversation is not being saved: the disk is full: make room")
    assert [record(event) for event in (MessageAdded(user("hi")), TextDelta("a"), Notice("n"))] == [None] * 3
    assert shelf.waited == [True, False, False]

    shelf.full = False
    assert record(ENDING) is None
    assert record(TurnStarted("u", "s", "m")) == Notice("this conversation is being saved again, all of it")
    assert [type(event) for event in shelf.kept] == [TurnStarted, MessageAdded, Notice, TurnFailed, TurnStarted]
    assert shelf.waited[-1]


def test_a_session_belongs_to_its_recorder_from_the_first_event_on(record: Recorder, shelf: Shelf) -> None:
    assert shelf.owned == []
    record(TurnStarted("t", "s", "m"))
    record(ENDING)
    assert shelf.owned == ["s"]
    record.close()
    record.close()
    assert shelf.owned == []

"""What waits in one program is seen and answered in another, once, and only as it was seen."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from manual_slop.safety.shared_inbox import SharedInbox
from manual_slop.safety.store_inbox import StoreInbox
from manual_slop.store.errors import StoreError
from manual_slop.store.inbox_table import Asked
from manual_slop.store.store import Store
from manual_slop.store.watching import Watcher
from manual_slop.values.approval import Answer
from manual_slop.values.cancel import Cancel
from manual_slop.values.secrets import Secret
from tests.store.programs.tracking import ACTION
from tests.support.approvals import command
from tests.support.patience import HANGS, wait_until
from tests.support.shared import ROOT

YES = Answer("approve", by="me")
NO = Answer("refuse", reason="not today", by="me")
EDIT = Answer("edit", arguments='{"command":"make -n"}', by="me")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "data")
    yield opened
    opened.close()


@pytest.fixture
def inbox(store: Store) -> Iterator[StoreInbox]:
    watcher = Watcher(store.database, 0.002)
    opened = StoreInbox(store.inbox, watcher, "dates")
    yield opened
    opened.close()
    watcher.close()


@pytest.fixture
def pool(inbox: StoreInbox) -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as threads:
        yield threads
        inbox.close()


def asked(store: Store) -> Asked:
    wait_until(store.inbox.pending)
    return store.inbox.pending()[0]


def start(*words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.store.programs.tracking", *words]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("answer", [YES, NO, EDIT])
def test_an_answer_from_elsewhere_reaches_who_asks(store: Store, inbox: StoreInbox, pool, answer: Answer):
    future: Future[Answer] = pool.submit(inbox.ask, ACTION, "it runs a command")
    waiting = asked(store)
    assert (waiting.request.action, waiting.track) == (ACTION, "dates")
    assert store.inbox.answer(waiting.request.id, waiting.digest, answer)
    assert future.result(60) == answer
    assert store.inbox.pending() == []


def test_the_first_who_answers_has_answered_wherever_they_are(store: Store, inbox: StoreInbox, pool):
    future: Future[Answer] = pool.submit(inbox.ask, ACTION, "why")
    waiting = asked(store)
    answers = [lambda: store.inbox.answer(waiting.request.id, waiting.digest, NO)] * 3
    answers += [lambda: inbox.answer(waiting.request.id, ACTION.digest, YES)] * 3
    with ThreadPoolExecutor(6) as people:
        told = list(people.map(lambda one: one(), answers))
    assert told.count(True) == 1
    assert future.result(60) == (NO if told.index(True) < 3 else YES)


def test_an_answer_to_something_else_is_none(store: Store, inbox: StoreInbox, pool):
    future: Future[Answer] = pool.submit(inbox.ask, ACTION, "why")
    waiting = asked(store)
    other = command("rm -r .")
    assert not store.inbox.answer(waiting.request.id, other.digest, YES)
    assert not inbox.answer(waiting.request.id, other.digest, YES)
    assert not inbox.answer("nobody's", ACTION.digest, YES)
    assert inbox.answer(waiting.request.id, ACTION.digest, NO)
    assert future.result(60) == NO


def test_what_was_withdrawn_is_answered_no_more(store: Store, inbox: StoreInbox, pool):
    cancel = Cancel()
    future: Future[Answer] = pool.submit(inbox.ask, ACTION, "why", cancel)
    waiting = asked(store)
    cancel.request()
    assert future.result(60).kind == "refuse"
    assert store.inbox.pending() == []
    assert not store.inbox.answer(waiting.request.id, waiting.digest, YES)


def test_a_secret_in_a_request_is_not_written_down_and_it_can_be_answered(store: Store, inbox: StoreInbox, pool):
    Secret("sk-a-very-secret-key-0123456789")
    action = command("curl -H sk-a-very-secret-key-0123456789")
    future: Future[Answer] = pool.submit(inbox.ask, action, "why")
    waiting = asked(store)
    assert "0123456789" not in str(waiting)
    assert waiting.request.action.digest == waiting.digest
    assert store.inbox.answer(waiting.request.id, waiting.digest, YES)
    assert future.result(60) == YES


def test_another_program_asks_and_a_third_one_answers(tmp_path: Path, store: Store):
    with start(str(tmp_path / "data"), "ask", "dates") as asking:
        asked(store)
        with start(str(tmp_path / "data"), "answer", "dates") as answering:
            assert answering.communicate()[0] == "True\n"
        assert asking.communicate()[0] == "approve  elsewhere\n"
    assert store.inbox.pending("dates") == []


def test_a_request_of_a_program_that_was_killed_waits_no_more(tmp_path: Path, store: Store):
    with start(str(tmp_path / "data"), "ask", "dates") as asking:
        waiting = asked(store)
        assert [one.track for one in store.inbox.pending("dates")] == ["dates"]
        assert store.inbox.pending("another track") == []
        asking.kill()
    assert store.inbox.pending() == []
    assert not store.inbox.answer(waiting.request.id, waiting.digest, YES)


def test_what_cannot_be_looked_at_now_is_looked_at_later(
    store: Store, inbox: StoreInbox, pool, monkeypatch: pytest.MonkeyPatch
):
    def busy(request_id: str) -> Answer | None:
        raise StoreError("the store is busy", "busy")

    waiting = pool.submit(inbox.ask, ACTION, "it runs a command")
    request = asked(store)
    with monkeypatch.context() as patch:
        patch.setattr(store.inbox, "answered", busy, raising=False)
        inbox._look()
        assert [one.id for one in inbox.pending()] == [request.request.id]
    assert store.inbox.answer(request.request.id, request.digest, NO)
    assert waiting.result(HANGS) == NO


def test_a_store_in_memory_has_an_inbox_too():
    memory = Store.open(None)
    assert memory.inbox.pending() == []
    assert memory.inbox.answered("nobody") is None
    memory.close()


def test_a_refusal_from_elsewhere_needs_no_person(store: Store, inbox: StoreInbox, pool):
    watcher = Watcher(store.database, 0.002)
    elsewhere = SharedInbox(store.inbox, watcher, "dates")
    waiting = pool.submit(inbox.ask, command("ls"), "it runs a command")
    wait_until(elsewhere.pending)
    (request,) = elsewhere.pending()
    assert elsewhere.answer(request.id, request.action.digest, Answer("refuse", reason="no"))
    assert waiting.result(HANGS).kind == "refuse"
    watcher.close()

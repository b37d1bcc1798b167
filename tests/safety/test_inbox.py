"""Each request is answered once, by the first who answers what they really saw; nothing else approves anything."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import pytest

from manual_slop.safety.inbox import Inbox
from manual_slop.values.approval import Action, Answer, Request
from manual_slop.values.cancel import Cancel
from tests.support.approvals import command

YES = Answer("approve", by="me")
NO = Answer("refuse", reason="no", by="me")
ACTION = command("ls")


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    inbox = Inbox(clock=lambda: 1234.5)
    yield inbox
    inbox.close()


@pytest.fixture
def ask(inbox: Inbox) -> Iterator[Callable[..., tuple[Request, Future[Answer]]]]:
    """Asks from another thread; returns when the question is there."""
    asked: queue.SimpleQueue[Request] = queue.SimpleQueue()
    inbox.listen(lambda request, answer: asked.put(request) if answer is None else None)
    with ThreadPoolExecutor(8) as pool:

        def start(action: Action = ACTION, cancel: Cancel | None = None) -> tuple[Request, Future[Answer]]:
            future = pool.submit(inbox.ask, action, "it runs a command", cancel)
            return asked.get(timeout=60), future

        yield start
        inbox.close()


def test_a_request_says_what_is_asked_and_why(inbox: Inbox, ask):
    request, future = ask()
    assert request == Request(request.id, ACTION, "it runs a command", 1234.5)
    assert inbox.pending() == (request,)
    assert inbox.answer(request.id, ACTION.digest, YES)
    assert future.result(60) == YES
    assert inbox.pending() == ()


def test_the_first_answer_wins(inbox: Inbox, ask):
    request, future = ask()
    assert inbox.answer(request.id, ACTION.digest, NO)
    assert not inbox.answer(request.id, ACTION.digest, YES)
    assert future.result(60) == NO


def test_a_replayed_answer_does_nothing_to_the_same_question_asked_again(inbox: Inbox, ask):
    first, future = ask()
    assert inbox.answer(first.id, ACTION.digest, YES)
    assert future.result(60) == YES
    second, again = ask()
    assert second.id != first.id
    assert not inbox.answer(first.id, ACTION.digest, YES)
    assert inbox.pending() == (second,)
    assert not again.done()


def test_an_answer_to_something_else_is_refused(inbox: Inbox, ask):
    request, future = ask()
    for digest in ("", ACTION.digest[:-1], command("ls -l").digest, replace(ACTION, call_id="c2").digest):
        assert not inbox.answer(request.id, digest, YES)
    for request_id in ("", request.id.upper() + "0", ACTION.digest):
        assert not inbox.answer(request_id, ACTION.digest, YES)
    assert not inbox.answer(request.id, ACTION.digest, replace(YES, kind="yes"))
    assert inbox.pending() == (request,)
    assert not future.done()


def test_an_answer_to_one_request_leaves_its_twin_waiting(inbox: Inbox, ask):
    first, yes = ask()
    second, waits = ask()
    assert inbox.pending() == (first, second)
    assert inbox.answer(first.id, ACTION.digest, YES)
    assert yes.result(60) == YES
    assert inbox.pending() == (second,)
    assert not waits.done()


def test_cancelling_refuses_and_a_late_answer_does_nothing(inbox: Inbox, ask):
    cancel = Cancel()
    request, future = ask(cancel=cancel)
    cancel.request()
    assert future.result(60).kind == "refuse"
    assert not inbox.answer(request.id, ACTION.digest, YES)


def test_what_was_cancelled_before_is_refused_at_once(inbox: Inbox):
    cancel = Cancel()
    cancel.request()
    assert inbox.ask(ACTION, "why", cancel).kind == "refuse"


def test_closing_refuses_what_waits_and_all_that_comes(inbox: Inbox, ask):
    _, first = ask()
    _, second = ask(command("pwd"))
    inbox.close()
    assert [future.result(60).kind for future in (first, second)] == ["refuse", "refuse"]
    assert inbox.ask(ACTION, "why").kind == "refuse"
    assert inbox.pending() == ()


def test_time_runs_out_only_where_it_is_limited():
    inbox = Inbox(timeout=0.01)
    answer = inbox.ask(ACTION, "why")
    assert answer.kind == "refuse"
    assert "0.01 seconds" in answer.reason
    assert inbox.pending() == ()


def test_listeners_hear_each_request_and_its_answer_until_they_stop(inbox: Inbox):
    heard: list[tuple[str, str | None]] = []

    def listener(request: Request, answer: Answer | None) -> None:
        heard.append((request.action.tool, answer and answer.kind))
        if answer is None:
            inbox.answer(request.id, request.action.digest, YES)

    stop = inbox.listen(listener)
    assert inbox.ask(ACTION, "why") == YES
    assert heard == [("run_shell", None), ("run_shell", "approve")]
    stop()
    cancel = Cancel()
    cancel.request()
    inbox.ask(ACTION, "why", cancel)
    assert len(heard) == 2


def test_a_question_that_could_not_be_shown_can_not_be_approved(inbox: Inbox):
    requests = []

    def broken(request: Request, answer: Answer | None) -> None:
        requests.append(request)
        raise OSError("no terminal")

    inbox.listen(broken)
    with pytest.raises(OSError, match="no terminal"):
        inbox.ask(ACTION, "why")
    assert inbox.pending() == ()
    assert not inbox.answer(requests[0].id, ACTION.digest, YES)


def test_of_many_who_answer_at_once_one_is_heard(inbox: Inbox, ask):
    for _ in range(50):
        request, future = ask()
        line = threading.Barrier(8)

        def answer(kind: str, request: Request = request, line: threading.Barrier = line) -> str | None:
            line.wait()
            return kind if inbox.answer(request.id, ACTION.digest, Answer(kind)) else None

        with ThreadPoolExecutor(8) as pool:
            won = [kind for kind in pool.map(answer, ["approve", "refuse"] * 4) if kind]
        assert won == [future.result(60).kind]


def test_names_of_requests_are_not_to_be_guessed(inbox: Inbox, ask):
    ids = {ask(command(f"echo {number}"))[0].id for number in range(8)}
    assert len(ids) == 8
    assert all(len(bytes.fromhex(one)) == 16 for one in ids)

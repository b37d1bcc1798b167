"""Nothing a model can write runs unapproved, and one approval is for one text: corpora, our own table, 64 at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from manual_slop.safety.approval import Mode, Policy
from manual_slop.safety.approval_grants import Grants
from manual_slop.safety.approval_rules import Rule
from manual_slop.safety.gate import Passed
from manual_slop.safety.inbox import Inbox
from manual_slop.values.approval import Answer
from manual_slop.values.cancel import Cancel
from tests.support.approvals import Hands, command, person
from tests.support.hostile_commands import TABLE, Desk, corpus

ASKING: tuple[Mode, ...] = ("ask", "edits", "never")


def test_the_table_is_long_and_holds_no_line_twice():
    assert len(set(TABLE)) == len(TABLE) >= 100


@pytest.mark.parametrize("mode", ASKING)
def test_no_command_of_the_corpus_runs_unapproved(mode: Mode):
    lines = corpus()
    assert len(lines) == 531
    nothing_runs(mode, lines)


@pytest.mark.parametrize("mode", ASKING)
def test_no_command_of_our_table_runs_unapproved(mode: Mode):
    nothing_runs(mode, TABLE)


def nothing_runs(mode: Mode, lines: tuple[str, ...]) -> None:
    """With all that could be allowed allowed, and a person who refuses."""
    inbox = Inbox()
    asked: list[str] = []
    person(inbox, lambda request: asked.append(request.action.preview.text) or Answer("refuse"))
    rules = (Rule("allow"), Rule("allow", tool="run_*"), Rule("allow", risk="EXECUTE"))
    hands = Hands(Policy(mode, rules, tests_allowed=True), inbox)
    for line in lines:
        hands.attempt(command(line))
    assert hands.done == []
    assert asked == ([] if mode == "never" else list(lines))


def test_allowing_one_command_for_the_session_allows_no_other():
    for allowed in TABLE:
        grants = Grants()
        grants.add(command(allowed))
        inbox = Inbox()
        inbox.close()
        hands = Hands(Policy("edits"), inbox, grants)
        for line in TABLE:
            hands.attempt(command(line, call="later"))
        assert hands.done == [("s1", command(allowed).arguments)]


def test_allowing_some_of_the_corpus_allows_none_of_the_rest():
    lines = list(dict.fromkeys((*corpus(), *TABLE)))
    allowed, rest = lines[::2], lines[1::2]
    grants = Grants()
    for line in allowed:
        grants.add(command(line))
    assert len(grants) == len(allowed)
    assert not any(grants.covers(command(line)) for line in rest)
    assert all(grants.covers(command(line, call="later")) for line in allowed)


def test_of_64_sessions_asking_at_once_exactly_what_was_approved_runs():
    inbox = Inbox()
    hands = Hands(Policy(), inbox)
    desk = Desk(inbox, seed=20261122)
    cancels = [Cancel() for _ in range(64)]

    def session(number: int) -> None:
        for at in range(20):
            # The same text in every session: only the session and the call tell them apart.
            hands.attempt(command(f"make step{at}", session=f"s{number}", call=f"c{at}"), cancel=cancels[number])

    answerers = [threading.Thread(target=desk.work) for _ in range(4)]
    for answerer in answerers:
        answerer.start()
    with ThreadPoolExecutor(64) as pool:
        running = [pool.submit(session, number) for number in range(64)]
        for number in range(0, 64, 16):
            cancels[number].request()
        for future in running:
            future.result(100)
    desk.closing.set()
    for answerer in answerers:
        answerer.join(60)
    assert len(hands.done) == len(set(hands.done))
    # A session that was stopped may have been given a yes that came too late to be acted on.
    stopped = {f"s{number}" for number in range(0, 64, 16)}
    assert set(hands.done) <= desk.approved
    assert {one for one in desk.approved if one[0] not in stopped} <= set(hands.done)
    assert 300 < len(hands.done) < 900
    assert inbox.pending() == ()


def test_in_mode_all_what_runs_is_what_was_asked_for():
    hands = Hands(Policy("all"), Inbox())
    assert all(isinstance(hands.attempt(command(line)), Passed) for line in TABLE)
    assert hands.done == [("s1", command(line).arguments) for line in TABLE]

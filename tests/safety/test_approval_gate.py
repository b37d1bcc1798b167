"""What passes the gate is what a person saw and agreed to, to the byte, in the world they saw it in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from manual_slop.safety.approval import Policy
from manual_slop.safety.approval_grants import Grants
from manual_slop.safety.approval_rules import Rule
from manual_slop.safety.gate import MOST_EDITS, Passed, Refused
from manual_slop.safety.inbox import Inbox
from manual_slop.values.approval import Action, Answer, Request, canonical
from manual_slop.values.cancel import Cancel
from tests.support.approvals import Hands, change, command, person, plain, remaking

LS = command("ls")


def to(script: str) -> str:
    return canonical({"command": script})


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def asked(inbox: Inbox) -> list[Request]:
    """All that was asked."""
    requests: list[Request] = []
    inbox.listen(lambda request, answer: requests.append(request) if answer is None else None)
    return requests


def says(inbox: Inbox, *answers: Answer) -> None:
    """A person with their answers ready, in this order."""
    left = list(answers)
    person(inbox, lambda request: left.pop(0))


def test_a_reader_passes_unasked(inbox: Inbox, asked: list[Request]):
    hands = Hands(Policy(), inbox)
    assert isinstance(hands.attempt(plain("read_file", "READ", path="a")), Passed)
    assert not asked


def test_what_is_approved_runs_with_the_arguments_that_were_shown(inbox: Inbox, asked: list[Request]):
    says(inbox, Answer("approve", by="terminal"))
    outcome = Hands(Policy(), inbox).attempt(LS, remaking(LS))
    assert outcome == Passed(LS, edited=False, why="approved by terminal")
    assert [request.action for request in asked] == [LS]
    assert "runs a command" in asked[0].why


def test_a_refusal_carries_its_reason_to_the_model(inbox: Inbox):
    says(inbox, Answer("refuse", reason="use the tests instead", by="me"))
    hands = Hands(Policy(), inbox)
    assert hands.attempt(LS) == Refused("use the tests instead", by="me")
    assert not hands.done


def test_a_refusal_without_a_reason_says_so(inbox: Inbox):
    says(inbox, Answer("refuse"))
    assert Hands(Policy(), inbox).attempt(LS) == Refused("refused without a reason")


def test_what_the_policy_denies_is_not_asked_about(inbox: Inbox, asked: list[Request]):
    outcome = Hands(Policy("never"), inbox).attempt(LS)
    assert isinstance(outcome, Refused)
    assert "never" in outcome.reason
    assert not asked


def test_an_edit_is_judged_and_shown_before_it_runs(inbox: Inbox, asked: list[Request]):
    says(inbox, Answer("edit", arguments='{ "command": "ls -l" }'), Answer("approve"))
    hands = Hands(Policy(), inbox)
    assert hands.attempt(LS, remaking(LS)) == Passed(command("ls -l"), edited=True, why="approved by the person")
    assert [request.action.preview.text for request in asked] == ["ls", "ls -l"]
    assert hands.done == [("s1", to("ls -l"))]


def test_an_edit_to_what_is_shown_already_approves_it(inbox: Inbox):
    says(inbox, Answer("edit", arguments='{"command": "ls"}', by="me"))
    assert Hands(Policy(), inbox).attempt(LS, remaking(LS)) == Passed(LS, edited=False, why="approved by me")


def test_an_edit_does_not_get_past_a_denial(inbox: Inbox):
    def make(arguments: str) -> Action:
        return replace(change("secrets/key"), arguments=arguments)

    says(inbox, Answer("edit", arguments='{"path":"secrets/key"}'))
    hands = Hands(Policy(rules=(Rule("deny", path="secrets"),)), inbox)
    outcome = hands.attempt(change("notes.md"), make)
    assert isinstance(outcome, Refused)
    assert "secrets" in outcome.reason
    assert not hands.done


def test_an_edit_to_a_protected_name_is_asked_about_again(inbox: Inbox, asked: list[Request]):
    def make(arguments: str) -> Action:
        return replace(change(".env", protected=True), arguments=arguments)

    says(inbox, Answer("edit", arguments='{"path":".env"}'), Answer("refuse"))
    hands = Hands(Policy("edits", (Rule("ask", path="notes.md"),)), inbox)
    hands.attempt(change("notes.md"), make)
    assert "protected" in asked[1].why
    assert not hands.done


def test_an_edit_that_cannot_run_is_asked_about_once_more_with_the_reason(inbox: Inbox, asked: list[Request]):
    says(inbox, Answer("edit", arguments='{"cmd":"ls"}'), Answer("approve"))
    outcome = Hands(Policy(), inbox).attempt(LS, remaking(LS))
    assert outcome == Passed(LS, edited=False, why="approved by the person")
    assert "`command` (a string) is missing" in asked[1].why


def test_editing_for_ever_ends(inbox: Inbox, asked: list[Request]):
    person(inbox, lambda request: Answer("edit", arguments=to(f"echo {len(asked)}")))
    hands = Hands(Policy(), inbox)
    assert isinstance(hands.attempt(LS, remaking(LS)), Refused)
    assert len(asked) == MOST_EDITS
    assert not hands.done


@pytest.mark.parametrize(
    "swapped",
    [
        command("ls; rm -rf ."),
        replace(LS, arguments=to("rm -rf .")),
        replace(LS, preview=replace(LS.preview, text="rm -rf .")),
        replace(LS, preview=replace(LS.preview, cwd="..")),
        replace(LS, preview=replace(LS.preview, environment=("PATH", "LD_PRELOAD"))),
        replace(LS, preview=replace(LS.preview, confinement="none")),
        replace(LS, tool="run_powershell"),
        replace(LS, session_id="s2"),
        replace(LS, call_id="c2"),
        replace(LS, risk="READ"),
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", ["approve", "session", "edit"])
def test_what_was_swapped_after_the_approval_does_not_run(inbox: Inbox, swapped: Action, kind: str):
    grants = Grants()
    says(inbox, Answer(kind, arguments=LS.arguments), Answer("refuse"))
    hands = Hands(Policy(), inbox, grants)
    outcome = hands.attempt(LS, lambda arguments: swapped)
    assert isinstance(outcome, Refused)
    assert not hands.done
    assert len(grants) == 0


@pytest.mark.parametrize("kind", ["approve", "session"])
def test_a_file_that_changed_since_it_was_shown_is_left_alone(inbox: Inbox, kind: str):
    says(inbox, Answer(kind))
    hands = Hands(Policy(), inbox)
    outcome = hands.attempt(change("src/app.py"), lambda arguments: change("src/app.py", state="after"))
    assert isinstance(outcome, Refused)
    assert "src/app.py changed" in outcome.reason
    assert not hands.done


@pytest.mark.parametrize(
    ("shown", "now", "said"),
    [
        (LS, command("ls -a"), "the call itself has changed"),
        (LS, replace(LS, call_id="c2"), "the call itself has changed"),
        (LS, replace(LS, call_id="c2", arguments=to("ls -a")), "the call itself has changed"),
        (LS, replace(LS, preview=replace(LS.preview, cwd="..")), "what it would do has changed"),
        (change("a", "b"), change("a", "b", state="after"), "a, b changed"),
        (LS, replace(LS, preview=replace(LS.preview, state="x")), "what it is about changed"),
    ],
)
def test_what_changed_since_the_approval_is_said(inbox: Inbox, shown: Action, now: Action, said: str):
    says(inbox, Answer("approve"))
    outcome = Hands(Policy(), inbox).attempt(shown, lambda arguments: now)
    assert outcome == Refused(f"approved, but {said} since: nothing was done; look again")


def test_an_edit_that_became_another_call_is_refused_in_words(inbox: Inbox):
    says(inbox, Answer("edit", arguments=LS.arguments))
    outcome = Hands(Policy(), inbox).attempt(LS, lambda arguments: replace(LS, call_id="c2"))
    assert outcome == Refused("the edit became a call of something else")


def test_what_cannot_be_done_any_more_is_refused_with_the_reason(inbox: Inbox):
    says(inbox, Answer("approve"))
    outcome = Hands(Policy(), inbox).attempt(LS, lambda arguments: Refused("the folder is gone"))
    assert isinstance(outcome, Refused)
    assert "the folder is gone" in outcome.reason


def test_a_cancel_after_the_approval_still_stops(inbox: Inbox):
    cancel = Cancel()
    person(inbox, lambda request: cancel.request() or Answer("approve"))
    hands = Hands(Policy(), inbox)
    assert isinstance(hands.attempt(LS, cancel=cancel), Refused)
    assert not hands.done


def test_a_closed_inbox_refuses(inbox: Inbox):
    inbox.close()
    hands = Hands(Policy(), inbox)
    assert isinstance(hands.attempt(LS), Refused)
    assert not hands.done


def test_allowed_for_the_session_is_asked_once(inbox: Inbox, asked: list[Request]):
    says(inbox, Answer("session"))
    hands = Hands(Policy(), inbox)
    for call in ("c1", "c2", "c3"):
        action = command("ls", call=call)
        assert isinstance(hands.attempt(action, remaking(action)), Passed)
    assert len(asked) == 1


def test_an_approval_once_is_for_once(inbox: Inbox, asked: list[Request]):
    says(inbox, Answer("approve"), Answer("refuse"))
    hands = Hands(Policy(), inbox)
    assert isinstance(hands.attempt(LS), Passed)
    assert isinstance(hands.attempt(LS), Refused)
    assert len(asked) == 2


def test_a_protected_name_allowed_for_the_session_is_asked_about_again(inbox: Inbox, asked: list[Request]):
    says(inbox, Answer("session"), Answer("refuse"))
    hands = Hands(Policy("all"), inbox)
    assert isinstance(hands.attempt(change(".env", protected=True)), Passed)
    assert isinstance(hands.attempt(change(".env", protected=True)), Refused)
    assert len(asked) == 2


def test_a_denial_stands_above_what_was_allowed_for_the_session(inbox: Inbox):
    grants = Grants()
    grants.add(LS)
    assert isinstance(Hands(Policy("never"), inbox, grants).attempt(LS), Refused)
    assert isinstance(Hands(Policy(rules=(Rule("deny", tool="run_*"),)), inbox, grants).attempt(LS), Refused)

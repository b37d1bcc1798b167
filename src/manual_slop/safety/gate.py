"""The one way from a tool call to its running: the policy judges, a person answers, and what runs is what they saw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from manual_slop.safety.approval import Policy
from manual_slop.safety.approval_grants import Grants
from manual_slop.safety.inbox import Inbox
from manual_slop.values.approval import Action, Answer
from manual_slop.values.cancel import Cancel

MOST_EDITS = 20


@dataclass(frozen=True, slots=True)
class Passed:
    """`action` may happen, and no other: what is made of the same call later may differ from what was agreed to.

    `edited` says that a person changed the arguments; `why` is who agreed, or what.
    """

    action: Action
    edited: bool
    why: str

    @property
    def arguments(self) -> str:
        """The arguments to run with (canonical JSON)."""
        return self.action.arguments


@dataclass(frozen=True, slots=True)
class Refused:
    """May not run. `reason` is for the model to read; `by` is who refused, empty where no person did."""

    reason: str
    by: str = ""


Make = Callable[[str], Action | Refused]
"""The same call as it would act right now with these arguments (JSON), or why it cannot."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """An action in front of a person, and why."""

    action: Action
    edited: bool = False
    why: str = ""


class Gate:
    """Decides about actions. Safe to use from several threads; `pass_` blocks while a person is asked."""

    def __init__(self, policy: Policy, grants: Grants, inbox: Inbox) -> None:
        self._policy = policy
        self._grants = grants
        self._inbox = inbox

    def pass_(self, action: Action, make: Make, cancel: Cancel | None = None) -> Passed | Refused:
        """Whether `action` may run, and with which arguments.

        After an edit the new action is judged like any other, and shown again when it has to be asked about. After
        an approval the action is made once more: when anything about it differs from what was shown, it is refused.
        """
        stop = cancel or Cancel()
        outcome = self._judged(_Asked(action))
        for _ in range(MOST_EDITS):
            if not isinstance(outcome, _Asked):
                return outcome
            answer = self._inbox.ask(outcome.action, outcome.why, stop)
            if stop.requested:
                return Refused("stopped by the person")
            outcome = self._answered(outcome, answer, make)
        return Refused(f"edited {MOST_EDITS} times without an approval") if isinstance(outcome, _Asked) else outcome

    def _judged(self, asked: _Asked) -> Passed | Refused | _Asked:
        action = asked.action
        verdict = self._policy.judge(action)
        if verdict.decision == "allow":
            return Passed(action, asked.edited, verdict.why)
        if verdict.decision != "ask":
            return Refused(verdict.why)
        if self._grants.covers(action):
            return Passed(action, asked.edited, "allowed by the person for this session")
        return replace(asked, why=verdict.why)

    def _answered(self, asked: _Asked, answer: Answer, make: Make) -> Passed | Refused | _Asked:
        if answer.kind == "edit":
            return self._edited(asked, answer, make)
        if answer.kind in ("approve", "session"):
            return self._approved(asked, answer, make)
        return Refused(answer.reason or "refused without a reason", answer.by)

    def _edited(self, asked: _Asked, answer: Answer, make: Make) -> Passed | Refused | _Asked:
        made = make(answer.arguments)
        if isinstance(made, Refused):
            return replace(asked, why=f"what it was edited to cannot run: {made.reason}")
        if _identity(made) != _identity(asked.action):
            return Refused("the edit became a call of something else")
        if made.digest == asked.action.digest:  # edited to what is shown already
            return Passed(made, asked.edited, _approver(answer))
        return self._judged(_Asked(made, asked.edited or made.arguments != asked.action.arguments))

    def _approved(self, asked: _Asked, answer: Answer, make: Make) -> Passed | Refused:
        now = make(asked.action.arguments)
        if isinstance(now, Refused):
            return Refused(f"approved, but it cannot run any more: {now.reason}")
        if now.digest != asked.action.digest:
            return Refused(f"approved, but {_difference(asked.action, now)} since: nothing was done; look again")
        if answer.kind == "session":
            self._grants.add(now)
        return Passed(now, asked.edited, _approver(answer))


def _approver(answer: Answer) -> str:
    return f"approved by {answer.by or 'the person'}"


def _identity(action: Action) -> tuple[str | None, ...]:
    return action.session_id, action.call_id, action.tool, action.risk, action.origin


def _difference(shown: Action, now: Action) -> str:
    if shown.arguments != now.arguments or _identity(shown) != _identity(now):
        return "the call itself has changed"
    if shown.preview.state != now.preview.state:
        return f"{', '.join(shown.preview.targets) or 'what it is about'} changed"
    return "what it would do has changed"

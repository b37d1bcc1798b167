"""Asks for each tool call whether it may run, and carries the answer to the tool and back to the model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from manual_slop.providers.stream import Listener
from manual_slop.safety.approval import Policy
from manual_slop.safety.approval_grants import Grants
from manual_slop.safety.gate import Gate, Refused
from manual_slop.safety.inbox import Inbox
from manual_slop.safety.permit import Permit
from manual_slop.tools.registry import ToolBox
from manual_slop.values.approval import Action, Answer, Request
from manual_slop.values.cancel import Cancel
from manual_slop.values.events import ApprovalRequested, ApprovalResolved
from manual_slop.values.messages import ToolCall, ToolResult

Approver = Callable[[Request], Answer]
"""Answers a request at once, in the thread that asks."""


def nobody(request: Request) -> Answer:
    """The answer where no person can be asked."""
    reason = "it needs a person's approval, and nobody can be asked here"
    if request.action.preview.kind == "file":
        reason = f"{request.why}: {reason}"
    return Answer("refuse", reason=reason, by="the program")


def read_only() -> Permission:
    """Readers run, everything else is refused: there is nobody to ask."""
    inbox = Inbox()
    return Permission(Gate(Policy(), Grants(), inbox), inbox)


@dataclass(frozen=True, slots=True)
class Allowed:
    """A call that may run as it stands here. `note` is what the model must know of it besides its result."""

    call: ToolCall
    permit: Permit
    note: str = ""


@dataclass(frozen=True, slots=True)
class Permission:
    """The gate of a session, the inbox where requests wait, and who answers them without being asked twice.

    Without an `approve` the requests stay in the inbox until somebody there answers. `origin` says who asks, where the
    session works for a ticket.
    """

    gate: Gate
    inbox: Inbox
    approve: Approver | None = nobody
    origin: str = ""

    def ask(
        self, toolbox: ToolBox, call: ToolCall, place: Place, tell: Listener, cancel: Cancel
    ) -> Allowed | ToolResult:
        """Whether `call` may run, and how; else the result that says why not. Blocks while a person thinks."""
        action = toolbox.action(call, place.session_id, self.origin)
        if isinstance(action, ToolResult):
            return action

        def make(arguments: str) -> Action | Refused:
            made = toolbox.action(replace(call, arguments=arguments), place.session_id, self.origin)
            return Refused(made.content) if isinstance(made, ToolResult) else made

        forget = self.inbox.listen(lambda request, answer: self._hear(request, answer, action, tell))
        try:
            outcome = self.gate.pass_(action, make, cancel)
        finally:
            forget()
        if isinstance(outcome, Refused):
            who = "The person refused it" if outcome.by not in ("", "the program") else "Not run"
            return ToolResult(call.id, f"{who}: {outcome.reason}", is_error=True)
        agreed = outcome.action
        note = f"[The person changed the arguments. It ran with: {agreed.arguments}]\n" if outcome.edited else ""
        return Allowed(replace(call, arguments=agreed.arguments), Permit(agreed, place.turn_id, place.key(call)), note)

    def _hear(self, request: Request, answer: Answer | None, action: Action, tell: Listener) -> None:
        asked = request.action
        if (asked.session_id, asked.call_id) != (action.session_id, action.call_id):
            return
        if answer is not None:
            tell(ApprovalResolved(request, answer))
            return
        tell(ApprovalRequested(request))
        if self.approve is not None:
            self.inbox.answer(request.id, asked.digest, self.approve(request))


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a session a call stands: providers use the same ids again in another round."""

    session_id: str
    turn_id: str
    round: int

    def key(self, call: ToolCall) -> str:
        """A name for the call that no other call has."""
        return f"{self.session_id}/{self.turn_id}/{self.round}/{call.id}"

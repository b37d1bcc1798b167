"""People who answer, and hands that act, for tests of approval."""

from __future__ import annotations

import threading
from collections.abc import Callable

from manual_slop.safety.approval import Policy
from manual_slop.safety.approval_grants import Grants
from manual_slop.safety.gate import Gate, Make, Passed, Refused
from manual_slop.safety.inbox import Inbox
from manual_slop.values.approval import Action, Answer, Preview, Request, canonical
from manual_slop.values.cancel import Cancel
from manual_slop.values.strict_json import parse_arguments
from manual_slop.values.tools import Risk


def command(script: str, *, session: str = "s1", call: str = "c1", cwd: str = ".", protected: bool = False) -> Action:
    """A shell command a model asks for."""
    preview = Preview("command", script, cwd=cwd, environment=("PATH",), confinement="bwrap", protected=protected)
    return Action(session, call, "run_shell", "EXECUTE", canonical({"command": script}), preview)


def change(*targets: str, state: str = "before", tool: str = "write_file", protected: bool = False) -> Action:
    """A change of files a model asks for."""
    preview = Preview("diff", "+new", targets, state, protected)
    return Action("s1", "c1", tool, "WRITE", canonical({"path": targets[0] if targets else ""}), preview)


def plain(tool: str, risk: Risk | None, **arguments: object) -> Action:
    """A call of any tool, without a preview of its own."""
    return Action("s1", "c1", tool, risk, canonical(arguments), Preview("text", ""))


def remaking(action: Action) -> Make:
    """The same call made anew with other arguments, in a world that stands still."""

    def make(arguments: str) -> Action | Refused:
        script = parse_arguments(arguments).get("command")
        if not isinstance(script, str):
            return Refused("`command` (a string) is missing")
        return command(script, session=action.session_id, call=action.call_id, cwd=action.preview.cwd)

    return make


def still(action: Action) -> Make:
    """The same action whenever it is asked for."""
    return lambda arguments: action


def person(inbox: Inbox, decide: Callable[[Request], Answer]) -> None:
    """Somebody who answers each request at once, as `decide` says."""

    def on_request(request: Request, answer: Answer | None) -> None:
        if answer is None:
            inbox.answer(request.id, request.action.digest, decide(request))

    inbox.listen(on_request)


class Hands:
    """Does what the gate lets through, and remembers what that was."""

    def __init__(self, policy: Policy, inbox: Inbox, grants: Grants | None = None) -> None:
        self.done: list[tuple[str, str]] = []
        """Session and arguments of each thing done."""
        self._gate = Gate(policy, grants or Grants(), inbox)
        self._lock = threading.Lock()

    def attempt(self, action: Action, make: Make | None = None, cancel: Cancel | None = None) -> Passed | Refused:
        outcome = self._gate.pass_(action, make or still(action), cancel)
        if isinstance(outcome, Passed):
            with self._lock:
                self.done.append((action.session_id, outcome.arguments))
        return outcome

"""The provider calls of one turn: each is checked against the budget, made, tried again, and settled in the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from manual_slop.money.prices import combine
from manual_slop.providers.exchange import Exchange
from manual_slop.providers.litellm_gateway import Answer, Request, complete
from manual_slop.providers.registry import Route
from manual_slop.providers.retry import with_retries
from manual_slop.providers.stream import Listener
from manual_slop.values.cancel import Cancel
from manual_slop.values.errors import ProviderError
from manual_slop.values.events import BudgetWarning
from manual_slop.values.ids import new_id
from manual_slop.values.ledger import Purpose, UsageRecorded
from manual_slop.values.messages import Message
from manual_slop.values.tools import ToolSpec
from manual_slop.values.usage import Cost, Usage

if TYPE_CHECKING:
    from manual_slop.session.session import Session
    from manual_slop.values.budget import Amount

_LONGEST_ANSWER = 32_768
_NO_CHARGE = Cost(Decimal(0), "estimated", note="failed before any token: nothing is known to be charged")


class Calls:
    """Asks a session's model, round by round, and keeps count of what that used and cost."""

    def __init__(self, session: Session, turn_id: str, tell: Listener, cancel: Cancel, stream: bool) -> None:
        self.rounds = 0
        self.usage = Usage()
        self._session = session
        self._turn_id = turn_id
        self._tell = tell
        self._cancel = cancel
        self._stream = stream
        self._costs: list[Cost] = []

    @property
    def cost(self) -> Cost:
        """What all calls so far cost."""
        return combine(self._costs)

    def ask(self, route: Route, tools: tuple[ToolSpec, ...], params: Mapping[str, Any]) -> Answer:
        """One round: the conversation as it stands goes out, and the answer comes back, tried again where it may be."""
        session = self._session
        self.rounds += 1
        request = Request(route, (*session.preamble, *session.messages), tools, params, self._stream)
        tries = 0

        def once() -> Answer:
            nonlocal tries
            tries += 1
            return self._call(request, "retry" if tries > 1 else "chat" if self.rounds == 1 else "tool round")

        return with_retries(once, self._tell, self._cancel, session.retry_budget, session.retries)

    def _call(self, request: Request, purpose: Purpose) -> Answer:
        session, route, call_id = self._session, request.route, new_id()
        if session.budget is not None:
            refused = self._reserve(call_id, request)
            if refused is not None:
                return Answer(Message("assistant", (), interrupted=True), "interrupted", Usage(), "", error=refused)
        began = datetime.now(UTC)
        exchange = Exchange(session.timeouts, self._cancel, session.clock)
        answer = complete(request, session.translator_for(route), exchange, self._tell)
        self._settle(request, answer, call_id, _outcome(answer, purpose), began)
        return answer

    def _reserve(self, call_id: str, request: Request) -> ProviderError | None:
        from manual_slop.values.budget import path_of  # only where there is a budget

        session, route = self._session, request.route
        assert session.budget is not None
        try:
            path = path_of(session.id, session.origin)
            for node in session.budget.reserve(call_id, path, self._worst_case(request), route.model):
                self._tell(BudgetWarning(node))
        except ProviderError as refused:
            return refused.with_traceback(None)
        return None

    def _worst_case(self, request: Request) -> Amount | None:
        from manual_slop.money.worst_case import worst_case
        from manual_slop.session.token_counts import most_tokens

        access, route = self._session.access, request.route
        asked = request.params.get("max_completion_tokens") or request.params.get("max_tokens")
        most = int(asked or access.facts(route).max_output_tokens or _LONGEST_ANSWER)
        return worst_case(access.rates(route), most_tokens(request.messages, request.tools), most, local=route.local)

    def _settle(self, request: Request, answer: Answer, call_id: str, purpose: Purpose, began: datetime) -> None:
        """Enter the call in the ledger, whatever became of it."""
        session, route = self._session, request.route
        used = answer.error is None or answer.usage.total_tokens > 0
        cost = session.access.price(route, answer.usage, answer.model, answer.billed_usd) if used else _NO_CHARGE
        entry = UsageRecorded(
            route.model,
            answer.usage,
            cost,
            purpose,
            call_id,
            session.id,
            self._turn_id,
            session.origin,
            route.provider.name,
            answer.model,
            answer.error.kind if answer.error is not None else "",
            answer.request_id,
            "",
            began,
            datetime.now(UTC),
        )
        if session.budget is not None:
            session.budget.settle(entry)
        if used:
            self.usage += answer.usage
            self._costs.append(cost)
        if used or entry.error != "cancelled":  # what was stopped before it left was no call
            self._tell(entry)


def _outcome(answer: Answer, purpose: Purpose) -> Purpose:
    """What the call came to be for: one that was stopped or broke off is no longer what it was meant to be."""
    if answer.error is None:
        return purpose
    if answer.error.kind == "cancelled":
        return "cancelled"
    return "interrupted" if answer.message.parts else purpose

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
from manual_slop.values.events import Event, ReasoningDelta, TextDelta, ToolCallDelta
from manual_slop.values.ids import new_id
from manual_slop.values.ledger import Purpose, UsageRecorded
from manual_slop.values.messages import Message
from manual_slop.values.tools import ToolSpec
from manual_slop.values.usage import Cost, Usage

if TYPE_CHECKING:
    from manual_slop.session.purse import Purse
    from manual_slop.session.session import Session

_NO_CHARGE = Cost(Decimal(0), "estimated", note="failed before any token: nothing is known to be charged")


class Calls:
    """Asks a session's model, round by round, and keeps count of what that used and cost."""

    def __init__(self, session: Session, turn_id: str, tell: Listener, cancel: Cancel, stream: bool) -> None:
        self.rounds = 0
        self.usage = Usage()
        self.entries: list[UsageRecorded] = []
        self._session = session
        self._turn_id = turn_id
        self._tell = tell
        self._cancel = cancel
        self._stream = stream
        self._costs: list[Cost] = []
        self._purse: Purse | None = None
        if session.budget is not None:
            from manual_slop.session.purse import Purse  # only where there is a budget

            self._purse = Purse(session, session.budget, turn_id, tell)

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
            return self._call(request, "retry" if tries > 1 else session.purpose if self.rounds == 1 else "tool round")

        return with_retries(once, self._tell, self._cancel, session.retry_budget, session.retries)

    def ask_aside(
        self, messages: tuple[Message, ...], route: Route, params: Mapping[str, Any], purpose: Purpose
    ) -> Answer:
        """Ask something that is no part of the conversation; what it streams is not told, what it costs is."""
        request = Request(route, messages, (), params, self._stream)
        return with_retries(
            lambda: self._call(request, purpose, _without_words(self._tell)),
            self._tell,
            self._cancel,
            self._session.retry_budget,
            self._session.retries,
        )

    def _call(self, request: Request, purpose: Purpose, tell: Listener | None = None) -> Answer:
        session, route, call_id = self._session, request.route, new_id()
        if self._purse is not None:
            admitted = self._purse.admit(call_id, request)
            if isinstance(admitted, ProviderError):
                return Answer(Message("assistant", (), interrupted=True), "interrupted", Usage(), "", error=admitted)
            request = admitted
        began = datetime.now(UTC)
        exchange = Exchange(session.timeouts, self._cancel, session.clock)
        if session.wire is not None:
            session.wire.begin(exchange)
        try:
            answer = complete(request, session.translator_for(route), exchange, tell or self._tell)
        except BaseException:
            if self._purse is not None:
                self._purse.give_back(call_id)
            raise
        self._settle(request, answer, call_id, _outcome(answer, purpose), began)
        if session.wire is not None and exchange.tap is not None:
            session.wire.end(exchange.tap.call(request, answer, began, (call_id, session.id, self._turn_id)))
        return answer

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
            self._rates(route, answer.model),
            began,
            datetime.now(UTC),
        )
        if used:
            self.usage += answer.usage
            self._costs.append(cost)
        made = used or entry.error != "cancelled"  # what was stopped before it left was no call
        try:
            if made:
                self.entries.append(entry)
                session.note_call(entry, request)
                self._tell(entry)
        finally:
            if self._purse is not None:
                self._purse.settle(entry, made=made)

    def _rates(self, route: Route, answered: str) -> str:
        """The price list in force, as the ledger keeps it."""
        from manual_slop.money.rates_json import dump_rates

        return "" if route.local else dump_rates(self._session.access.rates(route, answered))


def _without_words(tell: Listener) -> Listener:
    """`tell`, but for what a model says."""

    def quiet(event: Event) -> None:
        if not isinstance(event, TextDelta | ReasoningDelta | ToolCallDelta):
            tell(event)

    return quiet


def _outcome(answer: Answer, purpose: Purpose) -> Purpose:
    """What the call came to be for: one that was stopped or broke off is no longer what it was meant to be."""
    if answer.error is None:
        return purpose
    if answer.error.kind == "cancelled":
        return "cancelled"
    return "interrupted" if answer.message.parts else purpose

"""A session's budget as its calls meet it: room is set aside before each one, and what it used is settled after."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from manual_slop.money.rates_json import dump_rates
from manual_slop.money.worst_case import LEAST_ANSWER, answer_that_fits, worst_case
from manual_slop.providers.litellm_gateway import Request
from manual_slop.providers.stream import Listener
from manual_slop.session.token_counts import most_tokens, weigh
from manual_slop.store.errors import StoreError
from manual_slop.values.budget import Budget, BudgetExceeded
from manual_slop.values.errors import ProviderError
from manual_slop.values.events import BudgetWarning, Notice
from manual_slop.values.ledger import UsageRecorded
from manual_slop.values.usage import Usage

if TYPE_CHECKING:
    from manual_slop.session.session import Session

_LONGEST_ANSWER = 32_768
_MOST_THOUGHT = 8_192  # what a reasoning effort may come to, where an answer is cut down
_TRIES = 12  # nodes on a path, and as many again for calls that take room at the same time
_UNHEARD = "the program ended before the answer came: what went in, by an estimate"


class Purse:
    """What one turn's calls may spend. `budget` is the session's, where it has one."""

    def __init__(self, session: Session, budget: Budget, turn_id: str, tell: Listener) -> None:
        self._session = session
        self._budget = budget
        self._turn_id = turn_id
        self._tell = tell
        self._told = False

    def admit(self, call_id: str, request: Request) -> Request | ProviderError:
        """The request as it may be made, with a shorter answer where only that fits; else why it may not."""
        asked = request.params.get("max_completion_tokens") or request.params.get("max_tokens")
        known = self._session.access.facts(request.route).max_output_tokens
        most = int(asked or known or _LONGEST_ANSWER)
        try:
            fits = self._reserve(call_id, request, most)
        except BudgetExceeded as refused:
            return refused.with_traceback(None)
        except StoreError as trouble:
            route, advice = request.route, "Mend that, or take the budget away: without one, calls are not checked."
            said = f"the budget cannot be checked: {trouble}"
            return ProviderError("budget", route.provider.name, route.model, said, advice=advice)
        if fits == most:
            return request
        if not self._told:
            self._told = True
            self._tell(Notice(f"the budget leaves room for {fits:,} tokens of answer: it may end early"))
        name = "max_completion_tokens" if request.params.get("max_completion_tokens") else "max_tokens"
        return dataclasses.replace(request, params={**request.params, name: fits})

    def settle(self, entry: UsageRecorded, *, made: bool) -> None:
        """The call is over; one that was never `made` gives back all that was set aside."""
        if not made:
            self.give_back(entry.call_id)
            return
        try:
            for node in self._budget.settle(entry):
                self._tell(BudgetWarning(node))
        except StoreError as trouble:
            self._tell(Notice(f"what this call used could not be entered in the budget: {trouble}"))

    def give_back(self, call_id: str) -> None:
        """Nothing came of the call: all that was set aside is free again, at the latest when the program ends."""
        with contextlib.suppress(StoreError):
            self._budget.release(call_id)

    def _reserve(self, call_id: str, request: Request, most: int) -> int:
        """How many tokens the answer may have, room for which is now set aside. Raises `BudgetExceeded`."""
        route = request.route
        rates = self._session.access.rates(route)
        read = most_tokens(request.messages, request.tools)
        draft = self._draft(call_id, request)
        least = _least_answer(request.params)
        for _ in range(_TRIES):
            try:
                self._budget.reserve(draft, worst_case(rates, read, most, local=route.local))
            except BudgetExceeded as full:
                fits = answer_that_fits(full.node, rates, read, local=route.local)
                if most <= least or fits >= most:
                    raise
                most = max(least, fits)
            else:
                return most
        raise AssertionError("each try wants less than the one before")

    def _draft(self, call_id: str, request: Request) -> UsageRecorded:
        """The entry of the call, should nothing more be heard of it."""
        session, route = self._session, request.route
        weight = weigh(request.messages, request.tools)
        usage = Usage(weight.text + weight.pictures, estimated=True)
        cost = session.access.price(route, usage)
        note = f"{_UNHEARD}; {cost.note}" if cost.note else _UNHEARD
        return UsageRecorded(
            route.model,
            usage,
            dataclasses.replace(cost, note=note),
            "interrupted",
            call_id,
            session.id,
            self._turn_id,
            session.origin,
            route.provider.name,
            rates="" if route.local else dump_rates(session.access.rates(route)),
            began=datetime.now(UTC),
        )


def _least_answer(params: Mapping[str, Any]) -> int:
    """The fewest tokens an answer is cut down to: it must hold the thinking that was asked for, and some words."""
    thinking = params.get("thinking")
    thought = thinking.get("budget_tokens") if isinstance(thinking, Mapping) else None
    if isinstance(thought, int):
        return LEAST_ANSWER + thought
    return LEAST_ANSWER + (_MOST_THOUGHT if params.get("reasoning_effort") else 0)

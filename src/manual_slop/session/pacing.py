"""Keeps a session's calls to what a provider takes in a minute, together with all other sessions of the person."""

from __future__ import annotations

import time
from collections.abc import Callable

from manual_slop.store.pace_table import PaceTable
from manual_slop.values.budget import Amount, Budget, NodeState
from manual_slop.values.cancel import Cancel
from manual_slop.values.ledger import UsageRecorded


class Paced:
    """A `Budget` whose calls wait for their moment before room is set aside for them.

    `limits` are calls and tokens a minute, `None` for none; being cancelled ends the waiting. `clock` tells seconds
    since 1970.
    """

    def __init__(
        self,
        budget: Budget,
        table: PaceTable,
        limits: tuple[int | None, int | None],
        cancel: Cancel,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._budget = budget
        self._table = table
        self._rpm, self._tpm = limits
        self._cancel = cancel
        self._clock = clock
        self._taken: dict[str, int] = {}

    def reserve(self, draft: UsageRecorded, worst: Amount) -> None:
        """As `Budget.reserve`, when it is this call's turn; one that is tried again has had its turn."""
        if draft.call_id not in self._taken:
            tokens = self._taken[draft.call_id] = draft.usage.total_tokens
            wait = self._table.take(draft.provider, self._clock(), self._rpm, self._tpm, tokens)
            if wait > 0:
                self._cancel.wait(wait)
        self._budget.reserve(draft, worst)

    def settle(self, entry: UsageRecorded) -> tuple[NodeState, ...]:
        """As `Budget.settle`."""
        taken = self._taken.pop(entry.call_id, None)
        if self._tpm and taken is not None and taken != entry.usage.total_tokens:
            self._table.correct(entry.provider, self._tpm, entry.usage.total_tokens - taken)
        return self._budget.settle(entry)

    def release(self, call_id: str) -> None:
        """As `Budget.release`; its moment is gone."""
        self._taken.pop(call_id, None)
        self._budget.release(call_id)

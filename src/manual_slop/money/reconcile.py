"""What providers billed beside what our price list comes to: the drift, by provider and model; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from manual_slop.money.ledger import KEYS
from manual_slop.values.ledger import UsageRecorded


@dataclass(frozen=True, slots=True)
class Drift:
    """A model's calls that were billed. `computed` is our own sum for those of them that we could price ourselves.

    `billed` is everything billed, `comparable` the part of it that stands beside `computed`; `unchecked` calls were
    billed without our knowing a price.
    """

    provider: str
    model: str
    calls: int
    billed: Decimal
    comparable: Decimal
    computed: Decimal
    unchecked: int

    @property
    def usd(self) -> Decimal:
        """How much more was billed than we compute (less: below 0)."""
        return self.comparable - self.computed

    @property
    def percent(self) -> Decimal | None:
        """The drift in percent of our own sum, where that is not 0."""
        return self.usd * 100 / self.computed if self.computed else None


def reconcile(entries: Iterable[UsageRecorded]) -> list[Drift]:
    """One line a model whose provider said what it billed, the largest drift first; others cannot be compared."""
    billed: dict[tuple[str, str], list[UsageRecorded]] = {}
    for entry in entries:
        if entry.cost.basis == "billed":
            billed.setdefault((KEYS["provider"](entry), entry.model), []).append(entry)
    return sorted((_drift(*kind, calls) for kind, calls in billed.items()), key=lambda one: (-abs(one.usd), one.model))


def _drift(provider: str, model: str, calls: list[UsageRecorded]) -> Drift:
    zero = Decimal(0)
    both = [(call.cost.usd, call.cost.computed) for call in calls]
    known = [(usd, ours) for usd, ours in both if usd is not None and ours is not None]
    return Drift(
        provider,
        model,
        len(calls),
        sum((usd for usd, _ in both if usd is not None), zero),
        sum((usd for usd, _ in known), zero),
        sum((ours for _, ours in known), zero),
        len(calls) - len(known),
    )

"""Where a number comes from, as data: its formula, the rates in it, their source and date; for terminal and window."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from manual_slop.money.prices import combine
from manual_slop.values.ledger import UsageRecorded
from manual_slop.values.usage import Basis, Cost, RateLine, format_usd


@dataclass(frozen=True, slots=True)
class Explanation:
    """One number explained. `terms` are added up to `computed`; `usd` is what counts: the bill, where there is one.

    `calls` is how many calls it is the sum of. `usd` is `None` where it is unpriced; `stale` says how old the price is
    when that is older than it should be.
    """

    usd: Decimal | None
    basis: Basis
    terms: tuple[RateLine, ...] = ()
    computed: Decimal | None = None
    source: str = ""
    as_of: str = ""
    note: str = ""
    stale: str = ""
    model: str = ""
    calls: int = 1

    @property
    def formula(self) -> str:
        """The sum as one writes it: `1,000 input × $2.50/M + 50 output × $10/M = $0.003`."""
        if self.basis == "local":
            return "runs on this computer: no charge"
        parts = [term_words(term) for term in self.terms]
        ours = self.computed if self.basis == "billed" else self.usd
        if not parts:
            return "" if ours is None else f"no tokens = {format_usd(ours)}"
        return f"{' + '.join(parts)} = {'?' if ours is None else exact_usd(ours)}"


def term_words(term: RateLine) -> str:
    """`1,000 input × $2.50/M`."""
    return f"{term.tokens:,} {term.key} × ${_rate(term.usd_per_million)}/M"


def explain(
    cost: Cost, *, model: str = "", calls: int = 1, today: date | None = None, stale_after: int = 0
) -> Explanation:
    """Where a cost comes from. With `today` and `stale_after` (days) it also says when its price has aged."""
    stale = stale_note(cost.as_of, today, stale_after) if today and stale_after else ""
    return Explanation(
        cost.usd, cost.basis, cost.lines, cost.computed, cost.source, cost.as_of, cost.note, stale, model, calls
    )


def explain_entries(
    entries: Iterable[UsageRecorded], *, today: date | None = None, stale_after: int = 0
) -> list[Explanation]:
    """One explanation for each model, basis and source among the entries: those can be written as one formula."""
    alike: dict[tuple[str, Basis, str, str], list[Cost]] = {}
    for entry in entries:
        cost = entry.cost
        alike.setdefault((entry.model, cost.basis, cost.source, cost.as_of), []).append(cost)
    return [
        explain(combine(costs), model=kind[0], calls=len(costs), today=today, stale_after=stale_after)
        for kind, costs in alike.items()
    ]


def stale_note(as_of: str, today: date | None, stale_after: int) -> str:
    """`the price is 120 days old` when the oldest of its dates is older than `stale_after` days, else nothing."""
    days = [_age(part, today) for part in as_of.split("; ")] if today else []
    known = [days_old for days_old in days if days_old is not None]
    if not known or max(known) <= stale_after:
        return ""
    return f"the price is {max(known)} days old (as of {as_of})"


def _age(as_of: str, today: date) -> int | None:
    try:
        return (today - date.fromisoformat(as_of)).days
    except ValueError:
        return None


def _rate(usd: Decimal) -> str:
    whole, _, fraction = f"{usd:f}".partition(".")
    return f"{whole}.{fraction:0<2}" if fraction else whole


def exact_usd(usd: Decimal) -> str:
    """Dollars with all their digits."""
    return f"${usd.normalize():f}"

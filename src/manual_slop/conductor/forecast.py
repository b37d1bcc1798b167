"""What a track may come to: earlier tickets of the project drawn again, as many as the plan has, many times over."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from manual_slop.conductor.ticket_dag import TicketDag
from manual_slop.values.ledger import UsageRecorded
from manual_slop.values.tickets import Ticket, Tier
from manual_slop.values.usage import Usage

Price = Callable[[str, Usage], Decimal | None]
"""USD for a usage of a model (`provider/name`); `None` where nobody knows its price."""

WORKING: tuple[Tier, ...] = ("3", "4")
_DRAWS = 400


@dataclass(frozen=True, slots=True)
class Spread:
    """Half of the cases stay below `p50`, nine in ten below `p90`."""

    p50: float
    p90: float


@dataclass(frozen=True, slots=True)
class TierForecast:
    """What one tier may come to; `usd` is `None` where its model has no known price."""

    tier: Tier
    model: str
    tokens: Spread
    usd: Spread | None


@dataclass(frozen=True, slots=True)
class TrackForecast:
    """What working on a track may come to, by tier and in all; `seconds` by the clock.

    `n` is how many earlier tickets it is drawn from: with 0 there is no forecast, and all the rest is empty.
    """

    n: int = 0
    tiers: tuple[TierForecast, ...] = ()
    tokens: Spread | None = None
    usd: Spread | None = None
    seconds: Spread | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """An earlier ticket: what each tier used on all attempts at it, and for how long their conversations went on."""

    used: Mapping[Tier, Usage] = field(default_factory=dict)
    seconds: float = 0.0


def samples_of(entries: Iterable[UsageRecorded]) -> tuple[Sample, ...]:
    """The tickets in a ledger's entries, each once, in the order of their first call."""
    used: dict[tuple[str, str], dict[Tier, Usage]] = defaultdict(dict)
    spans: dict[tuple[str, str], dict[str, tuple[datetime, datetime]]] = defaultdict(dict)
    for entry in entries:
        origin = entry.origin
        tier = next((one for one in WORKING if one == origin.tier), None)
        if tier is None or not origin.track or not origin.ticket:
            continue
        key = (origin.track, origin.ticket)
        used[key][tier] = used[key].get(tier, Usage()) + entry.usage
        if entry.began and entry.ended:
            first, last = spans[key].get(entry.session_id, (entry.began, entry.ended))
            spans[key][entry.session_id] = (min(first, entry.began), max(last, entry.ended))
    return tuple(Sample(tiers, _seconds(spans[key].values())) for key, tiers in used.items())


def forecast(
    tickets: Sequence[Ticket], samples: Sequence[Sample], models: Mapping[Tier, str], price: Price, workers: int
) -> TrackForecast:
    """The forecast for a plan's tickets, at today's prices of `models`. The same input gives the same answer.

    Time is that of the longest chain, or of all tickets shared by `workers`, whichever is longer.
    """
    if not samples or not tickets:
        return TrackForecast(len(samples))
    priced = [{tier: price(models[tier], one.used.get(tier, Usage())) for tier in WORKING} for one in samples]
    dag = TicketDag(tickets)
    dice = random.Random(len(tickets) * 1009 + len(samples))  # noqa: S311  # draws, no secrets
    drawn = [[dice.randrange(len(samples)) for _ in tickets] for _ in range(_DRAWS)]
    tokens = {tier: [sum(_tokens(samples[at], tier) for at in draw) for draw in drawn] for tier in WORKING}
    known = {tier: all(one[tier] is not None for one in priced) for tier in WORKING}
    usd = {
        tier: [float(sum(priced[at][tier] or 0 for at in draw)) for draw in drawn] for tier in WORKING if known[tier]
    }
    tiers = tuple(
        TierForecast(tier, models[tier], _spread(tokens[tier]), _spread(usd[tier]) if tier in usd else None)
        for tier in WORKING
    )
    return TrackForecast(
        len(samples),
        tiers,
        _spread([sum(each) for each in zip(*tokens.values(), strict=True)]),
        _spread([sum(each) for each in zip(*usd.values(), strict=True)]) if len(usd) == len(WORKING) else None,
        _spread([_clock(dag, tickets, [samples[at].seconds for at in draw], workers) for draw in drawn]),
    )


def _seconds(spans: Iterable[tuple[datetime, datetime]]) -> float:
    return sum((last - first).total_seconds() for first, last in spans)


def _clock(dag: TicketDag, tickets: Sequence[Ticket], seconds: Sequence[float], workers: int) -> float:
    each = {ticket.id: taken for ticket, taken in zip(tickets, seconds, strict=True)}
    chain = dag.critical_path(lambda ticket: each[ticket.id])
    return max(sum(each[name] for name in chain), sum(seconds) / max(1, workers))


def _tokens(sample: Sample, tier: Tier) -> int:
    return sample.used[tier].total_tokens if tier in sample.used else 0


def _spread(numbers: Sequence[float]) -> Spread:
    ordered = sorted(numbers)
    return Spread(ordered[(len(ordered) - 1) // 2], ordered[(len(ordered) * 9 - 1) // 10])

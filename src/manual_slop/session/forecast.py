"""What the next prompt may cost: each earlier turn of the conversation played again with the context as it is now."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from manual_slop.providers.places import place
from manual_slop.session.context import measure, window_for
from manual_slop.session.context_settings import context_settings
from manual_slop.values.context import ContextMeter, Forecast, Range
from manual_slop.values.ledger import UsageRecorded
from manual_slop.values.messages import Message
from manual_slop.values.usage import Usage

if TYPE_CHECKING:
    from manual_slop.providers.registry import Route
    from manual_slop.session.session import Session

_TURNS = frozenset({"chat", "tool round", "retry"})


@dataclass(frozen=True, slots=True)
class TurnSample:
    """A turn that was: its calls and what they put out.

    `grown` is what they took in beyond the first one's input each time, `cached` the part of their input that was.
    """

    rounds: int
    output: int
    grown: int
    cached: float

    def again(self, tokens: int, *, cached: bool) -> Usage:
        """The same turn begun with a context of so many tokens."""
        taken = self.rounds * tokens + self.grown
        return Usage(taken, self.output, cache_read_tokens=int(taken * self.cached) if cached else 0)


def turns_of(entries: Iterable[UsageRecorded]) -> tuple[TurnSample, ...]:
    """The turns in a ledger's entries, in order; what failed, was stopped or was asked aside is no measure."""
    calls: dict[str, list[Usage]] = {}
    for entry in entries:
        if entry.purpose in _TURNS and not entry.error and entry.usage.total_tokens:
            calls.setdefault(entry.turn_id, []).append(entry.usage)
    return tuple(_sample(usages) for usages in calls.values())


def forecast(session: Session, prompt: Message, models: Sequence[str]) -> tuple[Forecast, ...]:
    """A forecast for each model, each once. Raises `ProviderError` for a model that makes no sense."""
    samples = turns_of(tuple(session.settled))
    meter = measure(session, (prompt,))
    routes = {route.model: route for route in (place(session.access, model) for model in models)}
    return tuple(_forecast(session, meter, samples, route) for route in routes.values())


def _sample(usages: Sequence[Usage]) -> TurnSample:
    taken = sum(usage.input_tokens for usage in usages)
    cached = sum(usage.cache_read_tokens for usage in usages)
    grown = max(0, taken - len(usages) * usages[0].input_tokens)
    return TurnSample(len(usages), sum(usage.output_tokens for usage in usages), grown, cached / max(1, taken))


def _forecast(session: Session, meter: ContextMeter, samples: Sequence[TurnSample], route: Route) -> Forecast:
    same = route.model == meter.model
    played = [sample.again(meter.tokens, cached=same) for sample in samples] or [Usage(meter.tokens)]
    prices = [session.access.price(route, usage).usd for usage in played]
    known = sorted(usd for usd in prices if usd is not None)
    usd = (_at(known, 0.5), _at(known, 0.9)) if len(known) == len(prices) else None
    output = _range([usage.output_tokens for usage in played]) if samples else None
    return Forecast(
        route.model,
        _range([usage.input_tokens for usage in played]),
        output,
        usd,
        len(samples),
        _fits(session, meter, route),
        route.local,
        _assumption(same, samples),
    )


def _fits(session: Session, meter: ContextMeter, route: Route) -> bool | None:
    window, _ = window_for(session.access, route, context_settings(session.access.config))
    return None if window is None else meter.tokens < window


def _assumption(same: bool, samples: Sequence[TurnSample]) -> str:
    if not samples:
        return "no turn to judge by: the input of one round, no output, nothing cached"
    if same:
        return "as many rounds, as much output and as much cached as in this conversation's turns"
    return "as many rounds and as much output as in this conversation's turns, nothing cached, the same tokens"


def _range(numbers: Iterable[int]) -> Range:
    ordered = sorted(Decimal(number) for number in numbers)
    return Range(int(_at(ordered, 0.5)), int(_at(ordered, 0.9)))


def _at(ordered: Sequence[Decimal], part: float) -> Decimal:
    """The value that so large a part of them does not exceed."""
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)]

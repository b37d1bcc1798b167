"""What a newer cost map says otherwise than the one in use: prices changed, models new and gone; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from manual_slop.money.map_rates import rates_from_entry
from manual_slop.money.rates import BUCKETS, Bucket, Rates


@dataclass(frozen=True, slots=True)
class Change:
    """A rate that is another one now, in USD per million tokens; `None` is unknown. `above` is a tier's limit, or 0."""

    model: str
    bucket: Bucket
    old: Decimal | None
    new: Decimal | None
    above: int = 0


@dataclass(frozen=True, slots=True)
class MapDifference:
    """By the map's own names of models, sorted. Models without any price count neither as new nor as gone."""

    changed: tuple[Change, ...]
    new: tuple[str, ...]
    gone: tuple[str, ...]

    @property
    def none(self) -> bool:
        """Whether both say the same."""
        return not (self.changed or self.new or self.gone)


def map_difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> MapDifference:
    """Compare the prices in two maps."""
    before, after = dict(_priced(old)), dict(_priced(new))
    both = sorted(before.keys() & after.keys())
    return MapDifference(
        tuple(change for model in both for change in _changes(model, before[model], after[model])),
        tuple(sorted(after.keys() - before.keys())),
        tuple(sorted(before.keys() - after.keys())),
    )


def _priced(entries: Mapping[str, Any]) -> Iterator[tuple[str, Rates]]:
    for name, entry in entries.items():
        rates = rates_from_entry(name, entry, "") if isinstance(entry, Mapping) else None
        if rates is not None:
            yield name, rates


def _changes(model: str, old: Rates, new: Rates) -> Iterator[Change]:
    limits = sorted({0} | {tier.above_tokens for rates in (old, new) for tier in rates.tiers})
    for above in limits:
        before, after = old.for_call(above + 1), new.for_call(above + 1)
        for bucket in BUCKETS:
            if before.of(bucket) != after.of(bucket):
                yield Change(model, bucket, before.of(bucket), after.of(bucket), above)

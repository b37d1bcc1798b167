"""What a model's tokens cost by kind, and where that was read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

RatesBasis = Literal["override", "list price"]
Bucket = Literal["input", "output", "cached_input", "cache_write", "reasoning", "audio_input", "audio_output"]
NamedRate = tuple[str, Decimal | None]

BUCKETS: tuple[Bucket, ...] = (
    "input",
    "output",
    "cached_input",
    "cache_write",
    "reasoning",
    "audio_input",
    "audio_output",
)
_DATE_SUFFIX = re.compile(r"[-@]20\d\d-?[01]\d-?[0-3]\d$")
_SOON_DAYS = 60


@dataclass(frozen=True, slots=True)
class Rates:
    """USD per million tokens of each kind; `None` is unknown, never 0.

    `tiers` hold the rates of long calls, lowest limit first. `keys` pairs each bucket with the name its price list
    gives it. `source` names the price file or the map's version, `source_url` the page it was copied from, `as_of`
    the day it was true. `note` says what a reader of the bill should know.
    """

    input: Decimal | None = None
    output: Decimal | None = None
    cached_input: Decimal | None = None
    cache_write: Decimal | None = None
    reasoning: Decimal | None = None
    audio_input: Decimal | None = None
    audio_output: Decimal | None = None
    tiers: tuple[Tier, ...] = ()
    basis: RatesBasis = "list price"
    source: str = ""
    source_url: str = ""
    as_of: date | None = None
    retires: date | None = None
    keys: tuple[tuple[Bucket, str], ...] = ()
    note: str = ""

    def of(self, bucket: Bucket) -> Decimal | None:
        """The rate of one kind of token."""
        rate: Decimal | None = getattr(self, bucket)
        return rate

    def key(self, bucket: Bucket) -> str:
        """What the price list calls that rate."""
        return dict(self.keys).get(bucket, bucket)

    def for_call(self, input_tokens: int) -> Rates:
        """The rates of a call with so many input tokens: those of the highest tier it exceeds, else these."""
        above = [tier.rates for tier in self.tiers if input_tokens > tier.above_tokens]
        return above[-1] if above else self

    def with_rates(self, named: Mapping[Bucket, NamedRate]) -> Rates:
        """These rates, some of them replaced, each with the name its price list gives it."""
        values: dict[str, Any] = {bucket: rate for bucket, (_, rate) in named.items()}
        keys = dict(self.keys) | {bucket: key for bucket, (key, _) in named.items()}
        return replace(self, **values, keys=tuple(keys.items()))

    def for_long_calls(self, named: Mapping[Bucket, NamedRate]) -> Rates:
        """A tier's rates: what it does not name stays as it is, but for cached tokens, whose discount may be gone."""
        return replace(self, tiers=(), cached_input=None, cache_write=None).with_rates(named)

    @property
    def origin(self) -> str:
        """Source and page in one line."""
        return f"{self.source} ({self.source_url})" if self.source and self.source_url else self.source


@dataclass(frozen=True, slots=True)
class Tier:
    """The rates of every token of a call whose input is larger than `above_tokens`."""

    above_tokens: int
    rates: Rates


def plain(number: Decimal) -> Decimal:
    """The same number without trailing zeros and without an exponent: 2.50 is 2.5, 1E+1 is 10."""
    return Decimal(f"{number.normalize():f}")


def undated(name: str) -> str:
    """The name of the model a dated snapshot belongs to (`gpt-4o-2024-08-06` → `gpt-4o`), or "" if it has no date."""
    base = _DATE_SUFFIX.sub("", name)
    return base if base != name else ""


def retirement_note(retires: date | None, today: date, name: str = "this model") -> str:
    """`o1 was retired on 2026-10-23`, or when it will be if that is within 60 days, else ""."""
    if retires is None:
        return ""
    days = (retires - today).days
    if days <= 0:
        return f"{name} was retired on {retires}"
    if days <= _SOON_DAYS:
        return f"{name} retires on {retires}, in {days} day{'s' * (days != 1)}"
    return ""

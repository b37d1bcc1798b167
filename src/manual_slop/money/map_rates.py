"""Rates from an entry of litellm's cost map: USD per token as floats become exact USD per million."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from manual_slop.money.rates import Bucket, NamedRate, Rates, Tier, plain

_MAP_KEYS: Mapping[Bucket, str] = {
    "input": "input_cost_per_token",
    "output": "output_cost_per_token",
    "cached_input": "cache_read_input_token_cost",
    "cache_write": "cache_creation_input_token_cost",
    "reasoning": "output_cost_per_reasoning_token",
    "audio_input": "input_cost_per_audio_token",
    "audio_output": "output_cost_per_audio_token",
}
_LONG_CALL = re.compile(rf"(?:{'|'.join(_MAP_KEYS.values())})(?P<suffix>_above_(?P<limit>\d+)(?P<kilo>k?)_tokens)")
# These bill the higher tier from the limit on, the others only beyond it.
_LIMIT_INCLUDED = ("xai",)


def rates_from_entry(name: str, entry: Mapping[str, Any], source: str) -> Rates | None:
    """The rates of a map entry, or `None` when it names neither an input nor an output rate.

    A 0 in the map mostly means that nobody filled it in, so it is no rate; only a `:free` name is believed.
    """
    reader = _Reader(name.endswith(":free"), entry.get("supports_audio_input") is True)
    bands = _bands(entry)
    found = reader.read(entry)
    if bands and bands[0][0] == 0:
        found |= reader.read(bands.pop(0)[1])
    if "input" not in found and "output" not in found:
        return None
    base = Rates(
        source=source,
        source_url=_text(entry.get("source")),
        retires=day(entry.get("deprecation_date")),
        note="off-peak hours cost less: upper bound" if "off_peak_pricing" in entry else "",
    ).with_rates(found)
    tiers = [(limit, reader.read(band)) for limit, band in bands]
    tiers += [(limit, reader.read(entry, suffix)) for limit, suffix in _limits(entry)]
    return replace(base, tiers=tuple(Tier(limit, base.for_long_calls(rates)) for limit, rates in tiers))


def per_million(per_token: object) -> Decimal | None:
    """A float of USD per token as exact USD per million tokens, or `None` if it is no price."""
    if isinstance(per_token, bool) or not isinstance(per_token, int | float):
        return None
    if not math.isfinite(per_token) or per_token < 0:
        return None
    return plain(Decimal(repr(per_token)) * 1_000_000)


def day(text: object) -> date | None:
    """A date written `2026-10-23`, or `None`."""
    try:
        return date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


class _Reader:
    """Reads the rates of one entry: its own, those of a band in it, or those whose keys end in a tier's suffix."""

    def __init__(self, believe_zero: bool, hears: bool) -> None:
        self._believe_zero = believe_zero
        self._hears = hears

    def read(self, table: Mapping[str, Any], suffix: str = "") -> dict[Bucket, NamedRate]:
        found: dict[Bucket, NamedRate] = {}
        for bucket, key in _MAP_KEYS.items():
            rate = per_million(table.get(key + suffix))
            if rate is not None and (rate or self._believe_zero):
                found[bucket] = (key + suffix, rate)
        if self._hears and "input" in found:
            # A model that takes audio and lists no rate for it has one rate for everything.
            found.setdefault("audio_input", found["input"])
        return found


def _limits(entry: Mapping[str, Any]) -> list[tuple[int, str]]:
    """The input sizes beyond which other rates hold, lowest first, each with the end of the names of those rates."""
    matches = [match for match in map(_LONG_CALL.fullmatch, entry) if match]
    sizes = {match["suffix"]: int(match["limit"]) * (1000 if match["kilo"] else 1) for match in matches}
    included = entry.get("litellm_provider") in _LIMIT_INCLUDED
    return sorted((size - included, suffix) for suffix, size in sizes.items())


def _bands(entry: Mapping[str, Any]) -> list[tuple[int, Mapping[str, Any]]]:
    """The other way the map writes tiers: a list of token ranges, each with its rates."""
    return sorted(_ranges(entry.get("tiered_pricing")), key=lambda band: band[0])


def _ranges(table: object) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for band in table if isinstance(table, list) else ():
        bounds = band.get("range") if isinstance(band, dict) else None
        first = bounds[0] if isinstance(bounds, list) and bounds else None
        if isinstance(first, int | float) and not isinstance(first, bool) and 0 <= first < math.inf:
            yield int(first), band


def _text(value: object) -> str:
    return value if isinstance(value, str) and value.isprintable() else ""

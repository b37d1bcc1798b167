"""What calls would have come to under other models: the same tokens at other rates, as a pure function of the ledger.

What is assumed: another model would have read and written as many tokens. With `"same hits"` it would have found the
same input in its cache, with `"no hits"` nothing. Under its own model, with the same hits, a call costs what it cost.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from operator import add
from typing import Literal

from manual_slop.money.ledger import KEYS, Grouping, Row, Tally, added, sum_by
from manual_slop.money.prices import price
from manual_slop.money.rates import Rates
from manual_slop.values.ledger import UsageRecorded
from manual_slop.values.usage import CostSum, Usage

Hits = Literal["same hits", "no hits"]
ASSUMPTIONS: Mapping[Hits, str] = {
    "same hits": "the same tokens in and out, and the same of them cached",
    "no hits": "the same tokens in and out, and none of them cached",
}
TIERS = ("1", "2", "3", "4")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model that calls are priced under. Without `rates` it is unpriced, unless it is `local`: no charge."""

    model: str
    rates: Rates | None
    local: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """Another sum less the actual one: USD, and percent of the actual one where that is not 0."""

    usd: Decimal
    percent: Decimal | None


@dataclass(frozen=True, slots=True)
class Compared:
    """What entries cost, and what they would have cost under each model, in the order asked for."""

    actual: Row
    what_if: Mapping[str, CostSum] = field(default_factory=dict)

    def difference(self, model: str) -> Difference | None:
        """How much more it would have been (less: below 0); `None` while either sum leaves calls out."""
        return difference(self.actual.cost, self.what_if[model])


@dataclass(frozen=True, slots=True)
class Comparison:
    """The rows of a comparison and their total, under the assumption in `hits`."""

    rows: tuple[Compared, ...]
    total: Compared
    hits: Hits = "same hits"


def compare(
    entries: Iterable[UsageRecorded], by: Grouping, candidates: Sequence[Candidate], hits: Hits = "same hits"
) -> Comparison:
    """The entries grouped, each row priced under each candidate. Linear in the entries, and quick."""
    known = list(entries)
    actual = sum_by(known, by)
    priced = _what_ifs(known, by, candidates, hits)
    rows = tuple(Compared(row, priced.get(row.key, {})) for row in actual)
    sums = {one.model: add_up([row.what_if[one.model] for row in rows]) for one in candidates}
    return Comparison(rows, Compared(added(actual), sums), hits)


def tier_matrix(
    entries: Iterable[UsageRecorded], candidates: Sequence[Candidate], hits: Hits = "same hits"
) -> Comparison:
    """A row for each of the tiers 1 to 4, also one that made no calls, and for what belongs to no tier."""
    found = compare(entries, "tier", candidates, hits)
    there = {row.actual.key: row for row in found.rows}
    nothing = {one.model: CostSum() for one in candidates}
    missing = [Compared(Tally().row(tier), nothing) for tier in TIERS if tier not in there]
    rows = sorted((*found.rows, *missing), key=lambda row: (row.actual.key not in TIERS, row.actual.key))
    return Comparison(tuple(rows), found.total, hits)


def difference(actual: CostSum, other: CostSum) -> Difference | None:
    """`other` less `actual`; `None` while either of them leaves calls out."""
    if actual.unpriced or other.unpriced:
        return None
    usd = other.usd - actual.usd
    return Difference(usd, usd * 100 / actual.usd if actual.usd else None)


@dataclass(slots=True)
class _Bundle:
    """Calls alike enough to be priced at once: of one model, one size of call, with the same kinds of tokens.

    A price is linear in each kind of token, so the price of the sum is the sum of the prices, exactly.
    """

    calls: int = 0
    size: int = 0
    tokens: list[int] = field(default_factory=lambda: [0] * 7)
    negative: bool = False
    guessed: bool = False
    actual: Tally = field(default_factory=Tally)


_Kind = tuple[str, str, int, int]
_NEGATIVE = (-1, 0, 0, 0, 0, 0, 0)
"""The counts of a call whose totals are below 0, which nobody can price."""


def _what_ifs(
    entries: Sequence[UsageRecorded], by: Grouping, candidates: Sequence[Candidate], hits: Hits
) -> dict[str, dict[str, CostSum]]:
    sums: dict[str, dict[str, list[CostSum]]] = {}
    for (key, model, _, _), bundle in _bundles(entries, by, candidates, hits).items():
        row = sums.setdefault(key, {one.model: [] for one in candidates})
        for one in candidates:
            same = one.model == model and hits == "same hits"
            row[one.model].append(bundle.actual.cost if same else _priced(bundle, one))
    return {key: {model: add_up(parts) for model, parts in row.items()} for key, row in sums.items()}


def _bundles(
    entries: Sequence[UsageRecorded], by: Grouping, candidates: Sequence[Candidate], hits: Hits
) -> dict[_Kind, _Bundle]:
    key_of, cached = KEYS[by], hits == "same hits"
    limits = sorted({tier.above_tokens for one in candidates if one.rates for tier in one.rates.tiers})
    own = {one.model for one in candidates} if cached else frozenset[str]()
    bundles: dict[_Kind, _Bundle] = {}
    for entry in entries:
        counts = _counts(entry.usage, cached)
        size = entry.usage.input_tokens
        kind = (key_of(entry), entry.model, bisect_left(limits, size), _kinds(*counts))
        bundle = bundles.get(kind)
        if bundle is None:
            bundle = bundles[kind] = _Bundle(size=size, negative=kind[3] < 0)
        bundle.calls += 1
        bundle.guessed |= entry.usage.estimated
        bundle.tokens = list(map(add, bundle.tokens, counts))
        if entry.model in own:
            bundle.actual.add(entry)
    return bundles


def _counts(usage: Usage, cached: bool) -> tuple[int, int, int, int, int, int, int]:
    """Tokens of each kind, none counted twice: fresh input, read and written cache, heard, text, thought, spoken."""
    read, written = (usage.cache_read_tokens, usage.cache_write_tokens) if cached else (0, 0)
    heard, thought, spoken = usage.audio_input_tokens, usage.reasoning_tokens, usage.audio_output_tokens
    if usage.input_tokens < 0 or usage.output_tokens < 0:
        return _NEGATIVE
    fresh = usage.input_tokens - read - written - heard
    text = usage.output_tokens - thought - spoken
    return (fresh if fresh > 0 else 0, read, written, heard, text if text > 0 else 0, thought, spoken)


def _kinds(fresh: int, read: int, written: int, heard: int, text: int, thought: int, spoken: int) -> int:
    """Which kinds of tokens there are, a bit each; -1 where a count is negative. Called for each entry: spelt out."""
    if read < 0 or written < 0 or heard < 0 or thought < 0 or spoken < 0 or fresh < 0:
        return -1
    into = (fresh > 0) + 2 * (read > 0) + 4 * (written > 0) + 8 * (heard > 0)
    return into + 16 * (text > 0) + 32 * (thought > 0) + 64 * (spoken > 0)


def _priced(bundle: _Bundle, candidate: Candidate) -> CostSum:
    if candidate.local:
        return CostSum(Decimal(0), bundle.calls, 0, bundle.guessed, bundle.calls)
    rates = candidate.rates
    if rates is None or bundle.negative:
        return CostSum(Decimal(0), bundle.calls, bundle.calls)
    fresh, read, written, heard, text, thought, spoken = bundle.tokens
    usage = Usage(fresh + read + written + heard, text + thought + spoken, read, written, thought, heard, spoken)
    at = replace(rates.for_call(bundle.size), tiers=())
    usd = price(usage, at).usd
    if usd is None:
        return CostSum(Decimal(0), bundle.calls, bundle.calls)
    return CostSum(usd, bundle.calls, 0, bundle.guessed)


def add_up(parts: Iterable[CostSum]) -> CostSum:
    """Sums added up, none of what they leave out forgotten."""
    known = list(parts)
    return CostSum(
        sum((part.usd for part in known), Decimal(0)),
        sum(part.calls for part in known),
        sum(part.unpriced for part in known),
        any(part.estimated for part in known),
        sum(part.local for part in known),
    )

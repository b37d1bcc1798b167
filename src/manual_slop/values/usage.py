"""How much was used and what it cost. Buckets are inclusive; a cost nobody knows is `None`, never 0."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Basis = Literal["billed", "list price", "override", "estimated", "local", "unpriced"]


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call or of many.

    `input_tokens` includes cache reads, cache writes and audio input; `output_tokens` includes reasoning and
    audio output. `estimated` says that some of it was guessed because the provider did not tell.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0
    audio_input_tokens: int = 0
    audio_output_tokens: int = 0
    estimated: bool = False

    @property
    def total_tokens(self) -> int:
        """Everything that went in and came out."""
        return self.input_tokens + self.output_tokens

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cache_read_tokens + other.cache_read_tokens,
            self.cache_write_tokens + other.cache_write_tokens,
            self.reasoning_tokens + other.reasoning_tokens,
            self.audio_input_tokens + other.audio_input_tokens,
            self.audio_output_tokens + other.audio_output_tokens,
            self.estimated or other.estimated,
        )


@dataclass(frozen=True, slots=True)
class RateLine:
    """One line of a bill: so many tokens at so many USD per million, under the name the price list gives it."""

    key: str
    tokens: int
    usd_per_million: Decimal

    @property
    def usd(self) -> Decimal:
        """What this line comes to, exact."""
        return self.usd_per_million * self.tokens / 1_000_000


@dataclass(frozen=True, slots=True)
class Cost:
    """What a call cost and how we know.

    `usd` is `None` when no price is known. `source` names the price file or map version and, where known, the page
    it was read from; `as_of` is the date of that price. `computed` is our own sum where the provider billed another.
    """

    usd: Decimal | None
    basis: Basis
    source: str = ""
    as_of: str = ""
    lines: tuple[RateLine, ...] = ()
    computed: Decimal | None = None
    note: str = ""


UNPRICED = Cost(None, "unpriced")


@dataclass(frozen=True, slots=True)
class CostSum:
    """Several costs added up, honest about what is missing: `usd` is a lower bound while `unpriced` is not 0.

    `local` counts calls to models on this computer.
    """

    usd: Decimal = Decimal(0)
    calls: int = 0
    unpriced: int = 0
    estimated: bool = False
    local: int = 0

    def __str__(self) -> str:
        if self.calls and self.local == self.calls:
            return "local, no charge"
        if self.calls and self.unpriced == self.calls:
            return f"{self.unpriced} unpriced call{'s' * (self.unpriced != 1)}"
        text = format_usd(self.usd)
        if self.unpriced:
            text = f"≥ {text} + {self.unpriced} unpriced call{'s' * (self.unpriced != 1)}"
        return text


def total(costs: Iterable[Cost]) -> CostSum:
    """Add costs up; unpriced ones are counted, not taken for zero."""
    known = list(costs)
    priced = [cost for cost in known if cost.usd is not None]
    return CostSum(
        sum((cost.usd for cost in priced if cost.usd is not None), Decimal(0)),
        len(known),
        len(known) - len(priced),
        any(cost.basis == "estimated" for cost in known),
        sum(cost.basis == "local" for cost in known),
    )


def format_usd(usd: Decimal) -> str:
    """Dollars for people: cents for large sums, four significant digits for small ones."""
    if usd == 0:
        return "$0"
    if abs(usd) >= 1:
        return f"${usd:.2f}"
    digits = min(12, 3 - usd.adjusted())
    return f"${usd:.{digits}f}"

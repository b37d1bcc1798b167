"""The most a call can come to, so that it may be set aside before the call is made."""

from __future__ import annotations

from decimal import Decimal

from manual_slop.money.rates import Rates
from manual_slop.values.budget import Amount


def worst_case(rates: Rates | None, input_tokens: int, output_tokens: int, *, local: bool = False) -> Amount | None:
    """Dollars and tokens of a call at its dearest: nothing cached, everything written to the cache, all of it thought.

    `None` when nobody knows a price.
    """
    tokens = input_tokens + output_tokens
    if local:
        return Amount(Decimal(0), tokens)
    if rates is None:
        return None
    at = rates.for_call(input_tokens)
    read = _dearest(at.input, at.cache_write)
    written = _dearest(at.output, at.reasoning)
    if read is None or written is None:
        return None
    return Amount((read * input_tokens + written * output_tokens) / 1_000_000, tokens)


def _dearest(*rates: Decimal | None) -> Decimal | None:
    return max((rate for rate in rates if rate is not None), default=None)

"""The most a call can come to, so that it may be set aside before the call is made, and what answer still fits."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal

from manual_slop.money.rates import Rates
from manual_slop.values.budget import Amount, NodeState

LEAST_ANSWER = 1_024
"""An answer is not cut down to fewer tokens than this: rather no call is made."""


def worst_case(rates: Rates | None, input_tokens: int, output_tokens: int, *, local: bool = False) -> Amount:
    """Dollars and tokens of a call at its dearest: nothing cached, everything written to the cache, all of it thought.

    One unpriced call when nobody knows a price.
    """
    tokens = input_tokens + output_tokens
    if local:
        return Amount(Decimal(0), tokens)
    at = dearest(rates, input_tokens)
    if at is None:
        return Amount(Decimal(0), tokens, 1)
    read, written = at
    return Amount((read * input_tokens + written * output_tokens) / 1_000_000, tokens)


def dearest(rates: Rates | None, input_tokens: int) -> tuple[Decimal, Decimal] | None:
    """The most that a token read and a token written cost in a call of that size; `None` where that is not known."""
    if rates is None:
        return None
    at = rates.for_call(input_tokens)
    read = _most(at.input, at.cache_write)
    written = _most(at.output, at.reasoning)
    return None if read is None or written is None else (read, written)


def answer_that_fits(node: NodeState, rates: Rates | None, input_tokens: int, *, local: bool = False) -> int:
    """How many tokens an answer may have so that the call fits into what is left at a node; below 0 where none fits."""
    fits: list[int] = []
    if node.limit.tokens is not None:
        fits.append(node.limit.tokens - node.spent.tokens - node.reserved.tokens - input_tokens)
    at = dearest(rates, input_tokens)
    if node.limit.usd is not None and at is not None and not local:
        left = (node.limit.usd - node.spent.usd - node.reserved.usd) * 1_000_000 - at[0] * input_tokens
        if at[1] > 0:
            fits.append(int((left / at[1]).to_integral_value(ROUND_FLOOR)))
        elif left < 0:
            fits.append(-1)
    return min(fits, default=-1)


def _most(*rates: Decimal | None) -> Decimal | None:
    return max((rate for rate in rates if rate is not None), default=None)

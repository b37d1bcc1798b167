"""Numbers that obey a JSON Schema, taken from the conversation where they fit."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from manual_slop.rehearsal.craft.schema_rules import Schema, Unsatisfiable


@dataclass(frozen=True, slots=True)
class _Bound:
    """An end of a range; `open` when the end itself is outside."""

    at: Fraction
    open: bool = False


def write_number(schema: Schema, whole: bool, hints: Iterable[int | float], turn: int) -> int | float:
    """A number in range and a multiple of `multipleOf`: the first of `hints` that fits, else one near zero.

    Another `turn` gives another number. Raises: Unsatisfiable when there is none.
    """
    low, high, step = _low(schema), _high(schema), _step(schema, whole)
    for hint in hints:
        if _fits(Fraction(str(hint)), low, high, step):
            return hint
    grid = step or Fraction(1)
    first = None if low is None else math.floor(low.at / grid) + 1 if low.open else math.ceil(low.at / grid)
    last = None if high is None else math.ceil(high.at / grid) - 1 if high.open else math.floor(high.at / grid)
    if low and high and first is not None and last is not None and first > last:
        if step is not None or low.at > high.at:
            raise Unsatisfiable("no such number")
        return _plain(low.at + (high.at - low.at) * Fraction(turn + 1, turn + 2))
    return _plain(_nearest(first, last, turn) * grid)


def _nearest(first: int | None, last: int | None, turn: int) -> int:
    """The whole number from `first` to `last` that is `turn` steps from zero: up, then down, then anew."""
    if first is not None and last is not None:
        turn %= last - first + 1
    start = max(0, first) if first is not None else 0
    start = min(start, last) if last is not None else start
    return start + turn if last is None or start + turn <= last else last - turn


def _fits(value: Fraction, low: _Bound | None, high: _Bound | None, step: Fraction | None) -> bool:
    above = low is None or value > low.at or (value == low.at and not low.open)
    below = high is None or value < high.at or (value == high.at and not high.open)
    return above and below and (step is None or value % step == 0)


def _low(schema: Schema) -> _Bound | None:
    bounds = _bounds(schema, "minimum", "exclusiveMinimum")
    return max(bounds, key=lambda bound: (bound.at, bound.open), default=None)


def _high(schema: Schema) -> _Bound | None:
    bounds = _bounds(schema, "maximum", "exclusiveMaximum")
    return min(bounds, key=lambda bound: (bound.at, not bound.open), default=None)


def _bounds(schema: Schema, closed: str, opened: str) -> list[_Bound]:
    """Both spellings: `exclusiveMinimum` is a number of its own, and in old drafts a flag on `minimum`."""
    ends = ((schema.get(closed), schema.get(opened) is True), (schema.get(opened), True))
    return [_Bound(at, is_open) for value, is_open in ends if (at := _fraction(value)) is not None]


def _step(schema: Schema, whole: bool) -> Fraction | None:
    multiple = _fraction(schema.get("multipleOf"))
    if multiple is None or multiple <= 0:
        return Fraction(1) if whole else None
    return Fraction(multiple.numerator) if whole else multiple


def _fraction(value: Any) -> Fraction | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return Fraction(str(value))


def _plain(value: Fraction) -> int | float:
    try:
        return value.numerator if value.denominator == 1 else float(value)
    except OverflowError:
        raise Unsatisfiable("too large a number") from None

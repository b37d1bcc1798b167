"""Other constants that might be meant: next to the old one, or worked out from what a test wanted and got."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

_LARGEST = 10**6


def replacements(value: Any, pairs: Sequence[tuple[Any, Any]]) -> list[tuple[Any, bool]]:
    """Other values for a constant, and whether each is likely: worked out rather than tried.

    `pairs` are values that should have been equal.
    """
    both_ways = [*pairs, *((wanted, got) for got, wanted in pairs)]
    if isinstance(value, bool):
        return [(not value, False)]
    if isinstance(value, int | float):
        worked_out = [number for got, wanted in both_ways for number in _numbers(value, got, wanted)]
        near = [value + 1, value - 1, -value] if isinstance(value, int) else [-value]
        return _once(value, worked_out, near)
    if isinstance(value, str):
        return _once(value, [text for got, wanted in both_ways for text in _texts(value, got, wanted)], [])
    return []


def _numbers(value: float, got: Any, wanted: Any) -> Iterator[int | float]:
    """The number that would have led to `wanted`, was it added or multiplied."""
    if not all(isinstance(each, int | float) and not isinstance(each, bool) for each in (got, wanted)):
        return
    if max(abs(each) for each in (value, got, wanted)) > _LARGEST:
        return
    added = value + (wanted - got)
    yield round(added, 10) if isinstance(added, float) else added
    if got:
        multiplied = round(value * wanted / got, 10)
        yield int(multiplied) if isinstance(value, int) and multiplied == int(multiplied) else multiplied


def _texts(value: str, got: Any, wanted: Any) -> Iterator[str]:
    """The text that stands in `wanted` where the constant stands in `got`, when they differ there only."""
    if not (isinstance(got, str) and isinstance(wanted, str) and value and len(got) + len(wanted) < 10_000):
        return
    start = _shared(got, wanted)
    tail = min(_shared(got[::-1], wanted[::-1]), min(len(got), len(wanted)) - start)
    at = got.find(value)
    while at >= 0:
        if at <= start and len(got) - tail <= at + len(value):
            yield wanted[at : at + len(value) + len(wanted) - len(got)]
        at = got.find(value, at + 1)


def _once(value: Any, likely: Iterable[Any], tried: Iterable[Any]) -> list[tuple[Any, bool]]:
    found: dict[Any, bool] = {}
    for other, is_likely in [*((each, True) for each in likely), *((each, False) for each in tried)]:
        if other != value and not (other == 0 and value == 0):
            found.setdefault(other, is_likely)
    return list(found.items())


def _shared(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    return next((at for at, (left, right) in enumerate(pairs) if left != right), min(len(one), len(other)))

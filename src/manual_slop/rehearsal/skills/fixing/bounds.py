"""How much working-out is allowed: steps, sizes and numbers, so that no project's code can keep the model busy."""

from __future__ import annotations

from typing import Any

_MOST_PARTS = 5_000
_LONGEST_TEXT = 20_000
_MOST_BITS = 2_048
_DEEPEST = 8


class CannotTell(Exception):
    """The code does something that is not worked out here; only running it can tell."""


class Budget:
    """Steps that are left, for one test (`fresh`) and for all of them together."""

    def __init__(self, together: int = 100_000, each: int = 5_000) -> None:
        self._together = together
        self._each = each
        self._left = each

    def fresh(self) -> None:
        """Another test begins."""
        self._left = self._each

    def spend(self, steps: int = 1) -> None:
        """Raises: CannotTell when there are none left."""
        self._left -= steps
        self._together -= steps
        if self._left < 0 or self._together < 0:
            raise CannotTell("it takes too long")


def weighed(value: Any, budget: Budget) -> Any:
    """`value` itself, when it is small. Raises: CannotTell."""
    budget.spend(_weight(value, _DEEPEST, _MOST_PARTS))
    return value


def check_product(left: Any, right: Any) -> None:
    """Refuse a product before it is made. Raises: CannotTell."""
    for some, count in ((left, right), (right, left)):
        if isinstance(some, str | list | tuple) and isinstance(count, int) and len(some) * count > _MOST_PARTS:
            raise CannotTell("the product is too long")


def check_power(base: Any, exponent: Any) -> None:
    """Refuse a power (or a shift to the left) before it is made. Raises: CannotTell."""
    if not isinstance(exponent, int) or abs(exponent) > _MOST_BITS:
        raise CannotTell("only small whole powers are worked out")
    if isinstance(base, int) and base.bit_length() * abs(exponent) > _MOST_BITS:
        raise CannotTell("the power is too large")


def _weight(value: Any, depth: int, most: int) -> int:
    """How many values it holds, itself included. A value that holds the same part often counts it as often."""
    if isinstance(value, str):
        return _checked(1 + len(value) // 100, len(value) > _LONGEST_TEXT)
    if isinstance(value, int):
        return _checked(1, value.bit_length() > _MOST_BITS)
    if not isinstance(value, list | tuple | dict | set):
        return 1
    parts = [*value, *value.values()] if isinstance(value, dict) else value
    total = _checked(1, depth == 0 or len(parts) > most)
    for part in parts:
        total += _weight(part, depth - 1, most - total)
        _checked(total, total > most)
    return total


def _checked(weight: int, too_much: bool) -> int:
    if too_much:
        raise CannotTell("the value is too large")
    return weight

"""Money spent over time, kept in a few hundred steps however long the time and however many the calls."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

_MOST = 400  # steps


@dataclass(frozen=True, slots=True)
class Curve:
    """What had been spent by when, one line above the other: `times` in seconds since 1970, `edges` in USD.

    The last edge is the sum; an edge belongs to the key with the same place in `keys`.
    """

    times: tuple[float, ...] = ()
    keys: tuple[str, ...] = ()
    edges: tuple[tuple[float, ...], ...] = ()


class Timeline:
    """A curve in the making: steps grow twice as wide whenever there are too many of them."""

    def __init__(self) -> None:
        self.width = 1
        self._steps: dict[int, dict[str, float]] = {}

    def add(self, at: float, key: str, usd: float) -> None:
        """So much was spent at a time, in seconds since 1970."""
        self._put(int(at // self.width), key, usd)
        while len(self._steps) > _MOST:
            self._widen()

    def curve(self, keys: tuple[str, ...]) -> Curve:
        """As it is now, for these keys from below."""
        if not self._steps:
            return Curve()
        sums = dict.fromkeys(keys, 0.0)
        steps = sorted(self._steps)
        columns = [(0.0,) * len(keys)]
        for step in steps:
            for key, usd in self._steps[step].items():
                sums[key] += usd
            columns.append(_stacked(sums[key] for key in keys))
        times = (float(steps[0] * self.width), *(float((step + 1) * self.width) for step in steps))
        return Curve(times, keys, tuple(zip(*columns, strict=True)))

    def _put(self, step: int, key: str, usd: float) -> None:
        sums = self._steps.setdefault(step, {})
        sums[key] = sums.get(key, 0.0) + usd

    def _widen(self) -> None:
        steps, self._steps, self.width = self._steps, {}, 2 * self.width
        for step, sums in steps.items():
            for key, usd in sums.items():
                self._put(step // 2, key, usd)


def _stacked(amounts: Iterable[float]) -> tuple[float, ...]:
    return tuple(accumulate(amounts))

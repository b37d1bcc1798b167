"""Waiting in tests: until something is so, on a machine that may be busy with other things."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

HANGS = 60.0
"""Seconds: what takes longer does not come at all."""


def wait_until(condition: Callable[[], object], seconds: float = HANGS) -> None:
    """Look again and again, until it is so."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.01)


def waited(since: list[float]) -> float:
    """Seconds that have gone by since the moment noted there."""
    return time.monotonic() - since[0]


def is_soon(attempt: Callable[[], float], seconds: float = 0.1, tries: int = 10) -> None:
    """`attempt` takes (or returns that it took) less than `seconds` in one of several tries.

    A busy machine makes what is prompt late, but nothing makes what is late prompt: one prompt try proves it.
    """
    took: list[float] = []
    while not took or took[-1] >= seconds:
        assert len(took) < tries, f"never within {seconds:g} s: {took}"
        took.append(attempt())


def with_time_enough(attempt: Callable[[float], T], enough: Callable[[T], object], seconds: float) -> T:
    """What comes of `attempt(seconds)`, or, where the machine was too busy for that, of one with more time."""
    for limit in (seconds, 4 * seconds):
        if enough(result := attempt(limit)):
            return result
    return attempt(30 * seconds)

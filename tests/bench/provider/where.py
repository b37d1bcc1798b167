"""Where the time of a single reply goes, by whose code it is."""

from __future__ import annotations

import cProfile
import pstats
from collections import Counter
from typing import Any

_OWNERS = (
    ("/manual_slop/", "manual_slop"),
    ("/tests/bench/", "the benchmark"),
    ("/litellm/", "litellm"),
    ("/openai/", "openai"),
    ("/httpx/", "httpx"),
    ("/httpcore/", "httpcore"),
    ("/pydantic", "pydantic"),
)


def parts(contender: Any, calls: int) -> dict[str, Any]:
    """The share of each library in the profiled time of single replies, and of litellm's largest functions."""
    for _ in range(20):
        contender.single()
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(calls):
        contender.single()
    profile.disable()
    own: Counter[str] = Counter()
    steps: Counter[str] = Counter()
    for (file, _line, name), (_, _, own_seconds, with_callees, _) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        owner = _owner(file)
        own[owner] += own_seconds
        if owner == "litellm":
            steps[f"{file.partition('/litellm/')[2]}:{name}"] += with_callees
    whole = sum(own.values())
    return {
        "share": {name: seconds / whole for name, seconds in own.most_common()},
        "steps": {name: seconds / whole for name, seconds in steps.most_common(12)},
    }


def _owner(file: str) -> str:
    path = file.replace("\\", "/")
    return next((name for mark, name in _OWNERS if mark in path), "Python")

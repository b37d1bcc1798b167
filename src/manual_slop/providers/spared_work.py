"""Leaves out what litellm does with each call and each error for callbacks, bills and guardrails that we do not have.

It prices every answer into fields that nobody reads (0.3 ms), writes its log of a success or a failure for callbacks
of which there are none (10 ms after an error), and imports a whole web framework at its first error to see whether
that is one of a guardrail (140 ms, which a cancel had to wait for). The names are private: where another litellm has
them no more, it simply works as it always did; tests/providers/test_spared_work.py notices.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from manual_slop.providers import exchange

STEPS: Mapping[str, Any] = {
    "utils.update_response_metadata": None,
    "litellm_core_utils.litellm_logging.Logging.success_handler": None,
    "litellm_core_utils.litellm_logging.Logging.failure_handler": None,
    "litellm_core_utils.exception_mapping_utils._is_guardrail_block": False,
}
"""Each function that is left out, by its place in litellm, and what it is taken to answer."""


def spare(litellm: Any) -> tuple[str, ...]:
    """Leave them out wherever a call of ours is under way, and nowhere else. Returns those that were found."""
    return tuple(place for place, answer in STEPS.items() if _spared(litellm, place, answer))


def _spared(litellm: Any, place: str, answer: Any) -> bool:
    *path, name = place.split(".")
    owner = functools.reduce(lambda found, part: getattr(found, part, None), path, litellm)
    step = getattr(owner, name, None)
    if not callable(step):
        return False
    setattr(owner, name, _unless_ours(step, answer))
    return True


def _unless_ours(step: Callable[..., Any], answer: Any) -> Callable[..., Any]:
    @functools.wraps(step)
    def spared(*args: Any, **kwargs: Any) -> Any:
        return step(*args, **kwargs) if exchange.current() is None else answer

    return spared

"""Leaves out what litellm does with each call and each error for callbacks, bills and guardrails that we do not have.

It prices every answer into fields that nobody reads (0.3 ms), writes its log of a success or a failure for callbacks
of which there are none (10 ms after an error), and imports a whole web framework at its first error to see whether
that is one of a guardrail (140 ms, which a cancel had to wait for). Before its first request it reads a tokenizer
that hardly anything asks (100 ms), and imports its proxy to look for files of that proxy (100 ms). The names are
private: where another litellm has them no more, it simply works as it always did; tests/providers/test_spared_work.py
notices.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from manual_slop.providers import exchange

Step = Callable[..., Any]


class _Later:
    """A tokenizer that is read when somebody asks something of it."""

    def __init__(self, read: Step) -> None:
        self._read = read

    def __getattr__(self, name: str) -> Any:
        return getattr(self._read(), name)


def _nothing(_step: Step, *_args: Any, **_kwargs: Any) -> None:
    """What a function answers that only acts."""


def _no(_step: Step, *_args: Any, **_kwargs: Any) -> bool:
    return False


def _as_they_are(_step: Step, messages: Any, *_args: Any, **_kwargs: Any) -> Any:
    return messages


STEPS: Mapping[str, Callable[..., Any]] = {
    "utils.update_response_metadata": _nothing,
    "litellm_core_utils.litellm_logging.Logging.success_handler": _nothing,
    "litellm_core_utils.litellm_logging.Logging.failure_handler": _nothing,
    "litellm_core_utils.exception_mapping_utils._is_guardrail_block": _no,
    "main.update_messages_with_model_file_ids": _as_they_are,
    "main._get_encoding": _Later,
}
"""Each function that is left out, by its place in litellm, and what answers in its stead."""


def spare(litellm: Any) -> tuple[str, ...]:
    """Leave them out wherever a call of ours is under way, and nowhere else. Returns those that were found."""
    return tuple(place for place, instead in STEPS.items() if _spared(litellm, place, instead))


def _spared(litellm: Any, place: str, instead: Callable[..., Any]) -> bool:
    *path, name = place.split(".")
    owner = functools.reduce(lambda found, part: getattr(found, part, None), path, litellm)
    step = getattr(owner, name, None)
    if not callable(step):
        return False
    setattr(owner, name, _unless_ours(step, instead))
    return True


def _unless_ours(step: Step, instead: Callable[..., Any]) -> Step:
    @functools.wraps(step)
    def spared(*args: Any, **kwargs: Any) -> Any:
        return step(*args, **kwargs) if exchange.current() is None else instead(step, *args, **kwargs)

    return spared

"""The model parameters a person can set by name: what each does, what it may be, and which of them a model takes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from manual_slop.app.manner import Value
from manual_slop.values.errors import ConfigError, ProviderError

if TYPE_CHECKING:
    from manual_slop.providers.access import Access
    from manual_slop.providers.parameters import Taken

Kind = Literal["number", "whole", "choice", "texts"]
_MOST_TEXTS = 4


@dataclass(frozen=True, slots=True)
class Knob:
    """A parameter. `low` and `high` bound numbers, `choices` are the words of a choice, `start` is a first value."""

    name: str
    title: str
    kind: Kind
    tip: str
    start: Value
    low: float = 0.0
    high: float = 0.0
    choices: tuple[str, ...] = ()

    def checked(self, value: Any) -> Value:
        """The value, if it may be that. Raises `ValueError` that says what it must be."""
        match self.kind:
            case "number" if type(value) in (int, float) and math.isfinite(value) and self.low <= value <= self.high:
                return float(value)
            case "whole" if type(value) is int and self.low <= value <= self.high:
                return value
            case "choice" if value in self.choices:
                return str(value)
            case "texts" if isinstance(value, list | tuple) and 0 < len(value) <= _MOST_TEXTS:
                if all(isinstance(one, str) and one for one in value):
                    return tuple(value)
        raise ValueError(self.wanted)

    @property
    def wanted(self) -> str:
        """What it must be, in words."""
        match self.kind:
            case "number":
                return f"must be a number from {self.low:g} to {self.high:g}"
            case "whole":
                return f"must be a whole number from {int(self.low):,} to {int(self.high):,}"
            case "choice":
                return f"must be one of {', '.join(self.choices)}"
            case _:
                return f"must be a list of one to {_MOST_TEXTS} texts"


KNOBS: tuple[Knob, ...] = (
    Knob("temperature", "Temperature", "number", "Low: the likeliest words. High: rarer ones.", 1.0, 0.0, 2.0),
    Knob("top_p", "Top p", "number", "Choose among the likeliest words that together have this share.", 1.0, 0.0, 1.0),
    Knob(
        "max_tokens",
        "Longest answer",
        "whole",
        "The most tokens of one answer, thoughts included.",
        4096,
        1,
        10_000_000,
    ),
    Knob(
        "reasoning_effort",
        "Reasoning",
        "choice",
        "How long it thinks before it answers. Thoughts cost as much as words.",
        "medium",
        choices=("none", "minimal", "low", "medium", "high", "xhigh", "max"),
    ),
    Knob("verbosity", "Verbosity", "choice", "How much it says.", "medium", choices=("low", "medium", "high")),
    Knob(
        "seed", "Seed", "whole", "With the same one answers repeat, as far as the provider can.", 1, -(2**63), 2**63 - 1
    ),
    Knob("stop", "Stop at", "texts", "The answer ends before one of these texts, one a line, at most four.", ("END",)),
    Knob("frequency_penalty", "Frequency penalty", "number", "Fewer words it has used often.", 0.0, -2.0, 2.0),
    Knob("presence_penalty", "Presence penalty", "number", "Fewer words it has used at all.", 0.0, -2.0, 2.0),
)


def knob(name: str) -> Knob | None:
    """The one of that name."""
    return next((one for one in KNOBS if one.name == name), None)


def taken_by(access: Access, model: str) -> Taken:
    """The parameters a model takes. Raises `ProviderError` for a model that makes no sense; may wait for litellm."""
    from manual_slop.providers.parameters import taken
    from manual_slop.providers.places import place

    return taken(place(access, model))


def fitting(access: Access, model: str, params: Sequence[tuple[str, Value]]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Those of `params` that a model takes, as they are sent, and the names of those it does not."""
    if not params:
        return {}, ()
    try:
        takes = taken_by(access, model)
    except (ProviderError, ConfigError):
        return {name: _sent(value) for name, value in params}, ()  # the call itself will say what is wrong
    kept = {name: _sent(value) for name, value in params if _fits(takes, name, value)}
    return kept, tuple(name for name, _ in params if name not in kept)


def _fits(takes: Taken, name: str, value: Value) -> bool:
    if name == "reasoning_effort" and value not in takes.efforts:
        return False
    return name in takes.names


def _sent(value: Value) -> Any:
    return list(value) if isinstance(value, tuple) else value

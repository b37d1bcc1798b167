"""How full a model's window is, and what the next thing said to it may cost: plain data for a terminal or a window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from manual_slop.values.usage import Usage

ShareKind = Literal[
    "system prompt", "files", "tools", "summary", "person", "assistant", "reasoning", "tool results", "pictures"
]
Standing = Literal["unknown", "fine", "filling", "full"]


@dataclass(frozen=True, slots=True)
class Told:
    """A count that the provider itself gave: what went into the last call, and what it was asked of."""

    usage: Usage
    model: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """What one kind of content takes of the window. `tokens` is estimated; `count` says how many pieces there are."""

    kind: ShareKind
    tokens: int
    count: int


@dataclass(frozen=True, slots=True)
class ContextMeter:
    """What would go out with the next call to `model`, in tokens; `shares` add up to `tokens`.

    `window` is what the model takes in, `None` where nobody says; `window_source` says who does. `answer_room` is the
    part of it kept free for the answer. `told` is the provider's last count, `estimated` says that `tokens` holds
    more than that (or other things), `added` how much of it was estimated since. `warn_at` is a part of 1;
    `compact_at` too, or `None` where nothing is done unasked.
    """

    model: str
    tokens: int
    shares: tuple[Share, ...] = ()
    window: int | None = None
    window_source: str = ""
    answer_room: int = 0
    told: Told | None = None
    added: int = 0
    estimated: bool = True
    warn_at: float = 0.8
    compact_at: float | None = None

    @property
    def room(self) -> int | None:
        """The most that may go in beside an answer; `None` where nobody knows."""
        return None if self.window is None else max(1, self.window - self.answer_room)

    @property
    def full(self) -> float | None:
        """How much of that room is taken, as a part of 1; above 1 when it is too much."""
        return None if self.room is None else self.tokens / self.room

    @property
    def cached(self) -> float | None:
        """The part of the last call's input that the provider had in its cache; `None` where it was not told."""
        if self.told is None or not self.told.usage.input_tokens:
            return None
        return self.told.usage.cache_read_tokens / self.told.usage.input_tokens

    @property
    def standing(self) -> Standing:
        """Whether a person should know: `filling` from `warn_at` on, `full` when no answer fits beside it."""
        if self.full is None:
            return "unknown"
        return "full" if self.full >= 1 else "filling" if self.full >= self.warn_at else "fine"


@dataclass(frozen=True, slots=True)
class Range:
    """Something that is known only roughly: the middle of what happened before, and what nine in ten stayed under."""

    median: int
    p90: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the next prompt may come to with `model`, all rounds of it, judged by this conversation's own turns.

    `turns` says by how many; with none there is no `output`, and money is that of one round's input alone. `input`
    is of all rounds. `usd` is the median and the 90th percentile, `None` where no price is known; `assumption` says
    what was taken for granted. `fits` is `None` where nobody knows the window.
    """

    model: str
    input: Range
    output: Range | None
    usd: tuple[Decimal, Decimal] | None
    turns: int
    fits: bool | None
    local: bool = False
    assumption: str = ""

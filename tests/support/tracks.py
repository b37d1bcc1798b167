"""Invented tracks: a handful of tickets in every state, or many more than anybody plans."""

from __future__ import annotations

import random
from decimal import Decimal

from manual_slop.app.track_view import TicketView, TracksView, TrackView
from manual_slop.values.usage import CostSum

TIERS = {"1": "anthropic/claude-opus-4-5", "2": "openai/gpt-4o", "3": "openai/gpt-4o-mini", "4": "acme/m1"}
_PLAN = (
    ("t-1", "Read the schedule from a file", "done", (), "", "All 12 tests pass.\nVerdict: passed."),
    ("t-2", "Say when the next brew is", "review", ("t-1",), "", "Reading the diff…\nThe names are clear."),
    ("t-3", "Skip days that the person is away", "running", ("t-1",), "",
     "I will look at schedule.py first.\nIt has one function too many:\n  next_brew and brew_after are the same."),
    ("t-4", "Warn before the water runs out", "failed", ("t-2",), "three tries, and one test still fails", ""),
    ("t-5", "Tell the person in their language", "blocked", ("t-4", "t-3"), "t-4 failed, and this depends on it", ""),
    ("t-6", "Write down how to descale it", "skipped", (), "left out by you", ""),
    ("t-7", "Brew twice when there are guests", "ready", ("t-1",), "", ""),
    ("t-8", "Remember what was brewed", "unknown", ("t-1",), "its program ended in the middle", ""),
    ("t-9", "Show all of it on one page", "todo", ("t-5", "t-7", "t-8"), "", ""),
)  # fmt: skip


def some_tracks(count: int = 9, *, status: str = "running") -> TracksView:
    """A track of so many tickets beside one that is only planned; none at all for 0."""
    if not count:
        return TracksView()
    tickets = _small(count) if count <= len(_PLAN) else _many(count)
    planned = TrackView("k-2", "A kettle that knows the sea level", "planned")
    return TracksView((TrackView("k-1", "Teapot keeps its promises", status, tickets), planned), TIERS)


def _small(count: int) -> tuple[TicketView, ...]:
    return tuple(
        TicketView(name, title, status, after, "openai/gpt-4o-mini", number % 3, _cost(number), reason, tail)
        for number, (name, title, status, after, reason, tail) in enumerate(_PLAN[:count])
    )


def _many(count: int) -> tuple[TicketView, ...]:
    dice = random.Random(1)
    states = [state for _, _, state, _, _, _ in _PLAN]
    return tuple(
        TicketView(
            f"t-{number}",
            f"Mend number {number} of many things that are wrong here",
            dice.choice(states),
            tuple(
                {f"t-{dice.randrange(max(0, number - 60), number)}" for _ in range(dice.randrange(4))} if number else ()
            ),
            "openai/gpt-4o-mini",
            dice.randrange(3),
            _cost(number),
            tail="word " * 500,
        )
        for number in range(count)
    )


def _cost(number: int) -> CostSum:
    return CostSum(Decimal(number) / 1000, number, int(number % 5 == 4))

"""Ledger entries for tests: quick to write down, and random ones for properties."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from manual_slop.money import Rates, price
from manual_slop.money.rates_json import dump_rates
from manual_slop.values.ledger import Origin, UsageRecorded
from manual_slop.values.usage import Cost, Usage

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
GPT = Rates(Decimal("2.5"), Decimal(10), cached_input=Decimal("1.25"), source="pricing/openai.toml")
SONNET = Rates(Decimal(3), Decimal(15), cached_input=Decimal("0.3"), cache_write=Decimal("3.75"), source="map")
PRICES = {"openai/gpt-4o": GPT, "anthropic/claude-sonnet-4-5": SONNET, "acme/m1": None}


def entry(model: str = "openai/gpt-4o", usage: Usage = Usage(1_000, 100), **more: Any) -> UsageRecorded:  # noqa: B008
    """A settled call at the list price of its model; `tier`, `ticket` and the like go into its origin."""
    rates = PRICES.get(model)
    origin = Origin(**{name: more.pop(name) for name in ("epic", "track", "tier", "ticket") if name in more})
    cost: Cost = more.pop("cost", price(usage, rates))
    given: dict[str, Any] = {"session_id": "s1", "provider": model.partition("/")[0], "began": NOON, "ended": NOON}
    return UsageRecorded(model, usage, cost, **{"origin": origin, "rates": dump_rates(rates), **given, **more})


def some_entries(count: int, seed: int = 1) -> list[UsageRecorded]:
    """Entries of every kind, as a long-used ledger holds them."""
    dice = random.Random(seed)
    return [_some(dice, number) for number in range(count)]


def _some(dice: random.Random, number: int) -> UsageRecorded:
    read, written = dice.randrange(300_000), dice.randrange(8_000)
    cached = dice.choice((0, 0, read // 2, read))
    kept = dice.choice((0, 0, (read - cached) // 3))
    usage = Usage(read, written, cached, kept, dice.choice((0, written // 2)), estimated=dice.random() < 0.05)
    model = dice.choice((*PRICES, "openai/gpt-4o"))
    return entry(
        model,
        usage,
        call_id=f"call-{number}",
        session_id=f"session-{dice.randrange(50)}",
        tier=dice.choice(("", "1", "2", "3", "4")),
        ticket=dice.choice(("", "t-1", "t-2")),
        purpose=dice.choice(("chat", "tool round", "retry", "cancelled")),
        began=NOON + timedelta(minutes=number % 20_000),
    )

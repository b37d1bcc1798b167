"""Tables of providers, their models and prices, for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from manual_slop.app.offers import KeyState, Offer, Offers, Standing
from manual_slop.money.rates import BUCKETS, Rates
from manual_slop.providers.local_servers import LocalServer
from manual_slop.terminal.visible import one_line
from manual_slop.terminal.wording import DOT

_KEY_SIGNS: Mapping[KeyState, tuple[str, str]] = {
    "found": ("✓", "good"),
    "not needed": ("✓", "none"),
    "ambient": ("?", "none"),
    "missing": ("–", "none"),
    "wrong": ("✗", "bad"),
}

_LEGEND = "USD per million tokens; v vision, t tools, r reasoning: ✓ yes, – no, ? nobody says"

_ROOM_FOR_EXAMPLES = 100


def grid(*headings: str, numbers: Iterable[str] = ()) -> Table:
    """A table without lines; the columns named in `numbers` are set to the right."""
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for heading in headings:
        table.add_column(heading, justify="right" if heading in numbers else "left", overflow="fold")
    return table


def providers_table(standings: Sequence[Standing], servers: Sequence[LocalServer], width: int) -> RenderableType:
    """Who can be asked, with which key, and what runs on this computer; examples where there is room for them."""
    room = width >= _ROOM_FOR_EXAMPLES
    table = grid("provider", "key", "models", *(["such as"] if room else []), numbers=("models",))
    for one in standings:
        sign, style = _KEY_SIGNS[one.key]
        key = Text(f"{sign} {one_line(one.key_note or one.key)}", style)
        count = f"{one.models:,}" if one.models else "?"
        example = [one_line(one.example)] if room else []
        table.add_row(one.provider, key, count, *example, style="dim" if one.key == "missing" else "none")
    running = [
        f"{server.provider} at {server.base_url}: {one_line(', '.join(server.models)) or 'no chat model'}"
        for server in servers
    ]
    found = "\n".join(running) or "No local server answers on its usual port."
    return Group(table, "", found, Text("`manual-slop models PROVIDER` lists what one offers.", "dim"))


def offers_table(offers: Offers, now: datetime) -> RenderableType:
    """A provider's models; prices in USD per million tokens."""
    numbers = ("window", "in", "cached", "out")
    table = grid("model", *numbers, "v t r", "retires", numbers=numbers)
    for one in offers.models:
        facts = one.facts
        abilities = " ".join(_mark(ability) for ability in (facts.vision, facts.tools, facts.reasoning))
        row = (one_line(one.model), _window(facts.max_input_tokens), *_money(one), abilities, _retirement(one, now))
        table.add_row(*row)
    return Group(table, "", Text(f"{_origin(offers, now)}\n{_LEGEND}", "dim"))


def rates_table(rates: Rates) -> Table:
    """A model's rates, a column for each size of call."""
    limits = [tier.above_tokens for tier in rates.tiers]
    columns = [f"above {limit:,} in" for limit in limits]
    first = f"up to {limits[0]:,} in" if limits else "$ per million"
    table = grid("", first, *columns, numbers=(first, *columns))
    sizes = [rates, *(tier.rates for tier in rates.tiers)]
    for bucket in BUCKETS:
        if bucket in ("input", "output") or any(size.of(bucket) is not None for size in sizes):
            table.add_row(bucket.replace("_", " "), *(dollars(size.of(bucket)) for size in sizes))
    return table


def dollars(rate: Decimal | None) -> str:
    """A rate with all its digits, at least two after the point; `?` when nobody knows it."""
    if rate is None:
        return "?"
    whole, _, fraction = f"{rate:f}".partition(".")
    return f"{whole}.{fraction:0<2}"


def age(span: timedelta) -> str:
    """`just now`, `5 min ago`, `3 h ago`, `2 days ago`."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min ago"
    return f"{minutes // 60} h ago" if minutes < 48 * 60 else f"{minutes // 1440} days ago"


def _money(one: Offer) -> tuple[str, str, str]:
    if one.local:
        return ("no charge", "", "")
    if one.rates is None:
        return ("unpriced", "", "")
    return (dollars(one.rates.input), dollars(one.rates.cached_input), dollars(one.rates.output))


def _window(tokens: int | None) -> str:
    if tokens is None:
        return "?"
    return f"{tokens / 1e6:.3g}M" if tokens >= 1e6 else f"{tokens / 1e3:.0f}k"


def _mark(ability: bool | None) -> str:
    return "?" if ability is None else "✓" if ability else "–"


def _retirement(one: Offer, now: datetime) -> Text:
    if one.retires is None:
        return Text("")
    gone = one.retires <= now.date()
    return Text(f"{'since ' if gone else ''}{one.retires}", "bad" if gone else "warn")


def _origin(offers: Offers, now: datetime) -> str:
    asked = f"asked of its endpoint {age(now - offers.fetched_at)}" if offers.fetched_at else offers.source
    parts = (offers.provider, f"{len(offers.models):,} chat models", offers.note or asked)
    return DOT.join(one_line(part, 400) for part in parts)

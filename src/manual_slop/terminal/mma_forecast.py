"""`manual-slop mma forecast`, and forecasts in words: ranges, from how many tickets, or that there is none."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rich.text import Text

from manual_slop.conductor.approving import Proposal
from manual_slop.conductor.forecast import Spread, TrackForecast
from manual_slop.conductor.history import project_forecast
from manual_slop.conductor.plan_files import read_track
from manual_slop.store.store import Store
from manual_slop.terminal.json_lines import document
from manual_slop.terminal.mma_common import (
    FolderOption,
    Ground,
    JsonOption,
    ModelOption,
    TierOption,
    TrackArgument,
    open_ground,
)
from manual_slop.terminal.screen import say, screen
from manual_slop.terminal.sessions_store import opened
from manual_slop.terminal.wording import DOT, duration
from manual_slop.values.usage import format_usd


def forecast(
    track: TrackArgument,
    folder: FolderOption = None,
    model: ModelOption = None,
    tier: TierOption = None,
    json: JsonOption = False,
) -> None:
    """Say what working on a track's plan may come to, by this project's earlier tickets; also with other models."""
    ground = open_ground(folder, model, tier or ())
    with opened() as store:
        plan = read_track(ground.workspace, track)
        found = project_forecast(store, ground.access, ground.workspace.root, track, plan.tickets, ground.tiers)
    if json:
        screen().put(document({"type": "forecast", "track": track, **as_fields(found)}))
        return
    for line in forecast_words(found):
        say(screen().out, Text(line))


def as_fields(found: TrackForecast) -> dict[str, Any]:
    """A forecast as JSON has it; `n` is how many tickets it is drawn from."""
    whole = {"tokens": found.tokens, "usd": found.usd, "seconds": found.seconds}
    return {"n": found.n, **whole, "tiers": found.tiers}


def forecast_lines(store: Store, ground: Ground, one: Proposal) -> list[str]:
    """What working on a plan may come to."""
    found = project_forecast(store, ground.access, ground.workspace.root, one.track.id, one.track.tickets, ground.tiers)
    return forecast_words(found)


def forecast_words(found: TrackForecast) -> list[str]:
    """A line for the whole, one for each tier."""
    if found.tokens is None or found.seconds is None:
        why = "no ticket of this project was worked on before" if not found.n else "there are no tickets"
        return [f"forecast: none, {why}"]
    clock = f"{duration(found.seconds.p50)} to {duration(found.seconds.p90)}"
    whole = DOT.join((_tokens(found.tokens), _money(found.usd), clock))
    tickets = f"{found.n} earlier ticket{'s' * (found.n != 1)}"
    lines = [f"forecast (half of the cases to nine in ten, from {tickets}): {whole}"]
    return lines + [
        f"  tier {one.tier} {one.model}: {_tokens(one.tokens)}{DOT}{_money(one.usd)}" for one in found.tiers
    ]


def _tokens(spread: Spread) -> str:
    return f"{spread.p50:,.0f} to {spread.p90:,.0f} tokens"


def _money(spread: Spread | None) -> str:
    if spread is None:
        return "unpriced"
    low, high = (format_usd(Decimal(str(round(number, 6)))) for number in (spread.p50, spread.p90))
    return "no charge" if spread.p90 == 0 else f"{low} to {high}"

"""What the ledger knows of a project's tracks, and the forecast that follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from manual_slop.ai_client import Access
from manual_slop.conductor.forecast import WORKING, TrackForecast, forecast, samples_of
from manual_slop.conductor.tiers import Tiers
from manual_slop.providers.places import place
from manual_slop.store.store import Store
from manual_slop.values.errors import ConfigError, ProviderError
from manual_slop.values.ledger import UsageRecorded
from manual_slop.values.tickets import Ticket
from manual_slop.values.usage import Usage


def entries_of(store: Store, tracks: Iterable[str], until: datetime | None = None) -> Iterator[UsageRecorded]:
    """The calls made for those tracks, track by track; those that began before `until`. Raises `StoreError`."""
    for track_id in tracks:
        yield from store.ledger(until=until, track=track_id)


def epic_entries(store: Store, epic: str) -> Iterator[UsageRecorded]:
    """What was used for an epic and for none of its tracks: by tier 1. Raises `StoreError`."""
    if epic:
        yield from (one for one in store.ledger() if one.origin.epic == epic and not one.origin.track)


def project_forecast(
    store: Store,
    access: Access,
    project: Path,
    track_id: str,
    tickets: Sequence[Ticket],
    tiers: Tiers,
    until: datetime | None = None,
) -> TrackForecast:
    """A forecast from the project's other tracks, as known at `until` (now). Raises `StoreError`."""
    others = [one.id for one in store.tracks.list(str(project)) if one.id != track_id]
    samples = samples_of(entries_of(store, others, until))

    def price(model: str, usage: Usage) -> Decimal | None:
        try:
            return access.price(place(access, model), usage).usd
        except (ProviderError, ConfigError):
            return None

    return forecast(tickets, samples, {tier: tiers[tier].model for tier in WORKING}, price, tiers["3"].max_workers)

"""All there is to tell of a track, gathered: plan, tickets, diffs, verdicts, costs by tier, forecast against actual."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from manual_slop.ai_client import Access
from manual_slop.conductor.forecast import Spread, TrackForecast, samples_of
from manual_slop.conductor.git import GitFailed
from manual_slop.conductor.history import epic_entries, project_forecast
from manual_slop.conductor.tiers import Tiers
from manual_slop.conductor.track_state import TrackState
from manual_slop.conductor.worktrees import find_repository, shown_diff
from manual_slop.money.ledger import Row, sum_all, sum_by
from manual_slop.store.store import Store
from manual_slop.store.tracks import TrackEntry
from manual_slop.values.track_events import GateOpened, RunEnded, RunStarted

MOST_OF_A_DIFF = 200_000  # characters


@dataclass(frozen=True, slots=True)
class Actual:
    """What working on the tickets really came to; `usd` is `None` while some call has no price."""

    tokens: int
    usd: float | None
    seconds: float


@dataclass(frozen=True, slots=True)
class TrackReport:
    """A track as it was planned and as it went. `diffs` are by ticket, `planning` what tier 1 used for the whole epic,
    and `working` what tiers 3 and 4 did. `forecast` is the one that was shown when the plan was approved.
    """

    state: TrackState
    entries: tuple[TrackEntry, ...]
    tiers: tuple[Row, ...]
    total: Row
    planning: Row
    working: Row
    diffs: Mapping[str, str]
    forecast: TrackForecast
    actual: Actual


def report_on(store: Store, access: Access, tiers: Tiers, track_id: str) -> TrackReport:
    """Gather it. Raises `StoreError` where nobody has told of such a track."""
    store.tracks.summary(track_id)
    entries = tuple(store.tracks.events(track_id))
    state = TrackState(track_id, (entry.event for entry in entries))
    calls = tuple(store.ledger(track=track_id))
    approved = next((one.at for one in entries if isinstance(one.event, GateOpened) and one.event.gate == "plan"), None)
    tickets = state.track.tickets
    working = [entry for entry in calls if entry.origin.ticket]
    spent = sum_all(working)
    return TrackReport(
        state,
        entries,
        tuple(sum_by(calls, "tier")),
        sum_all(calls),
        sum_all(epic_entries(store, state.track.epic)),
        spent,
        _diffs(state),
        project_forecast(store, access, Path(state.project), track_id, tickets, tiers, approved),
        Actual(
            sum(one.total_tokens for sample in samples_of(working) for one in sample.used.values()),
            None if spent.cost.unpriced else float(spent.cost.usd),
            seconds_worked(entries),
        ),
    )


def seconds_worked(entries: tuple[TrackEntry, ...]) -> float:
    """How long programs were at work on a track, by the clock."""
    total, since = 0.0, None
    for entry in entries:
        if isinstance(entry.event, RunStarted):
            since = entry.at
        elif isinstance(entry.event, RunEnded) and since is not None:
            total, since = total + (entry.at - since).total_seconds(), None
    return total + (_open_span(entries, since) if since is not None else 0.0)


def score(spread: Spread | None, actual: float | None) -> str:
    """How a forecast turned out, in words."""
    if spread is None or actual is None:
        return "–"
    if actual <= spread.p50:
        return "in the lower half"
    return "between half and nine in ten" if actual <= spread.p90 else "above nine in ten"


def _open_span(entries: tuple[TrackEntry, ...], since: datetime) -> float:
    """A run whose end nobody told of: until the last thing it told."""
    return max(0.0, (entries[-1].at - since).total_seconds())


def _diffs(state: TrackState) -> dict[str, str]:
    """What each ticket changed on the track's branch, as far as git still has it."""
    try:
        repository = find_repository(state.project) if Path(state.project).is_dir() else None
    except GitFailed:
        repository = None
    if repository is None:
        return {}
    diffs = {}
    for name, ticket in state.states.items():
        if not ticket.commit:
            continue
        try:
            text = shown_diff(repository.git, f"{ticket.commit}^", ticket.commit)
        except GitFailed as error:
            text = f"(git no longer has it: {error})"
        if len(text) > MOST_OF_A_DIFF:
            text = f"{text[:MOST_OF_A_DIFF]}\n[… {len(text) - MOST_OF_A_DIFF:,} characters more]"
        diffs[name] = text
    return diffs

"""Reads the tracks of a project from the store, again and again: only what is new of each, as the window shows it."""

from __future__ import annotations

import time
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

from manual_slop.app.track_view import TicketView, TrackView
from manual_slop.conductor.track_state import TrackState
from manual_slop.money.ledger import sum_by
from manual_slop.store.store import Store
from manual_slop.store.tracks_table import TrackSummary
from manual_slop.values.events import MessageFinished
from manual_slop.values.ledger import UsageRecorded
from manual_slop.values.tickets import Ticket, TrackStatus
from manual_slop.values.usage import CostSum

_LEDGER_PAUSE = 0.5  # seconds between two looks at the bill of a track that is worked on
_TAIL = 2_000
_AT_WORK = frozenset({"running", "review"})


@dataclass(slots=True)
class _Known:
    """What was read of a track. `last` is its last event, `calls` what was told of its bill, `looked` when.

    `heard` is by session the last message that was read.
    """

    state: TrackState
    last: int = 0
    running: bool = False
    looked: float = 0.0
    calls: dict[Hashable, UsageRecorded] = field(default_factory=dict)
    costs: dict[str, CostSum] = field(default_factory=dict)
    tails: dict[str, str] = field(default_factory=dict)
    heard: dict[str, int] = field(default_factory=dict)
    view: TrackView | None = None


class TrackReader:
    """For one thread. Raises `StoreError`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, _Known] = {}

    def read(self, project: str) -> tuple[tuple[TrackView, ...], list[UsageRecorded]]:
        """The tracks of a project folder (absolute path), the newest first, and the calls not returned before."""
        summaries = sorted(self._store.tracks.list(project), key=lambda one: (one.opened, one.id), reverse=True)
        calls: list[UsageRecorded] = []
        return tuple(self._view(one, calls) for one in summaries), calls

    def _view(self, summary: TrackSummary, calls: list[UsageRecorded]) -> TrackView:
        known = self._known.setdefault(summary.id, _Known(TrackState(summary.id)))
        changed = summary.events != known.last or summary.running != known.running or known.view is None
        for entry in self._store.tracks.events(summary.id, known.last) if changed else ():
            known.state.apply(entry.event)
            known.last = entry.number
        known.running = summary.running
        if changed or (known.running and time.monotonic() - known.looked > _LEDGER_PAUSE):
            calls += self._bill(summary.id, known)
            changed = True
        if self._listen(known) or changed:
            known.view = _shown(summary, known)
        assert known.view is not None
        return known.view

    def _bill(self, track: str, known: _Known) -> Sequence[UsageRecorded]:
        """Read what it costs; the calls that are new."""
        known.looked = time.monotonic()
        entries: dict[Hashable, UsageRecorded] = {one.call_id or one: one for one in self._store.ledger(track=track)}
        new = [one for name, one in entries.items() if name not in known.calls]
        if new:
            known.calls = entries
            known.costs = {row.key: row.cost for row in sum_by(entries.values(), "ticket")}
        return new

    def _listen(self, known: _Known) -> bool:
        """Whether somebody at work has said more."""
        before = dict(known.tails)
        for name, stands in known.state.states.items():
            if stands.status in _AT_WORK and stands.session_id:
                known.tails[name] = self._said(stands.session_id, known) or known.tails.get(name, "")
        return before != known.tails

    def _said(self, session_id: str, known: _Known) -> str:
        """The end of what streams in a session, or else of what was said there since it was read last."""
        drafts = self._store.drafts(session_id)
        if drafts and (streamed := drafts[-1].text or drafts[-1].reasoning):
            return streamed[-_TAIL:]
        said = ""
        for envelope in self._store.envelopes(session_id, known.heard.get(session_id, 0), (MessageFinished,)):
            known.heard[session_id] = envelope.number
            if isinstance(envelope.event, MessageFinished):
                said = envelope.event.message.text or said
        return said[-_TAIL:]


def _shown(summary: TrackSummary, known: _Known) -> TrackView:
    state = known.state
    ready = frozenset(state.ready())
    tickets = tuple(_ticket(one, known, ready) for one in state.tickets.values())
    status: TrackStatus = state.status
    if status == "running" and not summary.running:
        status = "stopped"
    return TrackView(summary.id, state.track.title, status, tickets, approved=state.approved, running=summary.running)


def _ticket(ticket: Ticket, known: _Known, ready: frozenset[str]) -> TicketView:
    stands = known.state.states[ticket.id]
    return TicketView(
        ticket.id,
        ticket.title,
        "ready" if stands.status == "todo" and ticket.id in ready else stands.status,
        ticket.depends_on,
        stands.model if stands.status != "todo" and stands.model else ticket.model,
        stands.attempt,
        known.costs.get(ticket.id, CostSum()),
        stands.reason,
        known.tails.get(ticket.id, ""),
        "4" if stands.status == "review" else "3",
        ticket.priority,
    )

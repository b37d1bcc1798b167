"""Where a track and its tickets stand, with what they cost: for whoever shows it."""

from __future__ import annotations

from dataclasses import dataclass

from manual_slop.conductor.track_state import TrackState
from manual_slop.money.ledger import sum_by
from manual_slop.store.store import Store
from manual_slop.store.tracks_table import TrackSummary
from manual_slop.values.ledger import UsageRecorded
from manual_slop.values.tickets import Ticket, TicketState
from manual_slop.values.usage import CostSum, total


@dataclass(frozen=True, slots=True)
class TicketStanding:
    """A ticket; `ready` says that it may begin as soon as somebody is free."""

    ticket: Ticket
    state: TicketState
    cost: CostSum
    ready: bool = False

    @property
    def status(self) -> str:
        """Its status in a word, `ready` where it is only waiting for somebody."""
        return "ready" if self.ready and self.state.status == "todo" else self.state.status


@dataclass(frozen=True, slots=True)
class TrackStanding:
    """A track; `calls` are all that were made for it, in order."""

    summary: TrackSummary
    state: TrackState
    tickets: tuple[TicketStanding, ...]
    calls: tuple[UsageRecorded, ...]

    @property
    def cost(self) -> CostSum:
        """What all of it cost."""
        return total(call.cost for call in self.calls)

    @property
    def settled(self) -> int:
        """How many tickets nothing more will happen to."""
        return sum(one.state.status in ("done", "skipped", "failed") for one in self.tickets)


def standing(store: Store, track_id: str) -> TrackStanding:
    """Where a track stands now. Raises `StoreError` where there is none of that id."""
    summary = store.tracks.summary(track_id)
    state = TrackState(track_id, (entry.event for entry in store.tracks.events(track_id)))
    calls = tuple(store.ledger(track=track_id))
    costs = {row.key: row.cost for row in sum_by(calls, "ticket")}
    ready = set(state.ready())
    tickets = tuple(
        TicketStanding(ticket, state.states[name], costs.get(name, CostSum()), name in ready)
        for name, ticket in state.tickets.items()
    )
    return TrackStanding(summary, state, tickets, calls)

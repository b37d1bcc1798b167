"""Where a track stands: what happened to it, folded in order. Knows nothing of files, models or the store."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import assert_never

from manual_slop.conductor.ticket_dag import TicketDag
from manual_slop.values.tickets import Gate, Priority, Ticket, TicketState, Track, TrackStatus
from manual_slop.values.track_events import (
    GateClosed,
    GateOpened,
    RunEnded,
    RunStarted,
    TicketAdded,
    TicketChanged,
    TicketSet,
    TrackChanged,
    TrackEvent,
    TrackPlanned,
    VerdictGiven,
)

_FRESH = TicketState()


def plan_digest(spec: str, tickets: Iterable[Ticket]) -> str:
    """SHA-256, in hexadecimal, over a spec and tickets as they are planned: a plan gate is opened for exactly these."""
    plain = json.dumps([spec.rstrip(), [asdict(one) for one in tickets]], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()


class TrackState:
    """A track's plan and what became of it, by its events so far.

    `track` is the plan in force: the one last told while no plan gate was open, the approved one afterwards. `tickets`
    holds its tickets and those added since by id, with what a person set of them; `states` where each stands. `newest`
    is the digest of the last plan told, which differs from `digest` where a newer one waits for approval.
    """

    def __init__(self, track_id: str, events: Iterable[TrackEvent] = ()) -> None:
        self.id = track_id
        self.track = Track(track_id, track_id, "", "")
        self.project = ""
        self.digest = self.newest = ""
        self.status: TrackStatus = "planned"
        self.reason = ""
        self.tickets: dict[str, Ticket] = {}
        self.states: dict[str, TicketState] = {}
        self.gates: dict[tuple[Gate, str], str] = {}
        self.run: RunStarted | None = None
        self.last_run_ended = ""
        self._added: dict[str, Ticket] = {}
        self._told: dict[str, TrackPlanned] = {}
        self._dag: TicketDag | None = None
        for event in events:
            self.apply(event)

    @property
    def dag(self) -> TicketDag:
        """The graph of its tickets."""
        if self._dag is None:
            self._dag = TicketDag(self.tickets.values())
        return self._dag

    @property
    def priorities(self) -> Mapping[str, Priority]:
        """How urgent each ticket is, by what was planned and set since."""
        return {name: one.priority for name, one in self.tickets.items()}

    @property
    def approved(self) -> bool:
        """Whether a person has let the plan in force pass."""
        return bool(self.digest) and self.is_open("plan", self.digest)

    def is_open(self, gate: Gate, digest: str, ticket: str = "") -> bool:
        """Whether a person let exactly this pass."""
        return bool(digest) and self.gates.get((gate, ticket)) == digest

    def ready(self) -> tuple[str, ...]:
        """The tickets that may run now, the most urgent first."""
        return self.dag.ready(self.states)

    def apply(self, event: TrackEvent) -> None:
        """One more thing has happened. What it says of tickets that are not known is kept too."""
        match event:
            case TrackPlanned():
                self._plan(event)
            case TrackChanged():
                self.status, self.reason = event.status, event.reason
            case GateOpened():
                self.gates[event.gate, event.ticket] = event.digest
                self._take_up(event)
            case GateClosed():
                self.gates.pop((event.gate, event.ticket), None)
            case TicketAdded():
                self._add(event.ticket)
            case TicketChanged():
                self.states[event.ticket] = _moved(self.states.get(event.ticket, _FRESH), event)
            case TicketSet():
                self._set(event)
            case VerdictGiven():
                state = self.states.get(event.ticket, _FRESH)
                self.states[event.ticket] = replace(state, verdict=event.verdict)
            case RunStarted():
                self.run = event
            case RunEnded():
                if self.run is None or self.run.run_id == event.run_id:
                    self.run, self.last_run_ended = None, event.why
            case _:
                assert_never(event)

    def _plan(self, event: TrackPlanned) -> None:
        self.newest = event.digest
        self._told[event.digest] = event
        if not self.approved:
            self._put_in_force(event)

    def _take_up(self, event: GateOpened) -> None:
        """An approved plan comes into force."""
        told = self._told.get(event.digest)
        if event.gate == "plan" and told is not None and event.digest != self.digest:
            self._put_in_force(told)

    def _put_in_force(self, event: TrackPlanned) -> None:
        self.track = Track(self.id, event.title, event.goal, event.spec, event.tickets, event.epic)
        self.project, self.digest = event.project, event.digest
        self.tickets = {**{one.id: one for one in event.tickets}, **self._added}
        self.states = {name: self.states.get(name, _FRESH) for name in self.tickets}
        self._dag = None

    def _add(self, ticket: Ticket) -> None:
        self.tickets[ticket.id] = self._added[ticket.id] = ticket
        self.states.setdefault(ticket.id, _FRESH)
        self._dag = None

    def _set(self, event: TicketSet) -> None:
        ticket = self.tickets.get(event.ticket)
        if ticket is not None:
            self.tickets[event.ticket] = replace(ticket, model=event.model, priority=event.priority)
            self._dag = None


def _moved(state: TicketState, event: TicketChanged) -> TicketState:
    return replace(
        state,
        status=event.status,
        reason=event.reason,
        blocked_by=event.blocked_by,
        attempt=max(state.attempt, event.attempt),
        model=event.model or state.model,
        session_id=event.session_id or state.session_id,
        branch=event.branch or state.branch,
        commit=event.commit or state.commit,
    )

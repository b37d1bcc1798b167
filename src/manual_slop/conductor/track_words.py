"""What happened to a track, in a few words each: for reports, lists and logs."""

from __future__ import annotations

from typing import assert_never

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


def event_words(event: TrackEvent) -> str:
    """One thing that happened to a track."""
    words, by, why = _parts(event)
    return words + (f", by {by}" if by else "") + (f": {why}" if why else "")


def _parts(event: TrackEvent) -> tuple[str, str, str]:
    """What, by whom, why."""
    if isinstance(event, TicketAdded | TicketChanged | TicketSet | VerdictGiven):
        return _of_a_ticket(event)
    match event:
        case TrackPlanned():
            return f"planned, {len(event.tickets)} tickets", "", event.digest[:12]
        case TrackChanged():
            return f"the track is {event.status}", event.by, event.reason
        case GateOpened():
            return f"the {event.gate} gate is opened{_for(event.ticket)}", event.by, event.digest[:12]
        case GateClosed():
            return f"the {event.gate} gate is closed{_for(event.ticket)}", "", event.why
        case RunStarted() | RunEnded():
            return _of_a_run(event)
        case _:
            assert_never(event)


def _of_a_run(event: RunStarted | RunEnded) -> tuple[str, str, str]:
    if isinstance(event, RunStarted):
        return f"run {event.run_id[:8]} begins", "", ", ".join(event.loud)
    return f"run {event.run_id[:8]} ends", "", event.why


def _of_a_ticket(event: TicketAdded | TicketChanged | TicketSet | VerdictGiven) -> tuple[str, str, str]:
    match event:
        case TicketAdded():
            return f"{event.ticket.id} is added", "", event.why
        case TicketChanged():
            attempt = f" (attempt {event.attempt})" if event.attempt else ""
            return f"{event.ticket} is {event.status}{attempt}", event.by, event.reason
        case TicketSet():
            return f"{event.ticket}: priority {event.priority}, model {event.model or 'as planned'}", event.by, ""
        case VerdictGiven():
            said = "passes" if event.verdict.passed else "does not pass"
            return f"QA: attempt {event.attempt} at {event.ticket} {said}", event.model, ""


def _for(ticket: str) -> str:
    return f" for {ticket}" if ticket else ""

"""What happens to a track, one frozen value each; the union is closed. Told to the store before anything acts on it."""

from __future__ import annotations

from dataclasses import dataclass

from manual_slop.values.tickets import BlockedBy, Gate, Priority, Ticket, TicketStatus, TrackStatus, Verdict


@dataclass(frozen=True, slots=True)
class TrackPlanned:
    """A track has a plan, or a new one. `project` is its folder's absolute path, `digest` that of spec and tickets.

    The plan itself is kept here, so that a run goes by what was approved whatever becomes of the files.
    """

    title: str
    goal: str
    project: str
    epic: str
    digest: str
    spec: str = ""
    tickets: tuple[Ticket, ...] = ()


@dataclass(frozen=True, slots=True)
class TrackChanged:
    """A track stands elsewhere. `by` is the person or part of the program that moved it."""

    status: TrackStatus
    reason: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class GateOpened:
    """A person lets what has this `digest` pass. `ticket` is set for the gate before a worker starts."""

    gate: Gate
    digest: str
    by: str
    ticket: str = ""


@dataclass(frozen=True, slots=True)
class GateClosed:
    """What a gate had let pass has changed since, or a person thought again."""

    gate: Gate
    why: str
    ticket: str = ""


@dataclass(frozen=True, slots=True)
class TicketAdded:
    """Work turned up that was not planned, such as a conflict between two tickets' changes; `why` says it."""

    ticket: Ticket
    why: str


@dataclass(frozen=True, slots=True)
class TicketChanged:
    """A ticket stands elsewhere. Empty `model`, `session_id`, `branch` and `commit` leave them as they were."""

    ticket: str
    status: TicketStatus
    reason: str = ""
    by: str = ""
    blocked_by: BlockedBy = ""
    attempt: int = 0
    model: str = ""
    session_id: str = ""
    branch: str = ""
    commit: str = ""


@dataclass(frozen=True, slots=True)
class TicketSet:
    """A person chose another model or priority for a ticket; an empty model is the tier's again."""

    ticket: str
    model: str = ""
    priority: Priority = "normal"
    by: str = ""


@dataclass(frozen=True, slots=True)
class VerdictGiven:
    """QA has read the diff and the tests of an attempt."""

    ticket: str
    attempt: int
    verdict: Verdict
    model: str


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A program works on the track. `step` asks before each worker; `loud` names the gates that were waived."""

    run_id: str
    step: bool = False
    loud: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunEnded:
    """That program has stopped working on the track, and why."""

    run_id: str
    why: str


TrackEvent = (
    TrackPlanned
    | TrackChanged
    | GateOpened
    | GateClosed
    | TicketAdded
    | TicketChanged
    | TicketSet
    | VerdictGiven
    | RunStarted
    | RunEnded
)

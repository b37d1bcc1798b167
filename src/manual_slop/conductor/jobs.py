"""What a worker is given and gives back, and what QA is given and gives back: plain values that can be pickled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from manual_slop.conductor.worktrees import Place
from manual_slop.safety.approval import Mode
from manual_slop.values.tickets import Ticket, Verdict

Outcome = Literal["finished", "nothing", "failed", "stopped", "budget"]
"""`finished` left work to be reviewed; `nothing` changed no file; `stopped` was ended by somebody; `budget` ran dry."""


@dataclass(frozen=True, slots=True)
class Tools:
    """How a tier's model is set up: its instructions, the tools it is offered, and the parameters of its calls.

    `paces` are the calls and tokens a minute that providers take, by their names.
    """

    system: str = ""
    tools: tuple[str, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)
    paces: Mapping[str, tuple[int | None, int | None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WorkerJob:
    """One attempt at a ticket. `project` is the person's own folder, `place` where the work is done.

    `needs` are the tickets it depends on, whose files it is told the skeletons of; `note` is what QA said of the last
    attempt. `mode` is how approvals are handled in the place; the acceptance commands of an approved plan run unasked.
    `prompt` is what it is told instead, where a person changed that; `diagnosis` the model that says a word on commands
    that failed, where one is to.
    """

    run_id: str
    track_id: str
    ticket: Ticket
    attempt: int
    model: str
    project: str
    place: Place
    setup: Tools = Tools()
    needs: tuple[Ticket, ...] = ()
    epic: str = ""
    note: str = ""
    mode: Mode = "edits"
    prompt: str = ""
    diagnosis: str = ""


@dataclass(frozen=True, slots=True)
class WorkerResult:
    """What came of an attempt. `commit` holds the work, `outside` the changed files that the ticket does not name.

    `trouble` is the kind of the provider's error that ended it, `retry_after` the seconds it asked to wait; `full` the
    budget that is used up, by the end of its path (`ticket t1`). `heard` says that the provider had answered before.
    """

    outcome: Outcome
    reason: str = ""
    session_id: str = ""
    commit: str = ""
    files: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    said: str = ""
    trouble: str = ""
    retry_after: float | None = None
    full: str = ""
    heard: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """One command that was run to see whether the work holds. `output` is what it printed, both ends of it."""

    command: str
    passed: bool
    how: str
    output: str
    confinement: str = ""


@dataclass(frozen=True, slots=True)
class ReviewJob:
    """The review of an attempt: `worker` is what came of it, in `place`."""

    run_id: str
    track_id: str
    ticket: Ticket
    attempt: int
    model: str
    project: str
    place: Place
    worker: WorkerResult
    setup: Tools = Tools()
    epic: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """What QA says, and the checks that we ran ourselves. `verdict.checks` is the digest of the diff and of them."""

    verdict: Verdict
    checks: tuple[Check, ...] = ()
    session_id: str = ""
    model: str = ""
    overruled: bool = False

"""The conductor's work in plain values: a track of tickets as it was planned, and where each of them stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Priority = Literal["high", "normal", "low"]
TicketStatus = Literal["todo", "running", "review", "done", "failed", "blocked", "skipped", "unknown"]
"""`todo` may be ready (all it depends on is done); `done` is reviewed and on the track's branch; `unknown` was running
when its program ended, and a person says what becomes of it."""
BlockedBy = Literal["", "person", "dependency"]
TrackStatus = Literal["planned", "approved", "running", "paused", "stopped", "mergeable", "merged", "failed"]
Gate = Literal["plan", "spawn", "merge"]
Tier = Literal["1", "2", "3", "4"]
Unknown = Literal["ask", "retry", "keep", "skip"]
"""What becomes of tickets whose program ended while they were worked on."""

TIERS: tuple[Tier, ...] = ("1", "2", "3", "4")
TIER_NAMES: Mapping[str, str] = {"1": "orchestrator", "2": "tech lead", "3": "worker", "4": "QA"}
MOST_WORKERS = 256
SETTLED: frozenset[TicketStatus] = frozenset({"done", "failed", "blocked", "skipped"})


@dataclass(frozen=True, slots=True)
class Ticket:
    """One piece of work for one worker, as planned.

    `files` are the paths (from the project folder) it may change, `symbols` what it should look at, `acceptance` what
    must hold afterwards, a sentence or a command each. `model` overrides the worker tier's.
    """

    id: str
    title: str
    brief: str
    depends_on: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()
    acceptance: tuple[str, ...] = ()
    priority: Priority = "normal"
    model: str = ""


@dataclass(frozen=True, slots=True)
class Track:
    """A part of an epic that is planned, run and merged as one. `spec` is Markdown, `goal` the epic's, as typed."""

    id: str
    title: str
    goal: str
    spec: str
    tickets: tuple[Ticket, ...] = ()
    epic: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What QA says of an attempt. `checks` is the digest of the diff and test output it was given."""

    passed: bool
    reasons: tuple[str, ...] = ()
    checks: str = ""


@dataclass(frozen=True, slots=True)
class TicketState:
    """Where a ticket stands. `attempt` counts from 1 once it ran; `commit` is its work on the track's branch."""

    status: TicketStatus = "todo"
    reason: str = ""
    blocked_by: BlockedBy = ""
    attempt: int = 0
    model: str = ""
    session_id: str = ""
    branch: str = ""
    commit: str = ""
    verdict: Verdict | None = None

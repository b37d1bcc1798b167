"""Tracks and their tickets as the window shows them: plain frozen values, handed over whole whenever they changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from manual_slop.values.tickets import Priority, TicketStatus, TrackStatus
from manual_slop.values.usage import CostSum

Shown = TicketStatus | Literal["ready"]
"""A ticket's status as it is shown: a `todo` whose turn it is is `ready`."""


@dataclass(frozen=True, slots=True)
class TicketView:
    """A ticket. `model` is whom it goes to, `reason` why it is blocked or failed, `tail` the last that its worker said.

    `depends_on` are ids of the same track; `tier` is who works on it now.
    """

    id: str
    title: str
    status: Shown = "todo"
    depends_on: tuple[str, ...] = ()
    model: str = ""
    attempts: int = 0
    cost: CostSum = field(default_factory=CostSum)
    reason: str = ""
    tail: str = ""
    tier: str = "3"
    priority: Priority = "normal"


@dataclass(frozen=True, slots=True)
class TrackView:
    """A track with its tickets in their order.

    `approved` says that a person has let its plan pass, `running` that a program works on it.
    """

    id: str
    title: str
    status: TrackStatus = "planned"
    tickets: tuple[TicketView, ...] = ()
    approved: bool = False
    running: bool = False


@dataclass(frozen=True, slots=True)
class TracksView:
    """All tracks of the project, and which model each tier uses (`"1"` to `"4"`), where that is known."""

    tracks: tuple[TrackView, ...] = ()
    tier_models: Mapping[str, str] = field(default_factory=dict)


class TrackCommands(Protocol):
    """What a person may do with tracks. Each returns at once; what comes of it is a new `TracksView`."""

    def start(self, track: str) -> None:
        """Work on it, or go on with it."""

    def pause(self, track: str) -> None:
        """Begin nothing new; what runs goes on to its end."""

    def stop(self, track: str) -> None:
        """End what runs."""

    def use_model(self, track: str, ticket: str, model: str) -> None:
        """Give a ticket a model of its own; empty for that of its tier."""

    def use_tier_model(self, tier: str, model: str) -> None:
        """Give a tier another model."""

    def set_priority(self, track: str, ticket: str, priority: Priority) -> None:
        """Have it begin before or after others that may begin."""

    def report(self, track: str, file: str) -> None:
        """Write all there is to tell of a track to a file; what its name ends with says how (`.md`, `.html`)."""

    def kill(self, track: str, ticket: str) -> None:
        """End the worker of a ticket."""

    def retry(self, track: str, ticket: str) -> None:
        """Do a ticket again."""

    def keep(self, track: str, ticket: str) -> None:
        """Take the work of one whose program ended as it is, and have it reviewed."""

    def skip(self, track: str, ticket: str) -> None:
        """Go on as if it were done."""

    def block(self, track: str, ticket: str, reason: str) -> None:
        """Hold it back, and what depends on it."""

    def unblock(self, track: str, ticket: str) -> None:
        """Let a blocked one be worked on again."""

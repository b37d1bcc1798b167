"""What crosses from workers to the thread that shows: events of sessions, and what background work found out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from manual_slop.app.track_view import TracksView
from manual_slop.values.approval import Answer, Request
from manual_slop.values.events import Event

Loudness = Literal["good", "note", "warn", "bad"]


@dataclass(frozen=True, slots=True)
class SessionNamed:
    """The conversation has a session now; `session_id` is its name in the store."""

    session_id: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A request came to the inbox, or left it with an answer."""

    request: Request
    answer: Answer | None


@dataclass(frozen=True, slots=True)
class Loaded:
    """Background work is done: `what` names the table of `AppState.loaded` that `value` belongs to, under `key`."""

    what: str
    key: str
    value: Any
    error: str = ""


@dataclass(frozen=True, slots=True)
class Toast:
    """A word to the person that goes away by itself."""

    text: str
    loudness: Loudness = "note"


@dataclass(frozen=True, slots=True)
class News:
    """Something happened. `source` is the conversation it belongs to, empty for the program as a whole."""

    source: str
    at: datetime
    what: Event | SessionNamed | Asked | Loaded | Toast | TracksView

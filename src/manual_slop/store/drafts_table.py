"""What has streamed so far of the message in progress: gone in the transaction that brings the whole message."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from manual_slop.store.sessions_table import microseconds, moment
from manual_slop.values.events import Event, MessageFinished, TurnFailed, TurnFinished, TurnStarted
from manual_slop.values.secrets import redactor

DDL = """
CREATE TABLE drafts (
    session INTEGER NOT NULL REFERENCES sessions (key),
    turn_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    text TEXT NOT NULL,
    reasoning TEXT NOT NULL,
    PRIMARY KEY (session, turn_id)
);
"""


@dataclass(frozen=True, slots=True)
class Draft:
    """What had arrived of a message when it was last written down, in UTC."""

    turn_id: str
    at: datetime
    text: str
    reasoning: str


def put(connection: sqlite3.Connection, session_id: str, draft: Draft) -> None:
    """Write a draft in place of the turn's last one. A session that has no events yet has no drafts."""
    connection.execute(
        "INSERT OR REPLACE INTO drafts (session, turn_id, at, text, reasoning) "
        "SELECT key, ?, ?, ?, ? FROM sessions WHERE id = ?",
        (draft.turn_id, microseconds(draft.at), _clean(draft.text), _clean(draft.reasoning), session_id),
    )


def of_session(connection: sqlite3.Connection, session_id: str) -> list[Draft]:
    """A session's drafts, the oldest first."""
    found = connection.execute(
        "SELECT turn_id, at, text, reasoning FROM drafts JOIN sessions ON key = session WHERE id = ? ORDER BY at",
        (session_id,),
    )
    return [Draft(turn_id, moment(at), text, reasoning) for turn_id, at, text, reasoning in found]


def follow(connection: sqlite3.Connection, session: int, event: Event) -> None:
    """The message is there, or its turn is over: no draft is needed any more."""
    if isinstance(event, MessageFinished | TurnStarted | TurnFinished | TurnFailed):
        delete(connection, session)


def delete(connection: sqlite3.Connection, session: int) -> None:
    """Remove a session's drafts."""
    connection.execute("DELETE FROM drafts WHERE session = ?", (session,))


def _clean(text: str) -> str:
    return redactor.redact(text).encode("utf-8", "replace").decode()

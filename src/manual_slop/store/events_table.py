"""The log: each session's events by number, never changed once they are there."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from manual_slop.store import drafts_table, ledger_table, search_table, sessions_table
from manual_slop.store.sessions_table import microseconds, moment
from manual_slop.values.events import Event
from manual_slop.values.ledger import UsageRecorded

DDL = """
CREATE TABLE events (
    session INTEGER NOT NULL REFERENCES sessions (key),
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    type TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (session, number)
);
CREATE TABLE blob_uses (
    session INTEGER NOT NULL REFERENCES sessions (key),
    digest TEXT NOT NULL,
    PRIMARY KEY (session, digest)
) WITHOUT ROWID;
CREATE INDEX blob_uses_digest ON blob_uses (digest);
"""

_AFTER = "SELECT number, at, body FROM events WHERE session = (SELECT key FROM sessions WHERE id = ?) AND number > ? "


@dataclass(frozen=True, slots=True)
class Row:
    """An event ready to be written: when it was, its JSON, and the contents it needs beside."""

    event: Event
    at: datetime
    body: str
    digests: tuple[str, ...] = ()


def append(connection: sqlite3.Connection, session_id: str, rows: Collection[Row]) -> int:
    """Write events behind those that are there, and all that follows from them; the number of the last one."""
    summary = sessions_table.summary_of(connection, session_id)
    for row in rows:
        if summary is None:
            summary = sessions_table.make(connection, session_id, row.at)
        summary = sessions_table.after(summary, row.event)
        _write(connection, summary.key, summary.events, row)
        drafts_table.follow(connection, summary.key, row.event)
        search_table.add(connection, summary.key, summary.events, row.at, row.event)
        if isinstance(row.event, UsageRecorded):
            ledger_table.record(connection, row.event)
    if summary is None:
        return 0
    if rows:
        sessions_table.keep(connection, summary, max(row.at for row in rows))
    return summary.events


def _write(connection: sqlite3.Connection, session: int, number: int, row: Row) -> None:
    connection.execute(
        "INSERT INTO events (session, number, at, type, body) VALUES (?, ?, ?, ?, ?)",
        (session, number, microseconds(row.at), type(row.event).__name__, row.body),
    )
    connection.executemany(
        "INSERT OR IGNORE INTO blob_uses (session, digest) VALUES (?, ?)", ((session, digest) for digest in row.digests)
    )


def page(
    connection: sqlite3.Connection, session_id: str, after: int, types: Collection[str] | None, limit: int
) -> list[tuple[int, datetime, str]]:
    """Numbers, times and JSON of the next events after a number; those of certain types where they are given."""
    chosen = "" if types is None else f"AND type IN ({', '.join('?' * len(types))}) "
    query = _AFTER + chosen + "ORDER BY number LIMIT ?"
    found = connection.execute(query, (session_id, after, *(types or ()), limit))
    return [(number, moment(at), body) for number, at, body in found]


def delete(connection: sqlite3.Connection, session: int) -> set[str]:
    """Remove a session's events; the digests of contents that it needed."""
    digests = {digest for (digest,) in connection.execute("SELECT digest FROM blob_uses WHERE session = ?", (session,))}
    connection.execute("DELETE FROM blob_uses WHERE session = ?", (session,))
    connection.execute("DELETE FROM events WHERE session = ?", (session,))
    return digests


def used(connection: sqlite3.Connection, digests: Iterable[str]) -> set[str]:
    """Those of `digests` that the events of some session need."""
    query = "SELECT 1 FROM blob_uses WHERE digest = ?"
    return {digest for digest in digests if connection.execute(query, (digest,)).fetchone()}

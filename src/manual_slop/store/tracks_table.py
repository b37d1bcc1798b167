"""Tracks on disk, as functions on an open transaction: their rows, events, commands, and what is to stop."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from manual_slop.store.sessions_table import microseconds, moment
from manual_slop.values.secrets import redactor
from manual_slop.values.tickets import TrackStatus
from manual_slop.values.track_events import RunStarted, TrackChanged, TrackEvent, TrackPlanned

DDL = """
CREATE TABLE tracks (
    id TEXT PRIMARY KEY,
    project TEXT NOT NULL,
    title TEXT NOT NULL,
    epic TEXT NOT NULL,
    status TEXT NOT NULL,
    opened INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    events INTEGER NOT NULL,               -- the number of the last one
    run TEXT NOT NULL DEFAULT '',          -- the last program that worked on it
    owner TEXT NOT NULL DEFAULT ''         -- who works on it now, if still alive
) STRICT, WITHOUT ROWID;
CREATE INDEX tracks_by_project ON tracks (project, changed);
CREATE TABLE track_events (
    track TEXT NOT NULL REFERENCES tracks (id),
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (track, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE track_commands (
    number INTEGER PRIMARY KEY,
    track TEXT NOT NULL REFERENCES tracks (id),
    at INTEGER NOT NULL,
    body TEXT NOT NULL,
    kind TEXT NOT NULL,
    ticket TEXT NOT NULL,
    outcome TEXT                           -- NULL until it was taken
) STRICT;
CREATE INDEX track_commands_waiting ON track_commands (track, number) WHERE outcome IS NULL;
CREATE TABLE track_stops (
    track TEXT NOT NULL REFERENCES tracks (id),
    ticket TEXT NOT NULL,                  -- empty: all that runs
    reason TEXT NOT NULL,
    PRIMARY KEY (track, ticket)
) STRICT, WITHOUT ROWID;
"""
"""Times are in microseconds since 1970."""

_SELECT = "SELECT id, project, title, epic, status, opened, changed, events, run, owner FROM tracks "


@dataclass(frozen=True, slots=True)
class TrackSummary:
    """A track in a list. `events` is the number of its last one; `run_id` the last program that worked on it.

    `running` says that this program still does. `project` is the absolute path of a folder.
    """

    id: str
    project: str
    title: str
    epic: str
    status: TrackStatus
    opened: datetime
    changed: datetime
    events: int
    run_id: str
    owner: str
    running: bool = False


def summary_of(connection: sqlite3.Connection, track_id: str) -> TrackSummary | None:
    """The row of a track, if there is one."""
    row = connection.execute(_SELECT + "WHERE id = ?", (track_id,)).fetchone()
    return _summary(row) if row else None


def summaries(connection: sqlite3.Connection, project: str | None) -> list[TrackSummary]:
    """Rows, the last changed first; those of one project where it is given."""
    query = _SELECT + "WHERE ?1 IS NULL OR project = ?1 ORDER BY changed DESC, id"
    return [_summary(row) for row in connection.execute(query, (project,))]


def after(summary: TrackSummary | None, track_id: str, event: TrackEvent, at: datetime) -> TrackSummary:
    """The row with one more event. Raises `LookupError` where there is none and this is no plan."""
    if isinstance(event, TrackPlanned):
        first = summary or TrackSummary(track_id, event.project, "", "", "planned", at, at, 0, "", "")
        named = replace(first, title=redactor.redact(event.title), epic=redactor.redact(event.epic))
        return replace(named, events=first.events + 1, changed=at)
    if summary is None:
        raise LookupError(track_id)
    summary = replace(summary, events=summary.events + 1, changed=max(at, summary.changed))
    if isinstance(event, TrackChanged):
        return replace(summary, status=event.status)
    return replace(summary, run_id=event.run_id) if isinstance(event, RunStarted) else summary


def keep(connection: sqlite3.Connection, summary: TrackSummary) -> None:
    """Write a row, new or changed; who works on it stays as it was."""
    connection.execute(
        "INSERT INTO tracks (id, project, title, epic, status, opened, changed, events, run) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET title = excluded.title, "
        "epic = excluded.epic, status = excluded.status, changed = excluded.changed, events = excluded.events, "
        "run = excluded.run",
        (
            *(_storable(text) for text in (summary.id, summary.project, summary.title, summary.epic)),
            *(summary.status, microseconds(summary.opened), microseconds(summary.changed), summary.events),
            summary.run_id,
        ),
    )


def put_events(connection: sqlite3.Connection, track_id: str, last: int, at: datetime, bodies: Iterable[str]) -> None:
    """Write events whose last one has the number `last`."""
    rows = [(track_id, microseconds(at), body) for body in bodies]
    first = last - len(rows) + 1
    connection.executemany(
        "INSERT INTO track_events (track, number, at, body) VALUES (?, ?, ?, ?)",
        ((track, number, when, body) for number, (track, when, body) in enumerate(rows, first)),
    )


def page(connection: sqlite3.Connection, track_id: str, after_number: int, limit: int) -> list[tuple[int, int, str]]:
    """Numbers, times and JSON of the next events behind a number."""
    query = "SELECT number, at, body FROM track_events WHERE track = ? AND number > ? ORDER BY number LIMIT ?"
    return list(connection.execute(query, (track_id, after_number, limit)))


def set_owner(connection: sqlite3.Connection, track_id: str, owner: str) -> None:
    """Say who works on a track; nobody does where it is empty."""
    connection.execute("UPDATE tracks SET owner = ? WHERE id = ?", (owner, track_id))


def move(connection: sqlite3.Connection, track_id: str, project: str) -> None:
    """The project folder of a track is elsewhere now."""
    connection.execute("UPDATE tracks SET project = ? WHERE id = ?", (_storable(project), track_id))


def put_command(connection: sqlite3.Connection, track_id: str, at: datetime, body: str, kind: str, ticket: str) -> int:
    """Write a command down; its number."""
    added = connection.execute(
        "INSERT INTO track_commands (track, at, body, kind, ticket) VALUES (?, ?, ?, ?, ?) RETURNING number",
        (track_id, microseconds(at), body, kind, ticket),
    )
    return int(added.fetchone()[0])


def waiting(connection: sqlite3.Connection, track_id: str) -> list[tuple[int, str]]:
    """Numbers and JSON of the commands nobody has taken, in order."""
    query = "SELECT number, body FROM track_commands WHERE track = ? AND outcome IS NULL ORDER BY number"
    return list(connection.execute(query, (track_id,)))


def answer(connection: sqlite3.Connection, number: int, outcome: str) -> bool:
    """A command is taken, and this came of it. False where it was taken before."""
    done = connection.execute(
        "UPDATE track_commands SET outcome = ? WHERE number = ? AND outcome IS NULL", (_storable(outcome), number)
    )
    return done.rowcount > 0


def outcome(connection: sqlite3.Connection, number: int) -> str | None:
    """What came of a command; `None` while nobody has taken it."""
    row = connection.execute("SELECT outcome FROM track_commands WHERE number = ?", (number,)).fetchone()
    return None if row is None else row[0]


def set_stop(connection: sqlite3.Connection, track_id: str, ticket: str, reason: str) -> None:
    """Ask a ticket's worker to stop, or all; an empty reason takes that back."""
    connection.execute("DELETE FROM track_stops WHERE track = ? AND ticket = ?", (track_id, ticket))
    if reason:
        connection.execute("INSERT INTO track_stops VALUES (?, ?, ?)", (track_id, ticket, _storable(reason)))


def stop_reason(connection: sqlite3.Connection, track_id: str, ticket: str) -> str:
    """Why a ticket's worker is to stop, from what the run or a person said; nothing where it may go on."""
    asked = connection.execute(
        "SELECT reason FROM track_stops WHERE track = ? AND ticket IN ('', ?)", (track_id, ticket)
    ).fetchone()
    if asked:
        return str(asked[0])
    told = connection.execute(
        "SELECT kind FROM track_commands WHERE track = ?1 AND outcome IS NULL "
        "AND (kind = 'stop' OR (kind = 'kill' AND ticket = ?2))",
        (track_id, ticket),
    ).fetchone()
    return "" if told is None else "stopped by a person" if told[0] == "stop" else "ended by a person"


def _summary(row: tuple[str, str, str, str, TrackStatus, int, int, int, str, str]) -> TrackSummary:
    track_id, project, title, epic, status, opened, changed, events, run, owner = row
    return TrackSummary(track_id, project, title, epic, status, moment(opened), moment(changed), events, run, owner)


def _storable(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")

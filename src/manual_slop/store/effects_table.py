"""Side effects in the database: each has its row before it begins, and its outcome when it ended."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import replace

from manual_slop.store import search_table, sessions_table
from manual_slop.store.codec_any import write_any
from manual_slop.store.codec_leaves import inline
from manual_slop.store.effects import Effect, Outcome, as_json, from_json
from manual_slop.store.journal import Entry
from manual_slop.store.sessions_table import microseconds, moment
from manual_slop.values.secrets import redactor

DDL = """
CREATE TABLE effects (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    key TEXT UNIQUE,                       -- NULL where any number may be alike
    session_id TEXT NOT NULL,
    owner TEXT NOT NULL,                   -- who runs it
    begun INTEGER NOT NULL,
    status TEXT NOT NULL,                  -- running, done, failed, unknown
    note TEXT NOT NULL DEFAULT '',
    body TEXT NOT NULL
);
CREATE INDEX effects_session ON effects (session_id);
CREATE INDEX effects_open ON effects (status) WHERE status IN ('running', 'unknown');
CREATE TABLE effect_blobs (
    effect INTEGER NOT NULL REFERENCES effects (number) ON DELETE CASCADE,
    digest TEXT NOT NULL,
    PRIMARY KEY (effect, digest)
) WITHOUT ROWID;
CREATE INDEX effect_blobs_digest ON effect_blobs (digest);
"""

_SELECT = "SELECT id, begun, status, note, owner, body FROM effects "
_OPEN = "WHERE status IN ('running', 'unknown') "


def insert(connection: sqlite3.Connection, entry: Entry, owner: str) -> None:
    """Write an effect down that is about to begin. Its paths can be searched for, where its session is known."""
    effect = entry.effect
    added = connection.execute(
        "INSERT INTO effects (id, key, session_id, owner, begun, status, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (entry.id, _key(effect.key), effect.session_id, owner, microseconds(entry.begun), "running", _body(effect)),
    )
    connection.executemany(
        "INSERT OR IGNORE INTO effect_blobs (effect, digest) VALUES (?, ?)",
        ((added.lastrowid, change.before.digest) for change in effect.changes if change.before),
    )
    session = sessions_table.summary_of(connection, effect.session_id) if effect.changes else None
    if session is not None:
        names = "\n".join(change.path for change in effect.changes)
        search_table.put(connection, session.key, session.events, entry.begun, "file", names)


def finish(connection: sqlite3.Connection, entry: Entry, outcome: Outcome, note: str, folders: tuple[str, ...]) -> None:
    """Write down how a running effect ended."""
    effect = replace(entry.effect, folders=folders) if folders else entry.effect
    connection.execute(
        "UPDATE effects SET status = ?, note = ?, body = ? WHERE id = ?",
        (outcome, _clean(note), _body(effect), entry.id),
    )


def by_id(connection: sqlite3.Connection, entry_id: str) -> tuple[Entry, str] | None:
    """An effect and who runs it."""
    return next(_read(connection.execute(_SELECT + "WHERE id = ?", (entry_id,))), None)


def by_key(connection: sqlite3.Connection, key: str) -> tuple[Entry, str] | None:
    """The effect of that key and who runs it."""
    found = connection.execute(_SELECT + "WHERE key = ?", (_key(key),)) if key else ()
    return next(_read(found), None)


def listed(connection: sqlite3.Connection, *, open_only: bool) -> list[tuple[Entry, str]]:
    """All, or those whose end nobody wrote down, the oldest first."""
    return list(_read(connection.execute(_SELECT + (_OPEN if open_only else "") + "ORDER BY number")))


def delete(connection: sqlite3.Connection, session_id: str) -> tuple[int, set[str]]:
    """Remove a session's effects; how many, and the digests of contents that undoing them needed."""
    query = "SELECT digest FROM effect_blobs JOIN effects ON number = effect WHERE session_id = ?"
    digests = {digest for (digest,) in connection.execute(query, (session_id,))}
    return connection.execute("DELETE FROM effects WHERE session_id = ?", (session_id,)).rowcount, digests


def used(connection: sqlite3.Connection, digests: Iterable[str]) -> set[str]:
    """Those of `digests` that some undo needs."""
    query = "SELECT 1 FROM effect_blobs WHERE digest = ?"
    return {digest for digest in digests if connection.execute(query, (digest,)).fetchone()}


def _read(rows: Iterable[tuple[str, int, str, str, str, str]]) -> Iterator[tuple[Entry, str]]:
    for entry_id, begun, status, note, owner, body in rows:
        known = status if status in {"running", "done", "failed"} else "unknown"
        yield Entry(entry_id, from_json(json.loads(body)), moment(begun), known, note), owner  # type: ignore[arg-type]


def _body(effect: Effect) -> str:
    return json.dumps(write_any(as_json(effect), inline), separators=(",", ":"))


def _key(key: str) -> str | None:
    return _clean(key) or None


def _clean(text: str) -> str:
    return redactor.redact(text).encode("utf-8", "backslashreplace").decode()

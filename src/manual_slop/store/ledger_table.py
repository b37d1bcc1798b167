"""The ledger on disk: one row a provider call, written with the event that tells of it, read by session and time."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from manual_slop.store import budget_nodes
from manual_slop.store.entry_rows import EntryRow, pack, unpack, utc_text
from manual_slop.values.ledger import UsageRecorded

DDL = """
CREATE TABLE price_lists (
    id INTEGER PRIMARY KEY,
    json TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE ledger (
    number INTEGER PRIMARY KEY,
    call_id TEXT NOT NULL UNIQUE,
    session_id TEXT NOT NULL,
    began_by TEXT NOT NULL,
    began TEXT,
    model TEXT NOT NULL,
    entry TEXT NOT NULL,
    lines TEXT NOT NULL,
    rates INTEGER NOT NULL REFERENCES price_lists (id)
) STRICT;
CREATE INDEX ledger_by_session ON ledger (session_id);
CREATE INDEX ledger_by_beginner ON ledger (began_by);
CREATE INDEX ledger_by_time ON ledger (began);
CREATE INDEX ledger_by_model ON ledger (model);
"""
"""A price list is kept once, however many calls it priced; `entry` and `lines` are as `entry_rows` packs them."""

_READ = "SELECT session_id, began_by, model, entry, lines, json FROM ledger JOIN price_lists ON id = rates"


def record(connection: sqlite3.Connection, entry: UsageRecorded) -> bool:
    """Enter a call, in the transaction that is open: its row, what it spent at each budget, and its reservation's end.

    A call that is there already (a fork holds the events of its origin) is not counted again. Returns whether it was
    new.
    """
    row = pack(entry)
    call_id = entry.call_id or _unnamed(entry)
    when = utc_text(entry.began or entry.ended)
    places = (call_id, row.session_id, row.began_by, when, row.model, row.packed, row.lines)
    added = connection.execute(
        "INSERT INTO ledger (call_id, session_id, began_by, began, model, entry, lines, rates)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (call_id) DO NOTHING",
        (*places, _price_list(connection, row.rates)),
    )
    new = added.rowcount > 0
    if new:
        budget_nodes.spend(connection, entry)
    budget_nodes.release(connection, call_id)
    return new


def read(
    connection: sqlite3.Connection,
    session_id: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    track: str | None = None,
) -> Iterator[UsageRecorded]:
    """The entries in the order they were made: of one session and those it began, of a track, or all.

    `since` ≤ began < `until`, where given.
    """
    conditions: list[str] = []
    values: list[str | None] = []
    if session_id is not None:
        conditions.append("(session_id = ? OR began_by = ?)")
        values += [session_id, session_id]
    for sign, limit in ((">=", since), ("<", until)):
        if limit is not None:
            conditions.append(f"began {sign} ?")
            values.append(utc_text(limit))
    if track is not None:
        conditions.append("instr(entry, ?)")  # that it stands somewhere; unpacked, it is seen where
        values.append(json.dumps(track))
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    known: dict[Any, Any] = {}
    for row in connection.execute(f"{_READ}{where} ORDER BY number", values):
        entry = unpack(EntryRow(*row), known)
        if track in (None, entry.origin.track):
            yield entry


def forget(connection: sqlite3.Connection, session_id: str) -> int:
    """Remove a session's own entries, in the transaction that is open; how many. What budgets counted stays counted."""
    return connection.execute("DELETE FROM ledger WHERE session_id = ?", (session_id,)).rowcount


def models_used(connection: sqlite3.Connection) -> list[str]:
    """The models that calls were made to, the most used first."""
    rows = connection.execute("SELECT model FROM ledger GROUP BY model ORDER BY COUNT(*) DESC, model")
    return [model for (model,) in rows]


def _price_list(connection: sqlite3.Connection, rates: str) -> int:
    found = connection.execute("SELECT id FROM price_lists WHERE json = ?", (rates,)).fetchone()
    if found is None:
        found = connection.execute("INSERT INTO price_lists (json) VALUES (?) RETURNING id", (rates,)).fetchone()
    return int(found[0])


def _unnamed(entry: UsageRecorded) -> str:
    """A name for a call that came without one: the same for the same call."""
    times = f"{utc_text(entry.began)}/{utc_text(entry.ended)}"
    return f"{entry.session_id}/{entry.turn_id}/{entry.model}/{times}/{entry.usage.total_tokens}"

"""What the database looks like: one migration a version, each done once and in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator

from manual_slop.store import (
    budget_nodes,
    drafts_table,
    effects_table,
    events_table,
    inbox_table,
    ledger_table,
    pace_table,
    search_table,
    sessions_table,
    tracks_table,
    wire_table,
)

Migration = str | Callable[[sqlite3.Connection], None]
"""SQL statements, or what is done to a connection inside a transaction."""

APPLICATION_ID = 0x4D534C70  # how a file says that it is ours

_FIRST = "\n".join(
    table.DDL
    for table in (
        sessions_table,
        events_table,
        drafts_table,
        effects_table,
        search_table,
        ledger_table,
        budget_nodes,
        wire_table,
        tracks_table,
        inbox_table,
        pace_table,
    )
)

MIGRATIONS: tuple[Migration, ...] = (_FIRST,)
"""A released one is never changed: what is different from then on is one more."""


def version(connection: sqlite3.Connection) -> int:
    """How many migrations the file has seen."""
    (number,) = connection.execute("PRAGMA user_version").fetchone()
    return int(number)


def migrate(connection: sqlite3.Connection, migrations: tuple[Migration, ...] = MIGRATIONS) -> None:
    """Do those that were not done yet. A migration that fails leaves the file as it was before it."""
    for number in range(version(connection), len(migrations)):
        connection.execute("BEGIN IMMEDIATE")
        try:
            _run(connection, migrations[number])
            connection.execute(f"PRAGMA user_version = {number + 1}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _run(connection: sqlite3.Connection, migration: Migration) -> None:
    if callable(migration):
        migration(connection)
        return
    for statement in _statements(migration):  # executescript would commit before it begins
        connection.execute(statement)


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""

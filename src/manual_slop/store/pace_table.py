"""How often a provider is called: each call takes the next moment that is free, whichever program makes it."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from manual_slop.store.database import Database

DDL = """
CREATE TABLE paces (
    provider TEXT PRIMARY KEY,
    next_call REAL NOT NULL,               -- seconds since 1970: when the next call may begin
    next_tokens REAL NOT NULL              -- and when there is room for tokens again
) STRICT, WITHOUT ROWID;
"""

_AHEAD = 3600.0  # seconds: a row that claims more is of a clock that was wrong


class PaceTable:
    """Who comes first is served first. Safe to use from several threads, and from several programs at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, provider: str, now: float, rpm: int | None, tpm: int | None, tokens: int) -> float:
        """Take the next moment for a call of so many tokens; in how many seconds that is.

        `rpm` and `tpm` are the calls and tokens that a minute has room for, `now` is in seconds since 1970.
        """

        def book(connection: sqlite3.Connection) -> float:
            query = "SELECT next_call, next_tokens FROM paces WHERE provider = ?"
            row = connection.execute(query, (provider,)).fetchone() or (0.0, 0.0)
            free = [at if at - now < _AHEAD else now for at in row]
            start = max(now, free[0] if rpm else now, free[1] if tpm else now)
            after = (start + 60.0 / rpm if rpm else free[0], start + 60.0 * tokens / tpm if tpm else free[1])
            connection.execute("INSERT OR REPLACE INTO paces VALUES (?, ?, ?)", (provider, *after))
            return start - now

        return self._database.write(book)

    def correct(self, provider: str, tpm: int, tokens: int) -> None:
        """A call used so many tokens more than it was taken to (fewer: below 0)."""
        self._database.write(
            lambda connection: connection.execute(
                "UPDATE paces SET next_tokens = next_tokens + ? WHERE provider = ?", (60.0 * tokens / tpm, provider)
            )
        )

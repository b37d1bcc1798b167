"""Where requests of any program wait for a person: asked by one, seen and answered by another, each answered once."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

from manual_slop.store.codec import as_plain, from_plain
from manual_slop.values.approval import Answer, Request

if TYPE_CHECKING:
    from manual_slop.store.database import Database

DDL = """
CREATE TABLE inbox (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    track TEXT NOT NULL,                   -- empty where no track asks
    digest TEXT NOT NULL,                  -- of the action as it stands here
    request TEXT NOT NULL,
    owner TEXT NOT NULL,                   -- who asks
    answer TEXT                            -- NULL while it waits
) STRICT;
CREATE INDEX inbox_waiting ON inbox (number) WHERE answer IS NULL;
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that waits. `digest` is to be given with the answer: it is that of what `request` shows."""

    request: Request
    digest: str
    track: str = ""


class InboxTable:
    """The requests in a database. Safe to use from several threads, and from several programs at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ask(self, request: Request, track: str = "") -> None:
        """Let a request wait, until it is answered or settled, or this process has ended."""
        body = json.dumps(as_plain(request))
        digest = _read(body).action.digest
        row = (request.id, track, digest, body, self._database.owners.me())
        self._database.write(
            lambda connection: connection.execute(
                "INSERT INTO inbox (id, track, digest, request, owner) VALUES (?, ?, ?, ?, ?)", row
            )
        )

    def pending(self, track: str | None = None) -> list[Asked]:
        """What waits, the oldest first; of one track where it is given. Those whose asker is gone wait no more."""
        query = "SELECT request, digest, track, owner FROM inbox WHERE answer IS NULL ORDER BY number"
        rows = self._rows(query)
        return [
            Asked(_read(body), digest, of)
            for body, digest, of, owner in rows
            if track in (None, of) and self._database.owners.alive(owner)
        ]

    def answer(self, request_id: str, digest: str, answer: Answer) -> bool:
        """Answer a request. False, and nothing happens, when it waits no more or `digest` is not its own."""
        body = json.dumps(as_plain(answer))

        def put(connection: sqlite3.Connection) -> bool:
            owner = connection.execute("SELECT owner FROM inbox WHERE id = ?", (request_id,)).fetchone()
            if owner is None or not self._database.owners.alive(owner[0]):
                return False
            query = "UPDATE inbox SET answer = ? WHERE id = ? AND digest = ? AND answer IS NULL"
            return connection.execute(query, (body, request_id, digest)).rowcount > 0

        return self._database.write(put)

    def answered(self, request_id: str) -> Answer | None:
        """The answer to a request, if there is one."""
        rows = self._rows("SELECT answer FROM inbox WHERE id = ? AND answer IS NOT NULL", request_id)
        return from_plain(Answer, json.loads(rows[0][0])) if rows else None

    def settle(self, request_id: str, answer: Answer) -> None:
        """It waits no more: this is what came of it, whatever was answered meanwhile."""
        body = json.dumps(as_plain(answer))
        self._database.write(
            lambda connection: connection.execute("UPDATE inbox SET answer = ? WHERE id = ?", (body, request_id))
        )

    def _rows(self, query: str, *values: str) -> list[tuple[str, ...]]:
        if self._database.path is None:  # a reader in memory would see what is half written
            return self._database.write(lambda connection: connection.execute(query, values).fetchall())
        with self._database.reading() as connection:
            return connection.execute(query, values).fetchall()


def _read(body: str) -> Request:
    request: Request = from_plain(Request, json.loads(body))
    return request

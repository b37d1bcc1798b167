"""Everything that outlives the process, in one place: sessions and their events, effects, contents, words to find."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from manual_slop.store import (
    drafts_table,
    effects_table,
    events_table,
    ledger_table,
    search_table,
    sessions_table,
    wire_table,
)
from manual_slop.store.appending import Appending
from manual_slop.store.blobs import Blobs, MemoryBlobs
from manual_slop.store.budget_table import BudgetTable
from manual_slop.store.codec import decode
from manual_slop.store.database import Database
from manual_slop.store.drafts_table import Draft
from manual_slop.store.errors import StoreError
from manual_slop.store.inbox_table import InboxTable
from manual_slop.store.pace_table import PaceTable
from manual_slop.store.search_table import Hit
from manual_slop.store.sessions_table import SessionSummary
from manual_slop.store.store_journal import StoreJournal
from manual_slop.store.tracks import Tracks
from manual_slop.store.wire_log import WireLog
from manual_slop.values.envelope import Envelope
from manual_slop.values.events import Event
from manual_slop.values.ledger import UsageRecorded

_PAGE = 500  # events read at once


@dataclass(frozen=True, slots=True)
class Deleted:
    """What went with a session: its events, the effects that can be undone no more, and the bytes of its contents."""

    events: int
    effects: int
    blobs: int
    bytes: int


class Store:
    """The sessions of a person. Safe to use from several threads, and from several programs at once.

    `journal` has the side effects, `budgets` the limits on spending, `blobs` pictures and long contents, `tracks` the
    conductor's work, `inbox` what waits for a person, `paces` when providers may be called, `database` all
    tables.
    """

    def __init__(self, database: Database, blobs: Blobs) -> None:
        self.database = database
        self.blobs = blobs
        self.journal = StoreJournal(database, blobs)
        self.wire = WireLog(database)
        self.budgets = BudgetTable(database)
        self.tracks = Tracks(database)
        self.inbox = InboxTable(database)
        self.paces = PaceTable(database)
        self._appending = Appending(database, blobs)

    @classmethod
    def open(cls, folder: Path | None) -> Store:
        """The store of a data folder, made where there is none; `None`: one in memory. Raises `StoreError`."""
        if folder is None:
            return cls(Database.open(None), MemoryBlobs())
        return cls(Database.open(folder / "sessions.db"), Blobs(folder / "blobs"))

    def append(self, session_id: str, events: Sequence[Event], wait: bool = True) -> None:
        """Add events to a session, which begins with the first; on the disk on return where it is to `wait`.

        Raises `StoreError` where they could not be written: they are kept (`unsaved`), and written before the next
        ones as soon as that is possible. Raises `ValueError` for an event that can never be written.
        """
        self._appending.append(session_id, events, wait=wait)

    def unsaved(self, session_id: str | None = None) -> list[Envelope]:
        """Events that are only in memory because they could not be written, numbered from 1 for each session."""
        return self._appending.unsaved(session_id)

    def envelopes(
        self, session_id: str, after: int = 0, types: Collection[type[Event]] | None = None
    ) -> Iterator[Envelope]:
        """The events of a session behind a number, in order; only those of certain types where they are given."""
        names = None if types is None else [one.__name__ for one in types]
        while True:
            with self.database.reading() as connection:
                rows = events_table.page(connection, session_id, after, names, _PAGE)
            for number, at, body in rows:
                yield Envelope(session_id, number, at, decode(body, self.blobs.get))
            if len(rows) < _PAGE:
                return
            after = rows[-1][0]

    def sessions(self, limit: int = -1, *, project: str | None = None, offset: int = 0) -> list[SessionSummary]:
        """Sessions, the last changed first; those of one project folder where it is given."""
        with self.database.reading() as connection:
            found = list(sessions_table.summaries(connection, limit, project, offset))
        return [self._seen(summary) for summary in found]

    def summary(self, session_id: str) -> SessionSummary:
        """What a list shows of one session. Raises `StoreError` where there is none of that id."""
        with self.database.reading() as connection:
            found = sessions_table.summary_of(connection, session_id)
        if found is None:
            raise StoreError(f"there is no session {session_id}: `manual-slop sessions list` shows them", "missing")
        return self._seen(found)

    def find(self, prefix: str) -> str:
        """The id that begins so; for `last`, that of the session changed last. Raises `StoreError` unless it is one."""
        with self.database.reading() as connection:
            if prefix == "last":
                newest = sessions_table.newest(connection)
                found = [newest] if newest else []
            else:
                found = list(sessions_table.matching(connection, prefix)) if prefix else []
        if len(found) == 1:
            return found[0]
        told = f"several sessions begin with {prefix}: type more of the id" if found else _none_like(prefix)
        raise StoreError(f"{told}; `manual-slop sessions list` shows them", "missing")

    def search(self, words: str, limit: int = 50, *, session_id: str | None = None) -> list[Hit]:
        """Where all these words stand, or words that begin so, the newest first; in one session where it is given."""
        with self.database.reading() as connection:
            return search_table.find(connection, words, limit, session_id)

    def draft(self, session_id: str, turn_id: str, text: str, reasoning: str = "") -> Future[None]:
        """Write down what has streamed so far of a message, in place of what had before. Not waited for."""
        draft = Draft(turn_id, datetime.now(UTC), text, reasoning)
        return self.database.submit(lambda connection: drafts_table.put(connection, session_id, draft))

    def drafts(self, session_id: str) -> list[Draft]:
        """What had streamed of messages whose end never came."""
        with self.database.reading() as connection:
            return drafts_table.of_session(connection, session_id)

    def restore(self, envelopes: Iterable[Envelope], session_id: str) -> int:
        """Make a session of events from elsewhere, with their times; how many. All of it or nothing.

        Raises `StoreError` where there is a session of that id.
        """
        return self._appending.restore(session_id, envelopes)

    def ledger(
        self,
        session_id: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        *,
        track: str | None = None,
    ) -> Iterator[UsageRecorded]:
        """The provider calls in the order they were made: of a session and those it began, of a track, or all.

        `since` ≤ began < `until`, where given. Raises `StoreError`.
        """
        with self.database.reading() as connection:
            yield from ledger_table.read(connection, session_id, since, until, track)

    def models_used(self) -> list[str]:
        """The models that were called, the most used first."""
        with self.database.reading() as connection:
            return ledger_table.models_used(connection)

    def claim(self, session_id: str) -> None:
        """Go on with a session alone, until `release` or the end of the process. Raises `StoreError` if not alone."""

        def take(connection: sqlite3.Connection) -> None:
            summary = sessions_table.summary_of(connection, session_id)
            if summary and summary.owner and self.database.owners.alive(summary.owner):
                raise StoreError(
                    f"session {session_id[:8]} is in use by another program, or twice by this one: end it there first",
                    "locked",
                )
            if summary is None:
                sessions_table.make(connection, session_id, datetime.now(UTC))
            sessions_table.set_owner(connection, session_id, self.database.owners.me())

        self.database.write(take)

    def release(self, session_id: str) -> None:
        """Let others go on with a session."""
        self.database.write(lambda connection: sessions_table.set_owner(connection, session_id, ""))

    def delete(self, session_id: str) -> Deleted:
        """Remove a session with its drafts, effects, words, and the contents that nothing else needs.

        Raises `StoreError` where there is none, and while a program is working on it.
        """
        summary = self.summary(session_id)

        def remove(connection: sqlite3.Connection) -> tuple[set[str], int]:
            now = sessions_table.summary_of(connection, session_id) or summary
            if now.owner and self.database.owners.alive(now.owner):
                raise StoreError(f"session {session_id[:8]} is in use: end it first", "locked")
            return self._remove(connection, now)

        digests, effects = self.database.write(remove)
        gone = self.database.write(lambda connection: self._drop(connection, digests))
        self.database.shrink()
        return Deleted(summary.events, effects, len(gone), sum(gone))

    @property
    def closed(self) -> bool:
        """Whether it can be used no more."""
        return self.database.closed

    def close(self, patience: float | None = None) -> None:
        """Write what waits and let go of everything, or give up after so many seconds. May be called twice."""
        self.database.close(patience)

    def _seen(self, summary: SessionSummary) -> SessionSummary:
        alive = bool(summary.owner) and self.database.owners.alive(summary.owner)
        return replace(summary, interrupted=summary.interrupted and not alive)

    def _remove(self, connection: sqlite3.Connection, summary: SessionSummary) -> tuple[set[str], int]:
        """Remove the rows of a session; the contents they needed, and how many effects there were."""
        effects, digests = effects_table.delete(connection, summary.id)
        digests |= events_table.delete(connection, summary.key)
        drafts_table.delete(connection, summary.key)
        search_table.delete(connection, summary.key)
        wire_table.delete(connection, summary.id)
        sessions_table.delete(connection, summary.key)
        return digests, effects

    def _drop(self, connection: sqlite3.Connection, digests: set[str]) -> list[int]:
        """Remove contents that nothing needs, while nobody else can begin to; their sizes."""
        needed = events_table.used(connection, digests) | effects_table.used(connection, digests)
        sizes = []
        for digest in digests - needed:
            sizes.append(self.blobs.size(digest))
            self.blobs.remove(digest)
        return sizes


def _none_like(prefix: str) -> str:
    return "there is no session yet" if prefix == "last" else f"no session begins with {prefix!r}"

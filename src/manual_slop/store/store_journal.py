"""The journal of side effects that all programs of one person share: in the database."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from manual_slop.store import effects_table
from manual_slop.store.blobs import Blobs
from manual_slop.store.database import Database
from manual_slop.store.effects import Effect, Outcome
from manual_slop.store.errors import StoreError
from manual_slop.store.journal import AlreadyBegunError, Entry, Journal, JournalError, new_entry

T = TypeVar("T")


class StoreJournal(Journal):
    """Effects in a database. One that another living program runs is `running`; where that program died, `unknown`.

    Where `blobs` are given, an effect is not begun unless what undoing it needs is among them.
    """

    def __init__(self, database: Database, blobs: Blobs | None = None) -> None:
        self._database = database
        self._blobs = blobs

    def intend(self, effect: Effect) -> str:
        """See `Journal.intend`."""
        entry = new_entry(effect)

        def begin(connection: sqlite3.Connection) -> None:
            earlier = effects_table.by_key(connection, effect.key)
            if earlier:
                raise AlreadyBegunError(self._seen(*earlier))
            self._check_contents(effect)
            effects_table.insert(connection, entry, self._database.owners.me())

        self._write(begin)
        return entry.id

    def finish(self, entry_id: str, outcome: Outcome, note: str = "", folders: tuple[str, ...] = ()) -> None:
        """See `Journal.finish`."""

        def end(connection: sqlite3.Connection) -> None:
            found = effects_table.by_id(connection, entry_id)
            if found is None or found[0].status != "running":
                raise LookupError(f"no effect {entry_id} is running")
            effects_table.finish(connection, found[0], outcome, note, folders)

        self._write(end)

    def entries(self) -> tuple[Entry, ...]:
        """See `Journal.entries`."""
        return self._listed(open_only=False)

    def unknown(self) -> tuple[Entry, ...]:
        """See `Journal.unknown`."""
        return tuple(entry for entry in self._listed(open_only=True) if entry.status == "unknown")

    def _listed(self, *, open_only: bool) -> tuple[Entry, ...]:
        try:
            with self._database.reading() as connection:
                found = effects_table.listed(connection, open_only=open_only)
        except StoreError as error:
            raise JournalError(f"the journal cannot be read: {error}") from None
        return tuple(self._seen(entry, owner) for entry, owner in found)

    def _seen(self, entry: Entry, owner: str) -> Entry:
        lost = entry.status == "running" and not self._database.owners.alive(owner)
        return replace(entry, status="unknown") if lost else entry

    def _check_contents(self, effect: Effect) -> None:
        """Also inside the transaction, because deleting a session removes contents that nobody needs yet."""
        for change in effect.changes if self._blobs else ():
            if self._blobs and change.before and not self._blobs.has(change.before.digest):
                raise JournalError(f"the old content of {change.path} was not kept: try again")

    def _write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return self._database.write(work)
        except (StoreError, OSError) as error:
            raise JournalError(f"the journal cannot be written: {error}") from None

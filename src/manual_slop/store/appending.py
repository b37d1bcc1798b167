"""How events get into the log: in order, whole batches at once, and again when they could not be written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime

from manual_slop.store import events_table, sessions_table
from manual_slop.store.blobs import BlobError, Blobs
from manual_slop.store.database import Database
from manual_slop.store.errors import StoreError
from manual_slop.store.outbox import Outbox, Waiting
from manual_slop.values.envelope import Envelope
from manual_slop.values.events import Event


class Appending:
    """Writes events to one database, their contents to `blobs`. Safe to use from several threads."""

    def __init__(self, database: Database, blobs: Blobs) -> None:
        self._database = database
        self._blobs = blobs
        self._outbox = Outbox()

    def append(self, session_id: str, events: Sequence[Event], *, wait: bool) -> None:
        """See `Store.append`."""
        trouble = self._outbox.add(session_id, events, datetime.now(UTC), self._blobs)
        delivery = _Delivery(session_id, self._outbox, self._blobs)
        future = self._database.submit(delivery.run)
        future.add_done_callback(delivery.after)
        if trouble is not None and not wait:
            raise StoreError(f"{trouble}: make room; what could not be written is kept in memory", "full")
        if wait:
            future.result()

    def unsaved(self, session_id: str | None) -> list[Envelope]:
        """See `Store.unsaved`."""
        waiting = self._outbox.listed(session_id)
        return [
            Envelope(one, number, event.at, event.event)
            for one, events in waiting.items()
            for number, event in enumerate(events, 1)
        ]

    def restore(self, session_id: str, envelopes: Iterable[Envelope]) -> int:
        """See `Store.restore`."""
        coming = [Waiting(0, envelope.event, envelope.at) for envelope in envelopes]

        def write(connection: sqlite3.Connection) -> int:
            if sessions_table.summary_of(connection, session_id) is not None:
                raise StoreError(f"there is a session {session_id[:8]} already", "other")
            return events_table.append(connection, session_id, [one.ready(self._blobs) for one in coming])

        try:
            return self._database.write(write)
        except BlobError as error:
            raise StoreError(str(error), "full") from None


class _Delivery:
    """What waits of one session, written in one piece."""

    def __init__(self, session_id: str, outbox: Outbox, blobs: Blobs) -> None:
        self._session_id = session_id
        self._outbox = outbox
        self._blobs = blobs
        self._taken: list[Waiting] = []

    def run(self, connection: sqlite3.Connection) -> None:
        """Write it. What fails waits again, so that nothing later of that session goes before it."""
        self._give_up()
        self._taken = self._outbox.take(self._session_id)
        try:
            rows = [one.ready(self._blobs) for one in self._taken]
            events_table.append(connection, self._session_id, rows)
        except BlobError as error:
            self._give_up()
            raise StoreError(f"{error}: make room; what could not be written is kept in memory", "full") from None
        except BaseException:
            self._give_up()
            raise

    def after(self, future: Future[None]) -> None:
        """The transaction is over."""
        if future.cancelled() or future.exception() is not None:
            self._give_up()

    def _give_up(self) -> None:
        self._outbox.put_back(self._session_id, self._taken)
        self._taken = []

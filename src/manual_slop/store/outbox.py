"""Events on their way to the disk, in order: those that could not be written wait, and go before any later ones."""

from __future__ import annotations

import bisect
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from manual_slop.store.blobs import BlobError, Blobs
from manual_slop.store.codec import encode
from manual_slop.store.events_table import Row
from manual_slop.values.events import Event


@dataclass(order=True, slots=True)
class Waiting:
    """An event that is not on the disk yet. `order` counts all of the process, `row` is there once it is encoded."""

    order: int
    event: Event = field(compare=False)
    at: datetime = field(compare=False)
    row: Row | None = field(default=None, compare=False)

    def ready(self, blobs: Blobs) -> Row:
        """The event as it is written, its contents kept. Raises `BlobError`, and `ValueError` for what cannot be."""
        if self.row is None or not all(map(blobs.has, self.row.digests)):
            digests: list[str] = []

            def keep(data: bytes) -> str:
                digests.append(blobs.put(data))
                return digests[-1]

            self.row = Row(self.event, self.at, encode(self.event, keep), tuple(digests))
        return self.row


class Outbox:
    """What waits, by session. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0
        self._waiting: dict[str, list[Waiting]] = {}

    def add(self, session_id: str, events: Iterable[Event], at: datetime, blobs: Blobs) -> BlobError | None:
        """Let events wait behind those that do already; why their contents cannot be kept at the moment, if so.

        Raises `ValueError` for an event that can never be written; then none is added.
        """
        trouble = None
        added = [Waiting(0, event, at) for event in events]
        for one in added:
            try:
                one.ready(blobs)
            except BlobError as error:
                trouble = error
        with self._lock:
            for one in added:
                self._count += 1
                one.order = self._count
            self._waiting.setdefault(session_id, []).extend(added)
        return trouble

    def take(self, session_id: str) -> list[Waiting]:
        """All of a session, to be written now."""
        with self._lock:
            return self._waiting.pop(session_id, [])

    def put_back(self, session_id: str, taken: Iterable[Waiting]) -> None:
        """They were not written after all."""
        with self._lock:
            waiting = self._waiting.setdefault(session_id, [])
            for one in taken:
                bisect.insort(waiting, one)
            if not waiting:
                del self._waiting[session_id]

    def listed(self, session_id: str | None) -> dict[str, list[Waiting]]:
        """What waits now, of one session or of all."""
        with self._lock:
            chosen = self._waiting if session_id is None else {session_id: self._waiting.get(session_id, [])}
            return {one: list(waiting) for one, waiting in chosen.items() if waiting}

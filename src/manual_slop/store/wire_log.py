"""The wire log: every provider call of the recorded sessions, kept in passing and read back for a replay."""

from __future__ import annotations

import threading
from collections import OrderedDict
from concurrent.futures import Future, wait
from datetime import datetime
from typing import TYPE_CHECKING

from manual_slop.store import wire_table
from manual_slop.store.wire_table import LONGEST_CHAIN, Base, pack
from manual_slop.values.wire import WireCall, WireHead

if TYPE_CHECKING:
    import sqlite3

    from manual_slop.store.database import Database

_SESSIONS = 16  # whose last request is remembered, so that the next one is kept as what is new in it


class WireLog:
    """The table `wire` of a database. Safe to use from several threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._bases: OrderedDict[str, Base] = OrderedDict()
        self._latest: Future[None] | None = None

    def keep(self, call: WireCall) -> Future[None]:
        """Keep a call, without waiting until it is on the disk. Raises `StoreError` where nothing can be written."""
        row = pack(call, self._base(call))

        def write(connection: sqlite3.Connection) -> None:
            if not wire_table.insert(connection, row):  # what it builds on was not kept
                wire_table.insert(connection, pack(call))

        self._remember(call, row.base)
        self._latest = self._database.submit(write)
        return self._latest

    def calls(self, session_id: str) -> list[WireCall]:
        """The calls of a session, in their order. Raises `StoreError`."""
        self._settle()
        with self._database.reading() as connection:
            return list(wire_table.read(connection, session_id))

    def heads(self, session_id: str, after: int = 0) -> list[WireHead]:
        """The same without bodies, from behind a number on: quick, however much was sent. Raises `StoreError`."""
        self._settle()
        with self._database.reading() as connection:
            return list(wire_table.heads(connection, session_id, after))

    def call(self, session_id: str, call_id: str) -> WireCall | None:
        """One call, if it was kept. Raises `StoreError`."""
        self._settle()
        with self._database.reading() as connection:
            return wire_table.read_one(connection, session_id, call_id)

    def older(self, before: datetime) -> int:
        """How many calls `prune` would forget. Raises `StoreError`."""
        with self._database.reading() as connection:
            return wire_table.older(connection, before)

    def prune(self, before: datetime) -> int:
        """Forget the calls of sessions that made none since `before` (UTC), and only those; how many. `StoreError`."""
        with self._lock:
            self._bases.clear()
        return self._database.write(lambda connection: wire_table.prune(connection, before))

    def _settle(self) -> None:
        """Wait for what is being written."""
        if self._latest is not None:
            wait([self._latest])

    def _base(self, call: WireCall) -> Base | None:
        with self._lock:
            base = self._bases.get(call.session_id)
        return base if base is not None and base.depth < LONGEST_CHAIN else None

    def _remember(self, call: WireCall, built_on: str) -> None:
        if call.request is None:
            return
        with self._lock:
            last = self._bases.pop(call.session_id, None)
            depth = last.depth + 1 if last and built_on else 1
            self._bases[call.session_id] = Base(call.call_id, call.request.body, depth)
            if len(self._bases) > _SESSIONS:
                self._bases.popitem(last=False)

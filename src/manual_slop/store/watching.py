"""Notices that some program has written to the store, so that nobody has to be told."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress

from manual_slop.store.database import Database
from manual_slop.store.errors import StoreError

PAUSE = 0.03  # seconds between two looks


class Watch:
    """Says whether anything was written since it was last asked. For one thread at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection = database.watcher()
        self._seen = -1

    def changed(self) -> bool:
        """Whether there was, or this is the first time. Raises `StoreError` where that cannot be told any more."""
        if self._database.closed:
            raise StoreError("the store is closed", "closed")
        try:
            (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        except sqlite3.Error as error:
            raise StoreError(f"the store cannot be watched: {error}", "closed") from None
        changed, self._seen = version != self._seen, version
        return bool(changed)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


class Watcher:
    """A thread that calls listeners whenever something was written by anybody, within `pause` seconds."""

    def __init__(self, database: Database, pause: float = PAUSE) -> None:
        self._watch = Watch(database)
        self._pause = pause
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._listeners: tuple[Callable[[], None], ...] = ()
        self._thread = threading.Thread(target=self._run, name="store watcher", daemon=True)
        self._thread.start()

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` after every change, on the watcher's thread. Returns what ends that."""
        with self._lock:
            self._listeners = (*self._listeners, listener)

        def forget() -> None:
            with self._lock:
                self._listeners = tuple(one for one in self._listeners if one is not listener)

        return forget

    def close(self) -> None:
        """No listener is called any more."""
        self._over.set()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        with suppress(StoreError):  # the store was closed: nothing more will be written
            while not self._over.wait(self._pause):
                if self._watch.changed():
                    for listener in self._listeners:
                        listener()
        self._watch.close()

"""One SQLite file: a thread that writes for everybody, and readers that never wait for it."""

from __future__ import annotations

import atexit
import os
import sqlite3
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from manual_slop.store.errors import StoreError, explained
from manual_slop.store.opening import connect, connect_uri, prepare
from manual_slop.store.owners import Owners
from manual_slop.store.schema import MIGRATIONS, Migration, migrate
from manual_slop.store.writer import Writer

T = TypeVar("T")
_PATIENCE = 30.0  # seconds
_IDLE = 8  # readers kept for the next one


class Database:
    """A database with its writer thread. Safe to use from several threads, its file from several processes.

    Nothing else may open the file, or those beside it of the same name, in a process that has it open here: closing
    them would let go of SQLite's locks.
    """

    def __init__(
        self, path: Path | None, migrations: tuple[Migration, ...] = MIGRATIONS, *, patience: float = _PATIENCE
    ) -> None:
        """Open it; see `open`. `patience` is how many seconds to wait for another process that writes."""
        self.path = path
        self._patience = patience
        self.owners = Owners(None if path is None else path.parent / "owners")
        self._memory = "" if path else f"file:{uuid.uuid4().hex}?mode=memory&cache=shared"
        self._idle: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self.closed = False
        self._connection = self._first(migrations)
        self._file = self._identity()
        self._writer = Writer(self._connection, lambda error: explained(error, path), self._still_there)
        atexit.register(self.close)

    @classmethod
    def open(cls, path: Path | None) -> Database:
        """The database in that file, made or brought up to date as needed; `None`: in memory, gone when it is closed.

        Raises `StoreError`.
        """
        return cls(path)

    @property
    def broken(self) -> StoreError | None:
        """Why nothing more can be written by this process, if so."""
        return self._writer.broken

    def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do `work` and return what it returns, when that is on the disk.

        It runs on the writer's thread, together with others in one transaction, but fails for itself alone; and it may
        be run a second time. What it raises is raised here, SQLite's errors as `StoreError`.
        """
        if self._writer.here():
            raise RuntimeError("work that is being written cannot wait for other work")
        return self.submit(work).result()

    def submit(self, work: Callable[[sqlite3.Connection], T]) -> Future[T]:
        """The same without waiting. Raises `StoreError` where nothing can be written at all."""
        return self._writer.submit(work)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that reads, and sees one moment of the database all the while. Raises `StoreError`."""
        try:
            connection = self._reader()
            try:
                connection.execute("BEGIN")
                yield connection
            finally:
                self._give_back(connection)
        except sqlite3.Error as error:
            raise explained(error, self.path) from None

    def watcher(self) -> sqlite3.Connection:
        """A connection to tell by that somebody wrote; whoever asks for it closes it. Raises `StoreError`."""
        try:
            return self._reader(fresh=True)
        except sqlite3.Error as error:
            raise explained(error, self.path) from None

    def check(self) -> str:
        """What is wrong with the file; empty where nothing is. Reads all of it. Raises `StoreError`."""
        with self.reading() as connection:
            found = [str(line) for (line,) in connection.execute("PRAGMA quick_check(20)")]
        return "" if found == ["ok"] else "; ".join(found)

    def shrink(self) -> None:
        """Write what is in the log beside the file into the file, and empty that log, if no reader is in the way."""
        if self.path is None:
            return
        try:
            with closing(connect(self.path, patience=self._patience)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except sqlite3.Error as error:
            raise explained(error, self.path) from None

    def close(self, patience: float | None = None) -> None:
        """Write what waits, and let go of the file. May be called twice.

        With `patience`, what is not written after so many seconds is left, and the file with it.
        """
        with self._lock:
            if self.closed:
                return
            self.closed = True
        atexit.unregister(self.close)
        if not self._writer.close(patience):
            return
        self.owners.leave()
        for reader in self._idle:
            reader.close()
        self._connection.close()

    def _first(self, migrations: tuple[Migration, ...]) -> sqlite3.Connection:
        """The writer's connection, to a database that is ready."""
        try:
            if self.path is None:
                connection = connect_uri(self._memory, patience=self._patience, read_only=False)
                migrate(connection, migrations)
                return connection
            prepare(self.path, migrations)
            self.owners.clear()
            return connect(self.path, patience=self._patience)
        except sqlite3.Error as error:
            raise explained(error, self.path) from None

    def _reader(self, *, fresh: bool = False) -> sqlite3.Connection:
        with self._lock:
            if self.closed:
                raise StoreError("the store is closed", "closed")
            if self._idle and not fresh:
                return self._idle.pop()
        if self.path is not None:
            return connect(self.path, patience=self._patience, read_only=True)
        connection = connect_uri(self._memory, patience=self._patience, read_only=True)
        # In memory a reader would hold up the writer; there it sees what is being written instead.
        connection.execute("PRAGMA read_uncommitted = ON")
        return connection

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with suppress(sqlite3.Error):
            connection.rollback()
        with self._lock:
            if not self.closed and len(self._idle) < _IDLE:
                self._idle.append(connection)
                return
        connection.close()

    def _identity(self) -> tuple[int, int] | None:
        if self.path is None:
            return None
        try:
            found = os.stat(self.path)  # noqa: PTH116  # once a transaction
        except OSError:
            return (0, 0)
        return found.st_dev, found.st_ino

    def _still_there(self) -> None:
        """SQLite would go on writing to a file that was deleted, and nobody would ever read it."""
        if self._identity() != self._file:
            raise StoreError(
                f"{self.path} was moved, deleted or replaced while it was in use: nothing more is written to it. "
                "Put it back, or export what is not saved, and start the program again",
                "broken",
            )

"""The one thread that writes: what waits is done in one transaction, and told as done when that is on the disk."""

from __future__ import annotations

import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from manual_slop.store.errors import StoreError

T = TypeVar("T")
Explain = Callable[[sqlite3.Error], StoreError]

_GROUP = 512  # jobs in one transaction at most


@dataclass(slots=True)
class _Job:
    work: Callable[[sqlite3.Connection], Any]
    future: Future[Any] = field(default_factory=Future)
    value: Any = None
    error: BaseException | None = None

    def tell(self) -> None:
        """Whoever waits for it goes on."""
        if self.error is None:
            self.future.set_result(self.value)
        else:
            self.future.set_exception(self.error)


class _GroupLost(Exception):
    """SQLite gave up the whole transaction because of one job."""

    def __init__(self, error: sqlite3.Error) -> None:
        self.error = error


class Writer:
    """Jobs for one connection, in the order they come. `check` is asked before each transaction."""

    def __init__(self, connection: sqlite3.Connection, explain: Explain, check: Callable[[], None]) -> None:
        self._connection = connection
        self._explain = explain
        self._check = check
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._gate = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="store writer", daemon=True)
        self.broken: StoreError | None = None
        self._thread.start()

    def submit(self, work: Callable[[sqlite3.Connection], T]) -> Future[T]:
        """Have it done. It may be run twice: what a first try did to the database is undone then."""
        job = _Job(work)
        with self._gate:
            if self._closed:
                raise StoreError("the store is closed", "closed")
            if self.broken:
                raise self.broken.again()
            self._jobs.put(job)
        return job.future

    def here(self) -> bool:
        """Whether this is the thread that writes."""
        return threading.current_thread() is self._thread

    def close(self, patience: float | None = None) -> bool:
        """Do what waits, and no more; whether all of it was done within so many seconds."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._jobs.put(None)
        self._thread.join(patience)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while jobs := self._next_group():
            chosen = [job for job in jobs if job.future.set_running_or_notify_cancel()]
            if chosen:
                self._do(chosen)
            del jobs, chosen  # what they hold is not kept until something else is written

    def _next_group(self) -> list[_Job]:
        """Those that wait, at least one; none when it is over."""
        group: list[_Job] = []
        job = self._jobs.get()
        while job is not None:
            group.append(job)
            if len(group) == _GROUP:
                return group
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return group
        self._jobs.put(None)
        return group

    def _do(self, jobs: list[_Job]) -> None:
        try:
            self._attempt(jobs)
        except StoreError as error:
            if error.trouble == "full" and len(jobs) > 1:
                for job in jobs:  # a small one may fit where all of them do not
                    self._do([job])
                return
            if error.trouble == "broken":
                self.broken = error
            for job in jobs:
                job.error = error.again()
        for job in jobs:
            job.tell()

    def _attempt(self, jobs: list[_Job]) -> None:
        """All in one transaction. Raises `StoreError` where that failed, and then none of them is done."""
        if self.broken:
            raise self.broken
        try:
            self._check()
            self._connection.execute("BEGIN IMMEDIATE")
            for job in jobs:
                self._one(job)
            self._connection.execute("COMMIT")
        except _GroupLost as lost:
            raise self._explain(lost.error) from None
        except sqlite3.Error as error:
            with suppress(sqlite3.Error):
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
            raise self._explain(error) from None

    def _one(self, job: _Job) -> None:
        """A job that fails takes nothing else with it."""
        self._connection.execute("SAVEPOINT job")
        job.value = job.error = None
        try:
            job.value = job.work(self._connection)
        except Exception as error:  # noqa: BLE001  # it is raised where the job came from
            if not self._connection.in_transaction and isinstance(error, sqlite3.Error):
                raise _GroupLost(error) from None
            job.error = self._explain(error) if isinstance(error, sqlite3.Error) else error
            self._connection.execute("ROLLBACK TO job")
        self._connection.execute("RELEASE job")

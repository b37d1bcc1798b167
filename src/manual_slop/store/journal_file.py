"""The journal as a file of JSON lines that any number of processes may write to at once."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from manual_slop.store.effects import Effect, Outcome, as_json, from_json
from manual_slop.store.file_lock import locked
from manual_slop.store.journal import Book, Entry, Journal, JournalError, new_entry

_MODE = 0o600
_FLAGS = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_LONGEST = 16 * 1024 * 1024  # bytes of one line
_TAIL = 64 * 1024
_SYNC: Callable[[int], None] = getattr(os, "fdatasync", os.fsync)

Write = Callable[[int, bytes], int]


class JsonlJournal(Journal):
    """One line an effect and one line its outcome, each on the disk before the call returns.

    A line that was cut off by a crash is moved to a file beside (`<name>.damaged`) when the journal is opened or next
    written to; damaged lines further up are passed over and counted in `damaged`. `write` and `sync` are those of the
    operating system. Raises `JournalError` where the file cannot be opened.
    """

    def __init__(self, path: Path, *, write: Write = os.write, sync: Callable[[int], None] = _SYNC) -> None:
        self.path = path
        self.damaged = 0
        self._write = write
        self._sync = sync
        self._lock = threading.Lock()
        self._book = Book()
        self._mine: set[str] = set()
        self._read_until = 0
        with self._opened() as file:
            self._catch_up(file)

    def intend(self, effect: Effect) -> str:
        """See `Journal.intend`."""
        entry = new_entry(effect)
        record = {"id": entry.id, "begun": entry.begun.isoformat(), "effect": as_json(effect)}
        with self._opened() as file:
            self._catch_up(file)
            self._book.refuse_second(effect.key)
            self._append(file, record)
            self._mine.add(entry.id)
            self._catch_up(file)
        return entry.id

    def finish(self, entry_id: str, outcome: Outcome, note: str = "", folders: tuple[str, ...] = ()) -> None:
        """See `Journal.finish`."""
        record = {"id": entry_id, "outcome": outcome, "note": note, "folders": folders}
        with self._opened() as file:
            self._catch_up(file)
            self._book.running(entry_id)
            self._append(file, {name: value for name, value in record.items() if value})
            self._catch_up(file)

    def entries(self) -> tuple[Entry, ...]:
        """See `Journal.entries`. What another process began and has not ended counts as `unknown`, too."""
        with self._opened() as file:
            self._catch_up(file)
            return tuple(self._seen_from_here(entry) for entry in self._book.listed())

    def _seen_from_here(self, entry: Entry) -> Entry:
        lost = entry.status == "running" and entry.id not in self._mine
        return replace(entry, status="unknown") if lost else entry

    @contextmanager
    def _opened(self) -> Iterator[int]:
        """The file, ours alone among threads and processes, its last line whole."""
        with self._lock:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                file = os.open(self.path, _FLAGS, _MODE)
            except OSError as error:
                raise JournalError(f"the journal {self.path} cannot be opened: {error.strerror}") from None
            try:
                with locked(file):
                    self._mend(file)
                    yield file
            except OSError as error:
                raise JournalError(f"the journal {self.path} cannot be written: {error.strerror}") from None
            finally:
                os.close(file)

    def _mend(self, file: int) -> None:
        """Move what follows the last line end aside: whoever wrote it died, or we would not hold the lock."""
        size = os.fstat(file).st_size
        if size < self._read_until:
            raise JournalError(f"the journal {self.path} has become shorter: another program changed it")
        torn = b""
        newline = b""
        while size and not newline:
            tail = _read_at(file, max(0, size - _TAIL), size)
            _, newline, rest = tail.rpartition(b"\n")
            torn = rest + torn
            size -= len(rest)
        if torn:
            self._set_aside(torn)
            os.ftruncate(file, size)

    def _set_aside(self, torn: bytes) -> None:
        self.damaged += 1
        aside = os.open(self.path.with_name(f"{self.path.name}.damaged"), _FLAGS, _MODE)
        try:
            os.write(aside, torn + b"\n")
        finally:
            os.close(aside)

    def _append(self, file: int, record: dict[str, Any]) -> None:
        line = json.dumps(record, separators=(",", ":")).encode() + b"\n"
        before = os.fstat(file).st_size
        try:
            if self._write(file, line) != len(line):
                raise JournalError(f"the journal {self.path} could not be written: the disk is full")
            self._sync(file)
        except (OSError, JournalError):
            with suppress(OSError):
                os.ftruncate(file, before)
            raise

    def _catch_up(self, file: int) -> None:
        """Take in the lines that were added since."""
        size = os.fstat(file).st_size
        while self._read_until < size:
            piece = _read_at(file, self._read_until, min(size, self._read_until + _LONGEST))
            whole, newline, _ = piece.rpartition(b"\n")
            if not newline:
                self._read_until = size
                self.damaged += 1
                return
            self._read_until += len(whole) + 1
            for line in whole.split(b"\n"):
                self._take(line)

    def _take(self, line: bytes) -> None:
        try:
            record = json.loads(line)
            if "effect" in record:
                begun = datetime.fromisoformat(record["begun"])
                self._book.begin(Entry(str(record["id"]), from_json(record["effect"]), begun, "running"))
            else:
                folders = tuple(map(str, record.get("folders", ())))
                self._book.end(record["id"], _outcome(record["outcome"]), str(record.get("note", "")), folders)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            self.damaged += 1


def _outcome(word: str) -> Outcome:
    return "done" if word == "done" else "failed" if word == "failed" else "unknown"


def _read_at(file: int, start: int, end: int) -> bytes:
    os.lseek(file, start, os.SEEK_SET)
    pieces = []
    while start < end and (piece := os.read(file, end - start)):
        pieces.append(piece)
        start += len(piece)
    return b"".join(pieces)

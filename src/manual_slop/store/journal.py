"""Side effects happen at most once: each is written down before it begins, and its outcome after it ended.

An effect whose outcome is missing is `unknown`: the program died in between. It is told to the person and never run
again by itself.
"""

from __future__ import annotations

import secrets
import threading
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from manual_slop.store.effects import Effect, Outcome


class JournalError(Exception):
    """The journal cannot be written, so nothing may be done; the message says why."""


class AlreadyBegunError(JournalError):
    """An effect with this key was begun before. `entry` says how it ended."""

    def __init__(self, entry: Entry) -> None:
        how = {"running": "is still running", "unknown": "was begun and its end is not known"}
        told = how.get(entry.status, f"was run before ({entry.status})")
        super().__init__(f"{entry.effect.tool} {told}: it is not run a second time")
        self.entry = entry


@dataclass(frozen=True, slots=True)
class Entry:
    """One effect in the journal. `begun` is in UTC; `note` says what went wrong."""

    id: str
    effect: Effect
    begun: datetime
    status: Outcome | Literal["running"]
    note: str = ""


class Journal(ABC):
    """Effects in the order they were begun. Safe to use from several threads."""

    @abstractmethod
    def intend(self, effect: Effect) -> str:
        """Write down what is about to be done; the entry's id. Raises `AlreadyBegunError` and `JournalError`."""

    @abstractmethod
    def finish(self, entry_id: str, outcome: Outcome, note: str = "", folders: tuple[str, ...] = ()) -> None:
        """Write down how it ended, and which folders it made. Raises `LookupError` where nothing of that id runs."""

    @abstractmethod
    def entries(self) -> tuple[Entry, ...]:
        """All of them, the oldest first."""

    def unknown(self) -> tuple[Entry, ...]:
        """Those that were begun and whose end nobody saw."""
        return tuple(entry for entry in self.entries() if entry.status == "unknown")


class Book:
    """Entries by id and by key: what each kind of journal holds in memory. Not safe by itself."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._by_key: dict[str, str] = {}

    def refuse_second(self, key: str) -> None:
        """Raises `AlreadyBegunError` where an effect of this key is in the book."""
        if key and key in self._by_key:
            raise AlreadyBegunError(self._entries[self._by_key[key]])

    def begin(self, entry: Entry) -> None:
        """Take in an entry; of two with the same id the first stays."""
        if entry.id not in self._entries:
            self._entries[entry.id] = entry
            self._by_key.setdefault(entry.effect.key, entry.id)

    def running(self, entry_id: str) -> Entry:
        """The entry, where it has no outcome yet. Raises `LookupError`."""
        entry = self._entries.get(entry_id)
        if entry is None or entry.status != "running":
            raise LookupError(f"no effect {entry_id} is running")
        return entry

    def end(self, entry_id: str, outcome: Outcome, note: str, folders: tuple[str, ...]) -> None:
        """Set an outcome; the first one stays. Raises `LookupError` where there is no such entry."""
        entry = self._entries[entry_id]
        if entry.status == "running":
            effect = replace(entry.effect, folders=folders) if folders else entry.effect
            self._entries[entry_id] = replace(entry, effect=effect, status=outcome, note=note)

    def listed(self) -> tuple[Entry, ...]:
        """All entries, the oldest first."""
        return tuple(self._entries.values())


class MemoryJournal(Journal):
    """A journal that is gone with the process: for sessions that are not kept."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._book = Book()

    def intend(self, effect: Effect) -> str:
        """See `Journal.intend`."""
        entry = new_entry(effect)
        with self._lock:
            self._book.refuse_second(effect.key)
            self._book.begin(entry)
        return entry.id

    def finish(self, entry_id: str, outcome: Outcome, note: str = "", folders: tuple[str, ...] = ()) -> None:
        """See `Journal.finish`."""
        with self._lock:
            self._book.running(entry_id)
            self._book.end(entry_id, outcome, note, folders)

    def entries(self) -> tuple[Entry, ...]:
        """See `Journal.entries`."""
        with self._lock:
            return self._book.listed()


def new_entry(effect: Effect) -> Entry:
    """An entry that begins now, with an id nobody can guess."""
    return Entry(secrets.token_hex(16), effect, datetime.now(UTC), "running")

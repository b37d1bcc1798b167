"""A little of everything a store does, on a disk that fails at a step."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from manual_slop.store.effects import Effect
from manual_slop.store.errors import StoreError
from manual_slop.store.journal import JournalError
from manual_slop.store.store import Store
from manual_slop.values.events import MessageAdded
from manual_slop.values.messages import user
from tests.support.failing_disk import (
    CANTOPEN,
    FULL,
    IOERR_FSYNC,
    IOERR_READ,
    IOERR_WRITE,
)

DISKS = {
    "full": {"code": FULL, "kinds": {"write", "truncate"}},
    "full in the middle of a write": {"code": FULL, "kinds": {"write"}, "short": True},
    "broken when written": {"code": IOERR_WRITE, "kinds": {"write", "truncate"}},
    "broken when synced": {"code": IOERR_FSYNC, "kinds": {"sync"}},
    "broken when read": {"code": IOERR_READ, "kinds": {"read"}},
    "out of descriptors": {"code": CANTOPEN, "kinds": {"open"}},
}


LONG = frozenset({"full", "full in the middle of a write", "broken when written"})
"""Those with many steps."""


class Work:
    """A little of everything a store does, and what of it was acknowledged."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.done: list[str] = []
        self.failures: list[str] = []
        self.effects: list[str] = []
        self.store: Store | None = None

    def run(self) -> None:
        """Do it, whatever fails on the way."""
        try:
            self.store = Store.open(self.folder)
        except StoreError as error:
            self.failures.append(str(error))
            return
        self.store.draft("session", "turn", "what has come so far").exception()
        for number in range(4):
            self.append(f"{number} " + "word " * 40 * number)
        try:
            self.store.journal.finish(self.begin("write_file"), "done")
        except (JournalError, StoreError) as error:
            self.failures.append(str(error))

    def append(self, text: str) -> None:
        """Say something."""
        assert self.store
        try:
            self.store.append("session", [MessageAdded(user(text))])
            self.done.append(text)
        except StoreError as error:
            self.failures.append(str(error))

    def begin(self, tool: str) -> str:
        """Begin an effect."""
        assert self.store
        entry = self.store.journal.intend(Effect(tool, "session"))
        self.effects.append(entry)
        return entry

    def check(self) -> None:
        """The disk works again: what was acknowledged is there, and what was not is not lost."""
        if self.store is None:
            self.store = Store.open(self.folder)
        self.append("afterwards")
        unsaved = [said(one.event) for one in self.store.unsaved()]
        broken = self.store.database.broken
        assert bool(unsaved) == bool(broken)
        self.store.close()
        kept = self.kept()
        assert len(kept) == len(set(kept))
        assert [text for text in kept if text in self.done] == self.done
        if not broken:
            assert kept == [*(f"{number} " + "word " * 40 * number for number in range(4)), "afterwards"][-len(kept) :]

    def kept(self) -> list[str]:
        """What a new program finds."""
        with closing(sqlite3.connect(self.folder / "sessions.db")) as connection:
            connection.execute("INSERT INTO search (search) VALUES ('integrity-check')")
            connection.rollback()
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        store = Store.open(self.folder)
        kept = [said(one.event) for one in store.envelopes("session")]
        assert {entry.id for entry in store.journal.entries()} >= set(self.effects)
        store.append("session", [MessageAdded(user("and on"))])
        store.close()
        return kept


def said(event: object) -> str:
    assert isinstance(event, MessageAdded)
    return event.message.text

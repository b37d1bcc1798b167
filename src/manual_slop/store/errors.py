"""What can go wrong with the store, in words that say what happened and what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

Trouble = Literal["full", "locked", "read-only", "broken", "foreign", "newer", "missing", "closed", "other"]

_FULL = frozenset({sqlite3.SQLITE_FULL})
_LOCKED = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL})
_READ_ONLY = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH})
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_UNSYNCED = frozenset({sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_DIR_FSYNC})

_TOLD: Mapping[Trouble, str] = {
    "full": "the disk of {path} is full: make room; what could not be written is kept in memory and written then",
    "locked": "{path} is kept locked by another program: close it, or try again in a while",
    "read-only": "{path} cannot be written: make it and its folder yours and writable (`ls -ld` shows whose they are)",
}


class StoreError(Exception):
    """The store cannot do what was asked; the message says why and what to do.

    `trouble` is its kind. After `broken` nothing more is written by this process; after the others it may be tried
    again.
    """

    def __init__(self, message: str, trouble: Trouble = "other") -> None:
        super().__init__(message)
        self.trouble: Trouble = trouble

    def again(self) -> StoreError:
        """An equal error to raise somewhere else."""
        return StoreError(str(self), self.trouble)


def damage(found: str) -> sqlite3.DatabaseError:
    """What SQLite would raise for a damaged file, where we saw first that it is."""
    error = sqlite3.DatabaseError(found)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


def explained(error: sqlite3.Error, path: Path | None) -> StoreError:
    """What SQLite says, for people. `path` is the file, `None` where it is in memory."""
    where = str(path) if path else "the store in memory"
    code = getattr(error, "sqlite_errorcode", 0) or 0
    name = getattr(error, "sqlite_errorname", "") or type(error).__name__
    trouble = _trouble(code)
    if trouble != "broken":
        told = _TOLD.get(trouble, "{path} cannot be used ({error}, {name}): check the disk, then try again")
        return StoreError(told.format(path=where, error=error, name=name), trouble)
    if code & 0xFF in _DAMAGED:
        return StoreError(
            f"{where} is damaged ({error}): nothing is written to it any more. Move it and the files beside it of the "
            "same name away and start again; `sqlite3 FILE .recover` saves what can be read of it",
            trouble,
        )
    return StoreError(
        f"the disk did not take what was written to {where} ({error}, {name}): nothing more is written, so that "
        "nothing already kept is harmed. Export what is not saved, check the disk, and start the program again",
        trouble,
    )


def _trouble(code: int) -> Trouble:
    kind = code & 0xFF
    if kind in _FULL:
        return "full"
    if kind in _LOCKED:
        return "locked"
    if kind in _READ_ONLY:
        return "read-only"
    return "broken" if kind in _DAMAGED or code in _UNSYNCED else "other"

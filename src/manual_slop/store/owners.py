"""Who holds what: each open database has a name, and others can see whether it still lives."""

from __future__ import annotations

import os
import secrets
import threading
from contextlib import suppress
from pathlib import Path

from manual_slop.store.file_lock import is_locked, lock_for_good
from manual_slop.values.paths import make_private


class Owners:
    """Names in one folder, each a file that its process keeps locked: the system lets go of it when the process ends.

    That is true also after a kill, and it does not depend on process numbers, which are used again. Where the file
    system knows no locks, nobody but ourselves counts as living. `None` is a database that nobody else can see.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._mine = ""
        self._held: int | None = None

    def me(self) -> str:
        """Our own name. Raises `OSError` where it cannot be made known."""
        with self._lock:
            if not self._mine:
                self._mine = self._announce(secrets.token_hex(8))
            return self._mine

    def alive(self, name: str) -> bool:
        """Whether the process that had this name, or ourselves, may still go on."""
        if name == self._mine:
            return bool(name)
        if self._folder is None or not name.isalnum():
            return False
        return is_locked(self._folder / name)

    def clear(self) -> None:
        """Remove what killed processes left."""
        if self._folder is not None:
            with suppress(OSError):
                for path in list(self._folder.iterdir()):
                    if path.name != self._mine and path.name.isalnum() and not is_locked(path):
                        path.unlink(missing_ok=True)

    def leave(self) -> None:
        """Give our name up."""
        with self._lock:
            held, self._held, name, self._mine = self._held, None, self._mine, ""
        if held is not None and self._folder is not None:
            os.close(held)
            with suppress(OSError):
                (self._folder / name).unlink()

    def _announce(self, name: str) -> str:
        if self._folder is None:
            return name
        make_private(self._folder)
        part = self._folder / f"{name}.part"
        self._held = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        lock_for_good(self._held)
        part.replace(self._folder / name)  # only now, so that nobody finds it without its lock
        return name

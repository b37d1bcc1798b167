"""What a person has allowed once, by fingerprint, so that it is noticed when it becomes something else."""

from __future__ import annotations

import json
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Literal

from manual_slop.store.file_lock import locked
from manual_slop.values.paths import make_private

PinState = Literal["new", "same", "changed"]

_LARGEST = 4 * 1024 * 1024


class Pins:
    """Fingerprints by name in one JSON file. Safe to use from several threads and processes.

    A file that is missing or damaged knows nothing, so that everything is new again.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def state(self, name: str, fingerprint: str) -> PinState:
        """Whether `name` was allowed as it is now, as something else, or never."""
        known = self._known().get(name)
        if known is None:
            return "new"
        return "same" if known == fingerprint else "changed"

    def remember(self, name: str, fingerprint: str) -> None:
        """`name` is allowed as it is now; on the disk when this returns. Raises `OSError`."""
        make_private(self._path.parent)
        lock = os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            with locked(lock):
                self._write({**self._known(), name: fingerprint})
        finally:
            os.close(lock)

    def _known(self) -> dict[str, str]:
        try:
            with self._path.open("rb") as file:
                known = json.loads(file.read(_LARGEST))
        except (OSError, ValueError, RecursionError):
            return {}
        return known if isinstance(known, dict) else {}

    def _write(self, known: dict[str, str]) -> None:
        temporary = self._path.with_name(f"{self._path.name}.{secrets.token_hex(8)}.part")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(known, file, indent=1, sort_keys=True)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self._path)
        except OSError:
            with suppress(OSError):
                temporary.unlink()
            raise

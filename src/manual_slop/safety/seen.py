"""Which files a conversation has read, and as what: so that nothing is overwritten that it does not know."""

from __future__ import annotations

import hashlib
import os
import threading
from typing import BinaryIO

from manual_slop.safety.path_rules import WorkspaceError, show
from manual_slop.safety.snapshot import LARGEST, Snapshot
from manual_slop.store.blobs import digest_of

_PIECE = 1024 * 1024


class Seen:
    """The digest of each file when it was last read or written. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._digests: dict[str, str] = {}

    def remember(self, path: str, file: BinaryIO) -> None:
        """An open file is about to be shown, or a part of it. One too large to be changed is not remembered."""
        if os.fstat(file.fileno()).st_size > LARGEST:
            return
        file.seek(0)
        digest = hashlib.sha256()
        while piece := file.read(_PIECE):
            digest.update(piece)
        file.seek(0)
        with self._lock:
            self._digests[path] = digest.hexdigest()

    def wrote(self, path: str, data: bytes | None) -> None:
        """A file was written, or removed."""
        with self._lock:
            if data is None:
                self._digests.pop(path, None)
            else:
                self._digests[path] = digest_of(data)

    def require_known(self, path: str, found: Snapshot) -> None:
        """Raises `WorkspaceError` where the file was not read, or not as it is now."""
        with self._lock:
            known = path in self._digests
        if not known:
            raise WorkspaceError(f"{show(path)}: is there already and was not read yet: read it first")
        self.require_current(path, found)

    def require_current(self, path: str, found: Snapshot) -> None:
        """Raises `WorkspaceError` where the file was read and has changed since."""
        with self._lock:
            known = self._digests.get(path)
        if known is not None and known != found.state.digest:
            raise WorkspaceError(f"{show(path)}: changed since you read it: read it again")

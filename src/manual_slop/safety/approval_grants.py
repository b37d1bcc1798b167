"""What a person allowed for the rest of a session: exact actions, never a prefix or a pattern."""

from __future__ import annotations

import threading

from manual_slop.values.approval import Action


class Grants:
    """A set of exact actions, told apart by everything but the call's id. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._digests: set[str] = set()

    def add(self, action: Action) -> bool:
        """Remember `action`. False, and not remembered, when it touches a protected name: that is asked each time.

        To read the same file again is no other thing, also of one that may hold keys.
        """
        if action.preview.protected and action.preview.kind != "file":
            return False
        with self._lock:
            self._digests.add(action.repeatable_digest)
        return True

    def covers(self, action: Action) -> bool:
        """Whether this very action was allowed."""
        digest = action.repeatable_digest
        with self._lock:
            return digest in self._digests

    def clear(self) -> None:
        """Forget all of it."""
        with self._lock:
            self._digests.clear()

    def __len__(self) -> int:
        with self._lock:
            return len(self._digests)

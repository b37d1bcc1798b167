"""A button that stops work from any thread."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Cancel:
    """Pressed once, stays pressed. Work in progress registers a callback that wakes it at once."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[], None]] = []

    @property
    def requested(self) -> bool:
        """Whether somebody pressed it."""
        return self._event.is_set()

    def request(self) -> None:
        """Press it: every registered piece of work is woken."""
        with self._lock:
            self._event.set()
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    def wait(self, seconds: float) -> bool:
        """Sleep, but wake when it is pressed. True when it was."""
        return self._event.wait(seconds)

    def on_request(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` when it is pressed (now, if it already was). Returns what unregisters it."""
        with self._lock:
            if not self._event.is_set():
                self._callbacks.append(callback)
                return lambda: self._forget(callback)
        callback()
        return lambda: None

    def _forget(self, callback: Callable[[], None]) -> None:
        with self._lock:
            if callback in self._callbacks:
                self._callbacks.remove(callback)

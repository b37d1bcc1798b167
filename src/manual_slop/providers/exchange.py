"""One provider call as the wire sees it: its patience, its cancel button, and the true HTTP response."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from manual_slop.values.cancel import Cancel

if TYPE_CHECKING:
    import httpx

    from manual_slop.providers.playback import Player
    from manual_slop.providers.wire_tap import Tap


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait, in seconds: to connect, for the first token, between two tokens, and in all."""

    connect: float = 10.0
    first_token: float = 300.0
    between_chunks: float = 120.0
    total: float = 3600.0


class Exchange:
    """What the transport and the gateway tell each other about the call that this thread is making."""

    def __init__(
        self, timeouts: Timeouts, cancel: Cancel | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.timeouts = timeouts
        self.cancel = cancel or Cancel()
        self.response: httpx.Response | None = None
        self.sent = False
        """Whether a request began to leave: what never left cost nothing."""
        self.timed_out = ""
        """Which patience ran out, in words; empty while none has."""
        self.tap: Tap | None = None
        """Who listens in, if anybody."""
        self.player: Player | None = None
        """Who answers in the place of a server: then nothing leaves this program."""
        self._clock = clock
        self._started = clock()
        self._progress: float | None = None
        self._until: float | None = None
        self._lock = threading.Lock()
        self._reading: Any = None

    def progress(self) -> None:
        """Something of the answer arrived: from now on the patience between chunks counts."""
        self._progress = self._clock()

    def hurry(self, seconds: float) -> None:
        """Everything that matters has arrived: wait this long at most for the rest."""
        self._until = self._clock() + seconds

    def patience(self) -> float:
        """Seconds the next read may block; at least a moment, so that the read itself reports the time-out."""
        now = self._clock()
        waits = {"the whole answer": self._started + self.timeouts.total - now}
        if self._until is not None:
            waits["the end"] = self._until - now
        if self._progress is None:
            waits["the first token"] = self._started + self.timeouts.first_token - now
        else:
            waits["the next part of the answer"] = self._progress + self.timeouts.between_chunks - now
        what = min(waits, key=lambda name: waits[name])
        self.timed_out = what
        return max(waits[what], 0.001)

    @contextmanager
    def reading(self, stream: Any) -> Iterator[float]:
        """While `stream` (an httpcore network stream) blocks, a cancel shuts its socket. Yields the patience."""
        with self._lock:
            if self.cancel.requested:
                raise _cancelled_read()
            self._reading = stream
        try:
            yield self.patience()
            self.timed_out = ""
        finally:
            with self._lock:
                self._reading = None
            if self.cancel.requested:
                raise _cancelled_read()

    def abort(self) -> None:
        """Wake a blocked read at once (from any thread)."""
        with self._lock:
            stream = self._reading
            if stream is None:
                return
            sock = stream.get_extra_info("socket")
            if sock is not None:
                import socket  # 3 ms, which whoever opened the connection has spent

                try:
                    # Not SSLSocket.shutdown: that drops the TLS object under the reading thread.
                    socket.socket.shutdown(sock, socket.SHUT_RDWR)
                except OSError:
                    return

    def close(self) -> None:
        """Give the connection back."""
        if self.response is not None:
            self.response.close()


def _cancelled_read() -> Exception:
    import httpcore

    return httpcore.ReadError("cancelled")


_current: ContextVar[Exchange | None] = ContextVar("exchange", default=None)


def current() -> Exchange | None:
    """The exchange of the call this thread is making, if any."""
    return _current.get()


@contextmanager
def opened(exchange: Exchange) -> Iterator[Exchange]:
    """Make `exchange` the current one of this thread, and listen to its cancel button."""
    token = _current.set(exchange)
    forget = exchange.cancel.on_request(exchange.abort)
    try:
        yield exchange
    finally:
        forget()
        _current.reset(token)

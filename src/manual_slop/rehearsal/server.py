"""The rehearsal server as a thing with a life: started in a thread of its own, known by its address, closed."""

from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

from manual_slop.values.errors import ConfigError

if TYPE_CHECKING:
    import asyncio

HOST = "127.0.0.1"
_STARTING = threading.Lock()
_LONGEST_CLOSE = 5.0


class RehearsalServer:
    """A running server. `base_url` ends in `/v1`; `close()` may be called from any thread, as often as one likes."""

    def __init__(self, port: int = 0) -> None:
        self.port = port
        self._ready = threading.Event()
        self._failure: OSError | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closing: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name="rehearsal-server", daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            raise ConfigError(
                f"The rehearsal server cannot listen on {HOST}:{port} ({self._failure.strerror or self._failure}): "
                "choose another port, or 0 for any free one."
            )

    @property
    def base_url(self) -> str:
        """Where an OpenAI client finds it."""
        return f"http://{HOST}:{self.port}/v1"

    @property
    def closed(self) -> bool:
        """Whether it has stopped."""
        return not self._thread.is_alive()

    def wait(self, seconds: float | None = None) -> bool:
        """Block until it is closed, at most so long. True when it is."""
        self._thread.join(seconds)
        return self.closed

    def close(self) -> None:
        """Stop listening, end every open stream and wait until the thread is gone."""
        if self._loop is not None and self._closing is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: somebody else was first
                self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join(_LONGEST_CLOSE)

    def __enter__(self) -> RehearsalServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self) -> None:
        import asyncio

        try:
            asyncio.run(self._serve())
        except OSError as error:
            self._failure = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        import asyncio

        from manual_slop.rehearsal.app import running

        self._loop, self._closing = asyncio.get_running_loop(), asyncio.Event()
        async with running(HOST, self.port, self._closing) as port:
            self.port = port
            self._ready.set()
            await self._closing.wait()


def start(port: int = 0) -> RehearsalServer:
    """A server that is ready when this returns. Port 0 takes any free one; it listens on loopback only.

    Raises: ConfigError when the port is taken, not allowed or not a port.
    """
    if not 0 <= port <= 65535:
        raise ConfigError(f"{port} is not a port: choose one from 1 to 65535, or 0 for any free one.")
    return RehearsalServer(port)


def shared_server() -> RehearsalServer:
    """The one server of this process, started on first use; a new one when it was closed."""
    with _STARTING:
        if _shared().closed:
            _shared.cache_clear()
        return _shared()


def serve_forever(port: int = 0, announce: Callable[[RehearsalServer], None] | None = None) -> None:
    """Serve until interrupted (Ctrl-C raises KeyboardInterrupt, after the server is closed).

    `announce` is called once it is ready. Raises: ConfigError as `start` does.
    """
    with start(port) as server:
        if announce is not None:
            announce(server)
        while not server.wait(0.5):  # in steps, because a bare join does not see Ctrl-C on Windows
            pass


@functools.cache
def _shared() -> RehearsalServer:
    return start()

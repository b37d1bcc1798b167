"""An MCP server as the rest of the program sees it: connected when needed, and again, a little later, when lost."""

from __future__ import annotations

import math
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from manual_slop.tools.declaration import ToolError
from manual_slop.tools.mcp_client.connection import Connection, McpFailure
from manual_slop.tools.mcp_client.foreign import ForeignTool
from manual_slop.tools.mcp_client.results import TooLarge, as_text
from manual_slop.tools.mcp_client.settings import ServerSettings
from manual_slop.values.cancel import Cancel

T = TypeVar("T")

TO_CONNECT = 20.0  # seconds
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 60.0  # seconds between attempts to connect
_TO_END = 10.0


class McpServer:
    """One server of the person's. Safe to use from several threads.

    Every failure is a `ToolError` in words. A server that fails is connected again by a later call, after a pause
    that doubles. It ends with `close`, or when nobody holds this any more, or with the program.
    """

    def __init__(
        self, settings: ServerSettings, patience: float = TO_CONNECT, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.settings = settings
        self._patience = patience
        self._clock = clock
        self._lock = threading.Lock()
        self._held: list[Connection] = []  # none or one
        self._ending: list[Connection] = []  # lost ones, on their way out
        self._failures = 0
        self._not_before = 0.0
        self._end = weakref.finalize(self, _close_all, self._held, self._ending)

    def connect(self, cancel: Cancel | None = None) -> None:
        """Be connected. Raises `ToolError`."""
        self._working(lambda _: None, cancel or Cancel())

    def tools(self, cancel: Cancel | None = None) -> tuple[ForeignTool, ...]:
        """What the server offers right now. Raises `ToolError`."""
        stop = cancel or Cancel()
        return self._working(lambda connection: connection.tools(stop, self._patience), stop)

    def call(
        self,
        tool: ForeignTool,
        arguments: Mapping[str, Any],
        cancel: Cancel | None = None,
        seconds: float | None = None,
    ) -> str:
        """Call a tool that the server still offers as it is here. Raises `ToolError`, also for an error as result."""
        stop, limit = cancel or Cancel(), seconds or self.settings.timeout

        def work(connection: Connection) -> Mapping[str, Any]:
            if tool not in connection.tools(stop, limit):
                raise ToolError(f"the MCP server {self.settings.name} has changed or withdrawn it: nothing was called")
            return connection.call(tool.name, arguments, stop, limit)

        result = self._working(work, stop)
        try:
            text = as_text(result)
        except TooLarge as error:
            raise ToolError(str(error)) from None
        if result.get("isError"):
            raise ToolError(text)
        return text

    def close(self) -> None:
        """End the connection, and the server where we started it. A later call starts it again."""
        with self._lock:
            ending = self._ending + self._held
            self._held.clear()
            self._ending.clear()
        _close_all(ending)

    def _working(self, work: Callable[[Connection], T], cancel: Cancel) -> T:
        connection = self._connection()
        doing = "be connected"
        try:
            connection.wait_open(cancel, self._patience)
            self._failures = 0
            doing = "do it"
            return work(connection)
        except McpFailure as failure:
            if failure.lost:
                self._drop(connection)
            raise ToolError(f"the MCP server {self.settings.name} could not {doing}: {failure}") from None

    def _connection(self) -> Connection:
        with self._lock:
            if not self._held:
                wait = self._not_before - self._clock()
                if wait > 0:
                    name, seconds = self.settings.name, math.ceil(wait)
                    raise ToolError(f"the MCP server {name} was lost; it is started again in {seconds} s: try then")
                self._held.append(Connection(self.settings))
            return self._held[0]

    def _drop(self, connection: Connection) -> None:
        with self._lock:
            if connection not in self._held:  # another thread was faster
                return
            self._held.remove(connection)
            self._ending[:] = [one for one in self._ending if not one.ended] + [connection]
            self._not_before = self._clock() + min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(self._failures, 10))
            self._failures += 1
        connection.close()


def _close_all(*lists: list[Connection]) -> None:
    """All at once: each is told before any is waited for."""
    connections = [connection for held in lists for connection in held]
    for connection in connections:
        connection.close()
    for connection in connections:
        connection.close(_TO_END)

"""One conversation with an MCP server: the official client on a thread of its own, behind calls that wait."""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import CancelledError, Future
from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING, Any, TextIO, TypeVar, cast

from manual_slop.safety.shell import strays
from manual_slop.tools.mcp_client.environment import server_environment, server_folder
from manual_slop.tools.mcp_client.foreign import MOST_TOOLS, ForeignTool
from manual_slop.tools.mcp_client.settings import ServerSettings
from manual_slop.values.cancel import Cancel

if TYPE_CHECKING:
    from mcp import Client, StdioServerParameters

T = TypeVar("T")

_PATIENCE = 1.0  # seconds that a server has to end by itself
_TO_CLOSE = 8.0  # seconds after which a connection is given up that does not end
_MOST_PAGES = 20
_ANSWERED = frozenset(
    {-32601, -32602}
)  # no such method, wrong parameters: the server lives and did not like the request


class McpFailure(Exception):
    """A server did not do what it was asked. `lost` says that the connection is not to be used again."""

    def __init__(self, message: str, *, lost: bool) -> None:
        super().__init__(message)
        self.lost = lost


class Connection:
    """Starts or reaches the server when made. Safe to use from several threads."""

    def __init__(self, settings: ServerSettings) -> None:
        self._settings = settings
        self._mark = secrets.token_hex(16)
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._talk: asyncio.Task[None] | None = None
        self._client: Future[Client] = Future()
        self._client.set_running_or_notify_cancel()
        self._thread = threading.Thread(target=self._live, name=f"mcp-{settings.name}", daemon=True)
        self._thread.start()

    def wait_open(self, cancel: Cancel, seconds: float) -> None:
        """Return once it can be used. Raises `McpFailure`."""
        _outcome(self._client, cancel, seconds)

    def tools(self, cancel: Cancel, seconds: float) -> tuple[ForeignTool, ...]:
        """The tools that the server has right now, the first `MOST_TOOLS` of them. Raises `McpFailure`."""
        return self._ask(_listed, cancel, seconds)

    def call(self, name: str, arguments: Mapping[str, Any], cancel: Cancel, seconds: float) -> Mapping[str, Any]:
        """The result of a tool call, as the protocol's JSON. Raises `McpFailure`."""

        async def work(client: Client) -> Mapping[str, Any]:
            result = await client.call_tool(name, dict(arguments))
            return result.model_dump(mode="json", by_alias=True)

        return self._ask(work, cancel, seconds)

    def close(self, seconds: float = 0.0) -> None:
        """End it with every process that the server started; wait at most so long until that is done."""
        with suppress(RuntimeError):  # its loop is closed already
            self._loop.call_soon_threadsafe(self._wind_up)
        self._thread.join(seconds)

    @property
    def ended(self) -> bool:
        """Whether nothing of it is left."""
        return not self._thread.is_alive()

    def _ask(self, work: Callable[[Client], Awaitable[T]], cancel: Cancel, seconds: float) -> T:
        async def task() -> T:
            return await work(self._client.result(0))

        waiting = task()
        try:
            future = asyncio.run_coroutine_threadsafe(waiting, self._loop)
        except RuntimeError:
            waiting.close()
            raise McpFailure("the connection has ended", lost=True) from None
        return _outcome(future, cancel, seconds)

    def _live(self) -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: self._loop) as runner, suppress(asyncio.CancelledError):
                runner.run(self._main())
        finally:
            self._kill()

    async def _main(self) -> None:
        self._talk = asyncio.current_task()
        try:
            async with AsyncExitStack() as stack:
                self._client.set_result(await stack.enter_async_context(self._new_client()))
                await self._stop.wait()
        except BaseException as error:  # noqa: BLE001 - told to whoever waits for the connection
            if not self._client.done():
                self._client.set_exception(McpFailure(in_words(error), lost=True))

    def _wind_up(self) -> None:
        """Once: the task that opened it closes it too, and a second cancel would break into that."""
        if self._stop.is_set() or self._talk is None:
            return
        self._stop.set()
        if not self._client.done():
            self._talk.cancel()
        self._loop.call_later(_PATIENCE, lambda: self._loop.run_in_executor(None, self._kill))
        self._loop.call_later(_TO_CLOSE, self._talk.cancel)

    def _kill(self) -> None:
        if self._settings.command:
            strays.end_all(self._mark)

    def _new_client(self) -> Client:
        from mcp import Client
        from mcp.client.stdio import stdio_client

        _quieten()
        if self._settings.url:
            return Client(self._settings.url)
        nowhere = cast("TextIO", asyncio.subprocess.DEVNULL)  # their complaints are not to run over our screen
        return Client(stdio_client(self._parameters(), errlog=nowhere))

    def _parameters(self) -> StdioServerParameters:
        from mcp import StdioServerParameters

        command, *arguments = self._settings.command
        environment = {**server_environment(self._settings.environment), strays.MARK: self._mark}
        return StdioServerParameters(command=command, args=arguments, env=environment, cwd=server_folder())


def in_words(error: BaseException) -> str:
    """What went wrong, of the innermost of several errors."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return str(error)[:500] or type(error).__name__


def _outcome(future: Future[T], cancel: Cancel, seconds: float) -> T:
    woken = threading.Event()
    future.add_done_callback(lambda _: woken.set())
    forget = cancel.on_request(woken.set)
    try:
        woken.wait(seconds)
    finally:
        forget()
    if not future.done():
        future.cancel()
        told = "stopped by the person" if cancel.requested else f"no answer within {seconds:g} seconds"
        raise McpFailure(told, lost=not cancel.requested)
    try:
        return future.result()
    except (Exception, CancelledError) as error:  # noqa: BLE001 - whatever a server provokes is its failure
        failure = error
    raise _failure(failure)


def _failure(error: BaseException) -> McpFailure:
    from mcp import MCPError

    if isinstance(error, McpFailure):
        return error
    if isinstance(error, CancelledError):
        return McpFailure("the connection has ended", lost=True)
    lives = error.error.code in _ANSWERED if isinstance(error, MCPError) else isinstance(error, RuntimeError)
    return McpFailure(in_words(error), lost=not lives)


async def _listed(client: Client) -> tuple[ForeignTool, ...]:
    found: list[ForeignTool] = []
    cursor = None
    for _ in range(_MOST_PAGES):
        page = await client.list_tools(cursor=cursor, cache_mode="refresh")
        found += [ForeignTool(tool.name, tool.description or "", tool.input_schema) for tool in page.tools]
        cursor = page.next_cursor
        if not cursor or len(found) >= MOST_TOOLS:
            break
    return tuple(found[:MOST_TOOLS])


def _quieten() -> None:
    """The client tells its troubles by exceptions; what it would print besides is a server's garbage."""
    from mcp.client import session, stdio, streamable_http
    from mcp.shared import jsonrpc_dispatcher

    for module in (session, stdio, streamable_http, jsonrpc_dispatcher):
        module.logger.disabled = True

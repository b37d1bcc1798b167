"""The tools of all servers, made tools like ours: named apart, as risky as the person says, and pinned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from manual_slop.providers.config import Config
from manual_slop.store.pins import Pins, PinState
from manual_slop.tools.declaration import Tool, ToolContext, ToolError
from manual_slop.tools.mcp_client.foreign import ForeignTool, Unfit, our_description, our_name, our_schema
from manual_slop.tools.mcp_client.server import McpServer
from manual_slop.tools.mcp_client.settings import ServerSettings, server_settings
from manual_slop.values import paths
from manual_slop.values.approval import Preview, canonical


@dataclass(frozen=True, slots=True)
class Offered:
    """The tools there are, and a sentence about everything that could not be offered."""

    tools: tuple[Tool, ...] = ()
    problems: tuple[str, ...] = ()


def offered(config: Config, pins: Pins | None = None) -> Offered:
    """Connect the servers of the person's settings, all at once, and make their tools ours."""
    settings, issues = server_settings(config)
    servers = [McpServer(one) for one in settings]
    allowed = pins or Pins(paths.data_dir() / "mcp-pins.json")
    parts = [Offered(problems=tuple(map(str, issues)))]
    if servers:
        with ThreadPoolExecutor(len(servers), thread_name_prefix="mcp-open") as pool:
            parts += pool.map(lambda server: tools_of(server, allowed), servers)
    tools = tuple(tool for part in parts for tool in part.tools)
    return Offered(tools, tuple(problem for part in parts for problem in part.problems))


def tools_of(server: McpServer, pins: Pins) -> Offered:
    """The tools of one server. One that cannot be connected or offered is a problem, not an error."""
    try:
        listed = server.tools()
    except ToolError as error:
        return Offered(problems=(str(error),))
    tools: dict[str, Tool] = {}
    problems = []
    for foreign in listed:
        try:
            tool = _as_ours(server, foreign, pins)
            if tools.setdefault(tool.name, tool) is not tool:
                raise Unfit("the server has two tools of this name")
        except Unfit as unfit:
            name = our_name(server.settings.name, foreign.name)
            problems.append(f"the tool {name} is not offered: {unfit}")
    return Offered(tuple(tools.values()), tuple(problems))


def _as_ours(server: McpServer, foreign: ForeignTool, pins: Pins) -> Tool:
    name = our_name(server.settings.name, foreign.name)
    pinned = _Pinned(server, foreign, pins)
    return Tool(
        name,
        our_description(server.settings.name, foreign.description),
        our_schema(foreign.schema),
        server.settings.risk(foreign.name),
        pinned.call,
        pinned.preview,
    )


class _Pinned:
    """A server's tool that is asked about in every mode until it has been allowed as it is now."""

    def __init__(self, server: McpServer, foreign: ForeignTool, pins: Pins) -> None:
        self._server = server
        self._foreign = foreign
        self._pins = pins
        self._name = f"{server.settings.name}/{foreign.name}"
        self._fingerprint = foreign.fingerprint(server.settings)
        self._shown: dict[str, PinState] = {}

    def preview(self, context: ToolContext, /, **arguments: Any) -> Preview:
        """What a person is shown. A call that was shown as new stays so until it has run, whatever runs beside it."""
        written = canonical(arguments)
        state = self._shown.setdefault(written, self._pins.state(self._name, self._fingerprint))
        text = "\n".join(_sheet(self._server.settings, self._foreign, state, written))
        return Preview("request", text, state=self._fingerprint, protected=state != "same")

    def call(self, context: ToolContext, /, **arguments: Any) -> str:
        """Call it. What a person approved is allowed from now on, as long as it stays the same."""
        state = self._shown.pop(canonical(arguments), "same")
        if context.permit is not None and state != "same":
            self._pins.remember(self._name, self._fingerprint)
        return self._server.call(self._foreign, arguments, context.cancel)


def _sheet(settings: ServerSettings, foreign: ForeignTool, state: PinState, arguments: str) -> Iterable[str]:
    yield f"tool: {foreign.name}"
    yield f"MCP server: {settings.name}, {settings.url or _command(settings.command)}"
    if settings.environment:
        yield f"variables it gets: {', '.join(settings.environment)}"
    yield f"arguments: {arguments}"
    if state != "same":
        yield "allowed before: never" if state == "new" else "allowed before: yes, but it changed since then"
        yield from (f"it says of itself: {line}" for line in foreign.description.split("\n"))


def _command(words: Sequence[str]) -> str:
    import shlex

    return shlex.join(words)

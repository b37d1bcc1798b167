"""The MCP servers in the person's `config.toml`; a project folder can neither add nor change one.

[mcp.servers.notes]
command = ["uvx", "notes-server"]     # or url = "http://127.0.0.1:8000/mcp"
env = ["NOTES_TOKEN"]                 # variables it gets beside the usual ones
risk = {list_notes = "READ"}          # tools that reach less far than EXECUTE
timeout = 60                          # seconds that one call may take
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from manual_slop.providers.base_urls import clean_base_url
from manual_slop.providers.config import Config, ConfigIssue
from manual_slop.providers.config_checks import Wrong, as_seconds, as_table, as_text, as_variable, near_miss
from manual_slop.values.tools import RISKS, Risk

_NAME = re.compile(r"(?=.{1,24}\Z)[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*")  # never `__`, which stands between our names


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """One server: `command` (its words) or `url`, of which the other is empty. `timeout` is in seconds a call."""

    name: str
    command: tuple[str, ...] = ()
    url: str = ""
    environment: tuple[str, ...] = ()
    risks: Mapping[str, Risk] = field(default_factory=dict)
    timeout: float = 60.0

    def risk(self, tool: str) -> Risk:
        """How far the server's tool of that name reaches, as the person says; else `EXECUTE`."""
        return self.risks.get(tool, "EXECUTE")


def server_settings(config: Config) -> tuple[tuple[ServerSettings, ...], tuple[ConfigIssue, ...]]:
    """The servers that can be used, and what is wrong with the others, by line."""
    reader = _Reader(config)
    room = config.rooms.get("mcp", {})
    for key in room:
        if key != "servers":
            reader.issue(("mcp", key), f"is not known here{near_miss(key, ('servers',))}")
    tables = room.get("servers", {})
    if not isinstance(tables, dict):
        reader.issue(("mcp", "servers"), "must hold tables: [mcp.servers.<name>]")
        tables = {}
    servers = [reader.server(name, table) for name, table in tables.items()]
    return tuple(server for server in servers if server), tuple(reader.issues)


class _Reader:
    """Checks one server after another; one that has anything wrong is left out."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self.issues: list[ConfigIssue] = []

    def issue(self, keys: tuple[str, ...], message: str) -> None:
        line = self._config.lines.get(keys)
        self.issues.append(ConfigIssue(self._config.path, line, f"{'.'.join(keys)} {message}"))

    def server(self, name: str, table: Any) -> ServerSettings | None:
        above = ("mcp", "servers", name)
        before = len(self.issues)
        good: dict[str, Any] = {}
        try:
            _check_name(name)
            for key, value in as_table(table).items():
                good |= self._value((*above, key), value)
            if len(self.issues) == before and ("command" in good) == ("url" in good):
                raise Wrong('needs command = ["…"] or url = "http…", and not both')
        except Wrong as wrong:
            self.issue(above, str(wrong))
        return ServerSettings(name, **good) if len(self.issues) == before else None

    def _value(self, keys: tuple[str, ...], value: Any) -> dict[str, Any]:
        field_name, check = _KEYS.get(keys[-1], ("", None))
        try:
            if check is None:
                raise Wrong(f"is not known here{near_miss(keys[-1], _KEYS)}")
            return {field_name: check(value)}
        except Wrong as wrong:
            self.issue(keys, str(wrong))
            return {}


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise Wrong("is no name for a server: use at most 24 letters and digits, with single - or _ between them")


def _as_command(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise Wrong('must be a list of words, such as ["uvx", "notes-server"]')
    return tuple(as_text(word) for word in value)


def _as_url(value: Any) -> str:
    try:
        return clean_base_url(as_text(value))
    except ValueError as error:
        reason = str(error)
    raise Wrong(reason)


def _as_variables(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise Wrong("must be a list of names of variables")
    return tuple(as_variable(name) for name in value)


def _as_risks(value: Any) -> Mapping[str, Risk]:
    risks = as_table(value)
    for tool, risk in risks.items():
        if risk not in RISKS:
            raise Wrong(f"of {tool} must be one of {', '.join(RISKS)}")
    return cast("Mapping[str, Risk]", risks)


_KEYS: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "command": ("command", _as_command),
    "url": ("url", _as_url),
    "env": ("environment", _as_variables),
    "risk": ("risks", _as_risks),
    "timeout": ("timeout", as_seconds),
}

"""What a server says of its tools, held to rules before a model sees any of it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from manual_slop.safety.consent_escape import escape, hides
from manual_slop.tools.mcp_client.settings import ServerSettings

MOST_TOOLS = 128
LARGEST_SCHEMA = 32 * 1024  # characters of JSON
DEEPEST_SCHEMA = 20
LONGEST_DESCRIPTION = 800
LONGEST_NAME = 64  # what every provider takes

_UNFIT = re.compile(r"[^a-zA-Z0-9_-]")


class Unfit(Exception):
    """A server's tool cannot be offered; says why."""


@dataclass(frozen=True, slots=True)
class ForeignTool:
    """A tool as its server describes it, nothing checked."""

    name: str
    description: str
    schema: Mapping[str, Any]

    def fingerprint(self, server: ServerSettings) -> str:
        """SHA-256 (hex) of how the server is started or reached, and all that it says of this tool."""
        told = [server.command, server.url, server.environment, self.name, self.description, self.schema]
        written = json.dumps(told, sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(written.encode()).hexdigest()


def our_name(server: str, tool: str) -> str:
    """The name under which a model asks for it: unlike any other, and one that every provider takes."""
    name = f"mcp__{server}__{_UNFIT.sub('_', tool)}"
    if name == f"mcp__{server}__{tool}" and len(name) <= LONGEST_NAME:
        return name
    mark = hashlib.sha256(tool.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{name[: LONGEST_NAME - 9]}_{mark}"


def our_description(server: str, text: str) -> str:
    """The server's words, marked as its own, with nothing in them hidden."""
    shown = "\n".join(escape(line) for line in text.split("\n"))
    cut = shown if len(shown) <= LONGEST_DESCRIPTION else f"{shown[:LONGEST_DESCRIPTION]}…"
    return f"[Tool of the MCP server {server}, which describes it so:] {cut or 'not described'}"


def our_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of the arguments, fit to be sent and to check calls with. Raises `Unfit`."""
    if schema.get("type") != "object":
        raise Unfit("its schema is not that of an object")
    if _depth(schema) > DEEPEST_SCHEMA:
        raise Unfit(f"its schema is nested more than {DEEPEST_SCHEMA} deep")
    if len(json.dumps(schema)) > LARGEST_SCHEMA:
        raise Unfit(f"its schema is larger than {LARGEST_SCHEMA // 1024} KiB")
    checked = _checked(schema)
    return {**checked, "properties": checked.get("properties", {})}


def _depth(schema: Any) -> int:
    """Level by level: what is nested too deep must not exhaust the stack of who counts."""
    level, depth = [schema], 0
    while level and depth <= DEEPEST_SCHEMA:
        depth += 1
        level = [child for value in level for child in _children(value) if isinstance(child, dict | list)]
    return depth


def _children(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value


def _checked(schema: Any) -> dict[str, Any]:
    """One schema whose parts have the shapes that checking arguments relies on."""
    if isinstance(schema, bool) and schema:
        return {}
    if not isinstance(schema, dict):
        raise Unfit("its schema has a part that is no schema")
    known = dict(schema)
    if not isinstance(known.get("enum", []), list) or not _are_texts(known.get("required", [])):
        raise Unfit("its schema has an `enum` or `required` that is no list")
    if "properties" in known:
        if not isinstance(known["properties"], dict) or any(map(_hidden, known["properties"])):
            raise Unfit("its schema has properties that cannot be named")
        known["properties"] = {name: _checked(part) for name, part in known["properties"].items()}
    if isinstance(known.get("items"), dict | bool):
        known["items"] = _checked(known["items"])
    for word in ("title", "description"):
        if isinstance(known.get(word), str):
            known[word] = "\n".join(escape(line) for line in known[word].split("\n"))
    return known


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _hidden(name: str) -> bool:
    return not name or any(hides(char) for char in name)

"""Finds the tools that list a folder, read a file and search among those offered, and fills their arguments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from manual_slop.rehearsal.conversation import Call
from manual_slop.rehearsal.craft.hints import Hints, words_of
from manual_slop.rehearsal.craft.schema_json import write_json
from manual_slop.rehearsal.craft.schema_rules import names_in, sub_schemas
from manual_slop.values.tools import ToolSpec

Kind = Literal["list", "read", "search", ""]

_LIST_WORDS = frozenset({"list", "ls", "dir", "tree"})
_READ_WORDS = frozenset({"read", "view", "open", "cat", "show", "get"})
_SEARCH_WORDS = frozenset({"search", "grep", "rg", "ripgrep"})
_FILE_WORDS = frozenset(
    {"fs", "filesystem", "file", "files", "directory", "dir", "folder", "path", "contents", "code", "text", "project"}
)
_PATH_NAMES = ("path", "file_path", "filepath", "filename", "file", "directory", "dir", "folder", "target", "root")
_QUERY_NAMES = ("query", "pattern", "regex", "text", "search", "q", "term", "needle", "string")


@dataclass(frozen=True, slots=True)
class Toolbox:
    """The tools for looking at a project, where they are offered."""

    lister: ToolSpec | None = None
    reader: ToolSpec | None = None
    searcher: ToolSpec | None = None

    def list(self, path: str) -> tuple[Call, ...]:
        """The call that lists a folder; none without such a tool."""
        return _call(self.lister, _PATH_NAMES, path)

    def read(self, path: str) -> tuple[Call, ...]:
        """The call that reads a file; none without such a tool."""
        return _call(self.reader, _PATH_NAMES, path)

    def search(self, query: str) -> tuple[Call, ...]:
        """The call that looks for words in files; none without such a tool."""
        return _call(self.searcher, _QUERY_NAMES, query)


def open_toolbox(tools: Iterable[ToolSpec]) -> Toolbox:
    """The toolbox of these tools; they are told by their names."""
    first: dict[Kind, ToolSpec] = {}
    for tool in tools:
        first.setdefault(kind_of(tool.name), tool)
    return Toolbox(first.get("list"), first.get("read"), first.get("search"))


def kind_of(name: str) -> Kind:
    """What a tool of that name does; empty when it is none of ours."""
    words = set(words_of(name))
    if words & _LIST_WORDS and (words & _FILE_WORDS or words <= _LIST_WORDS):
        return "list"
    if words & _READ_WORDS and (words & {"file", "files", "contents"} or words <= {"read", "view", "cat"}):
        return "read"
    if words & _SEARCH_WORDS and (words & _FILE_WORDS or words <= _SEARCH_WORDS):
        return "search"
    return ""


def path_of(arguments: Mapping[str, Any]) -> str:
    """The path a call was made with; the project folder when it named none."""
    return _argument(arguments, _PATH_NAMES) or "."


def query_of(arguments: Mapping[str, Any]) -> str:
    """What a search looked for."""
    return _argument(arguments, _QUERY_NAMES)


def _argument(arguments: Mapping[str, Any], names: Iterable[str]) -> str:
    """The text under the first known name, else the first text at all; the first of a list where it is one."""
    known = [arguments[name] for name in names if name in arguments]
    values = (value[0] if isinstance(value, list) and value else value for value in (*known, *arguments.values()))
    return next((value for value in values if isinstance(value, str)), "")


def _call(tool: ToolSpec | None, names: Iterable[str], value: str) -> tuple[Call, ...]:
    """The call with `value` under the first of `names` the tool knows; its other required parameters are made up."""
    if tool is None:
        return ()
    properties, required = sub_schemas(tool.parameters, "properties"), names_in(tool.parameters, "required")
    fitting = next((name for name in names if name in properties), next(iter([*required, *properties]), None))
    filled = write_json(_without(tool.parameters, fitting), Hints(value), optional=False)
    arguments = filled if isinstance(filled, dict) else {}
    return (
        Call(tool.name, arguments if fitting is None else {fitting: _shaped(properties, fitting, value), **arguments}),
    )


def _without(parameters: Mapping[str, Any], name: str | None) -> dict[str, Any]:
    return {**parameters, "required": [other for other in names_in(parameters, "required") if other != name]}


def _shaped(properties: Mapping[str, Any], name: str, value: str) -> str | list[str]:
    """A value as the parameter wants it: some tools take several paths at once."""
    schema = properties.get(name)
    return [value] if isinstance(schema, dict) and schema.get("type") == "array" else value

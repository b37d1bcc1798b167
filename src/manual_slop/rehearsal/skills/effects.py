"""Finds the tools that run, write, edit, move, remove and fetch among those offered, and fills their arguments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from manual_slop.rehearsal.conversation import Call
from manual_slop.rehearsal.craft.hints import Hints, words_of
from manual_slop.rehearsal.craft.schema_json import write_json
from manual_slop.rehearsal.craft.schema_rules import names_in, sub_schemas
from manual_slop.values.tools import ToolSpec

Effect = Literal["tests", "shell", "edit", "write", "move", "delete", "fetch", ""]

# In this order: a tool called `run_shell_command` runs a command, whatever else its name says.
_WORDS: Mapping[Effect, frozenset[str]] = {
    "tests": frozenset({"test", "tests", "pytest"}),
    "shell": frozenset({"shell", "bash", "powershell", "command", "exec", "execute", "terminal", "cmd"}),
    "edit": frozenset({"edit", "replace"}),
    "move": frozenset({"move", "rename", "mv"}),
    "delete": frozenset({"delete", "remove", "rm", "unlink"}),
    "fetch": frozenset({"fetch", "browse", "curl", "download", "url"}),
    "write": frozenset({"write", "create", "save"}),
}
_PATH = ("path", "file_path", "filepath", "filename", "file", "source", "from", "src", "target")
_TO = ("to", "destination", "dest", "new_path", "new_name", "target")
_OLD = ("old", "old_string", "old_str", "old_text", "search", "find")
_NEW = ("new", "new_string", "new_str", "new_text", "replace", "replacement")
_COMMAND = ("command", "script", "cmd", "code", "input")
_CONTENT = ("content", "contents", "text", "file_text", "data", "body")
_URL = ("url", "uri", "link", "address")

_REFUSED = re.compile(
    r"^\W*(?:error:\s*)?(?P<who>the person refused it|not run|refused(?: by \w+)?|denied(?: by \w+)?|"
    r"(?:the )?(?:user|person) (?:refused|rejected|denied)[\w ]*)\W*(?P<reason>.*)",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Workbox:
    """The tools that change something, by what they do. Each call comes as a tuple: empty without such a tool."""

    tools: Mapping[Effect, ToolSpec]

    def run_tests(self) -> tuple[Call, ...]:
        """The call that runs the project's tests, by a tool that is told nothing."""
        return self._call("tests")

    def run(self, command: str) -> tuple[Call, ...]:
        """The call that runs a script of the shell."""
        return self._call("shell", (_COMMAND, command))

    def write(self, path: str, content: str) -> tuple[Call, ...]:
        """The call that writes a whole file."""
        return self._call("write", (_PATH, path), (_CONTENT, content))

    def move(self, path: str, to: str) -> tuple[Call, ...]:
        """The call that gives a file another name."""
        return self._call("move", (_PATH, path), (_TO, to))

    def delete(self, path: str) -> tuple[Call, ...]:
        """The call that removes a file."""
        return self._call("delete", (_PATH, path))

    def fetch(self, url: str) -> tuple[Call, ...]:
        """The call that reads a URL."""
        return self._call("fetch", (_URL, url))

    def edit(self, path: str, old: str, new: str) -> tuple[Call, ...]:
        """The call that replaces one text by another; tools that take a list of edits get a list of one."""
        tool = self.tools.get("edit")
        lists = [(name, items) for name, items in _lists_of(tool) if _named(items, _OLD) and _named(items, _NEW)]
        if not lists:
            return self._call("edit", (_PATH, path), (_OLD, old), (_NEW, new))
        name, items = lists[0]
        return self._call("edit", (_PATH, path), ((name,), [{_named(items, _OLD): old, _named(items, _NEW): new}]))

    def _call(self, effect: Effect, *values: tuple[Sequence[str], Any]) -> tuple[Call, ...]:
        tool = self.tools.get(effect)
        return (Call(tool.name, _filled(tool, values)),) if tool else ()


def open_workbox(tools: Iterable[ToolSpec]) -> Workbox:
    """The workbox of these tools; they are told by their names."""
    found: dict[Effect, ToolSpec] = {}
    for tool in tools:
        found.setdefault(effect_of(tool.name), tool)
    found.pop("", None)
    return Workbox(found)


def effect_of(name: str) -> Effect:
    """What a tool of that name changes; empty when it is none of ours."""
    words = set(words_of(name))
    return next((effect for effect, telling in _WORDS.items() if words & telling), "")


def changed_path(arguments: Mapping[str, Any]) -> str:
    """The path a call of one of these tools was made with."""
    return _value(arguments, _PATH)


def changed_texts(arguments: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The replacements a call of an editor was made with."""
    listed = [item for value in arguments.values() if isinstance(value, list) for item in value]
    entries = [item for item in listed if isinstance(item, dict)] or [dict(arguments)]
    return [(_value(entry, _OLD), _value(entry, _NEW)) for entry in entries]


def written_text(arguments: Mapping[str, Any]) -> str:
    """The content a call of a writer was made with."""
    return _value(arguments, _CONTENT)


def command_in(arguments: Mapping[str, Any]) -> str:
    """The command a call of a shell was made with."""
    return _value(arguments, _COMMAND)


def refusal_in(result: str) -> str | None:
    """Why a call was refused, in the words of whoever did; `None` when it was not."""
    match = _REFUSED.match(result)
    return match["reason"].strip() if match else None


def _value(arguments: Mapping[str, Any], names: Iterable[str]) -> str:
    return next((arguments[name] for name in names if isinstance(arguments.get(name), str)), "")


def _named(properties: Mapping[str, Any], names: Iterable[str]) -> str:
    return next((name for name in names if name in properties), "")


def _lists_of(tool: ToolSpec | None) -> list[tuple[str, Mapping[str, Any]]]:
    """The parameters that are lists of objects, with the properties of these."""
    properties = sub_schemas(tool.parameters, "properties") if tool else {}
    items = ((name, schema.get("items")) for name, schema in properties.items() if isinstance(schema, dict))
    return [(name, sub_schemas(item, "properties")) for name, item in items if isinstance(item, dict)]


def _filled(tool: ToolSpec, values: Iterable[tuple[Sequence[str], Any]]) -> dict[str, Any]:
    """Each value under the first name that fits and is free; what else is required is made up."""
    properties, required = sub_schemas(tool.parameters, "properties"), names_in(tool.parameters, "required")
    given: dict[str, Any] = {}
    for names, value in values:
        free = [name for name in [*names, *required] if name in properties and name not in given]
        given[free[0] if free else names[0]] = value
    missing = [name for name in required if name not in given]
    made_up = write_json({**tool.parameters, "required": missing}, Hints(""), optional=False) if missing else {}
    return {**(made_up if isinstance(made_up, dict) else {}), **given}

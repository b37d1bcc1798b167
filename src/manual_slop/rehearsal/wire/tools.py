"""The request's `tools`, `tool_choice` and `parallel_tool_calls`: which tools may, must or must not be called."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from manual_slop.rehearsal.wire.errors import RequestError, missing, shorten, unsupported, wrong_type, wrong_value
from manual_slop.rehearsal.wire.parameters import boolean, object_, one_of, string
from manual_slop.values.tools import ToolSpec

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MODES = ("none", "auto", "required")


@dataclass(frozen=True, slots=True)
class Offer:
    """The tools that may be called now, whether one must be, and whether several may be at once."""

    tools: tuple[ToolSpec, ...] = ()
    must_call: bool = False
    parallel: bool = True


def read_offer(body: Mapping[str, Any]) -> Offer:
    """What the request lets the model call. Raises: RequestError."""
    tools = _tools(body.get("tools"))
    choice, parallel = body.get("tool_choice"), body.get("parallel_tool_calls")
    for name, value in (("tool_choice", choice), ("parallel_tool_calls", parallel)):
        if value is not None and not tools:
            raise RequestError(f"Invalid value for '{name}': it is only allowed when 'tools' are specified.", name)
    if parallel is not None:
        boolean("parallel_tool_calls", parallel)
    allowed, must_call = _choose(tools, "auto" if choice is None else choice)
    return Offer(allowed, must_call, parallel is not False)


def _choose(tools: tuple[ToolSpec, ...], choice: Any) -> tuple[tuple[ToolSpec, ...], bool]:
    if isinstance(choice, str):
        one_of(*_MODES)("tool_choice", choice)
        return (() if choice == "none" else tools), choice == "required"
    if not isinstance(choice, dict):
        raise wrong_type("tool_choice", "one of a string or an object", choice)
    kind = choice.get("type")
    if kind == "function":
        return (_named(tools, choice, "tool_choice"),), True
    if kind == "allowed_tools":
        return _allowed(tools, choice.get("allowed_tools"))
    raise wrong_value("tool_choice.type", kind, ("function", "allowed_tools"))


def _allowed(tools: tuple[ToolSpec, ...], allowed: Any) -> tuple[tuple[ToolSpec, ...], bool]:
    param = "tool_choice.allowed_tools"
    object_(param, allowed)
    one_of("auto", "required")(f"{param}.mode", allowed.get("mode"))
    entries = allowed.get("tools")
    if not isinstance(entries, list) or not entries:
        raise wrong_type(f"{param}.tools", "a non-empty array of objects", entries)
    named = tuple(_named(tools, entry, f"{param}.tools[{at}]") for at, entry in enumerate(entries))
    return named, allowed["mode"] == "required"


def _named(tools: tuple[ToolSpec, ...], entry: Any, param: str) -> ToolSpec:
    object_(param, entry)
    function = entry.get("function")
    if not isinstance(function, dict) or "name" not in function:
        raise missing(f"{param}.function.name")
    for tool in tools:
        if tool.name == function["name"]:
            return tool
    name = shorten(function["name"])
    raise RequestError(f"Tool choice '{name}' not found in 'tools' parameter.", param)


def _tools(raw: Any) -> tuple[ToolSpec, ...]:
    if raw is None:
        return ()
    if not isinstance(raw, list):
        raise wrong_type("tools", "an array of objects", raw)
    return tuple(_tool(item, f"tools[{at}]") for at, item in enumerate(raw))


def _tool(raw: Any, param: str) -> ToolSpec:
    object_(param, raw)
    if "type" not in raw:
        raise missing(f"{param}.type")
    if raw["type"] == "custom":
        raise unsupported(f"{param}.type", "only function tools are known here.")
    one_of("function")(f"{param}.type", raw["type"])
    function, param = raw.get("function"), f"{param}.function"
    if not isinstance(function, dict) or "name" not in function:
        raise missing(f"{param}.name")
    return ToolSpec(_name(function["name"], f"{param}.name"), *_described(function, param))


def _described(function: Mapping[str, Any], param: str) -> tuple[str, Mapping[str, Any]]:
    description, parameters = function.get("description"), function.get("parameters")
    if description is not None:
        string(f"{param}.description", description)
    if parameters is not None:
        object_(f"{param}.parameters", parameters)
    if function.get("strict") is not None:
        boolean(f"{param}.strict", function["strict"])
    return description or "", parameters or {}


def _name(value: Any, param: str) -> str:
    string(param, value)
    if not _NAME.fullmatch(value):
        raise RequestError(
            f"Invalid '{param}': string does not match pattern. Expected a string that matches '^[a-zA-Z0-9_-]+$' "
            "of at most 64 characters.",
            param,
            "invalid_value",
        )
    return str(value)

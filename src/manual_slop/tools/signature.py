"""A function's signature and docstring as the JSON schema that a model reads.

Parameters may be `str`, `int`, `float`, `bool`, a `list` of these, a `Literal` of strings or of integers, a `TypedDict`
whose fields are `Annotated[type, "what it is"]`, and each of them `| None` with a default. Their descriptions stand in
the docstring under a line `Args:`, one `name: words` each.
"""

from __future__ import annotations

import inspect
import json
import re
import types
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

_NAMES: Mapping[object, str] = {str: "string", int: "integer", float: "number", bool: "boolean"}
_ARGUMENT = re.compile(r" {4}(\w+): (.+)")
_LINE_BREAK = re.compile(r"(?<!\n)\n(?!\n)")


def describe(function: Callable[..., Any], context: type) -> tuple[str, dict[str, Any]]:
    """The description and the schema of a tool's function. Raises `TypeError` where something is missing."""
    hints = get_type_hints(function)
    everything = [*inspect.signature(function).parameters.values()]
    if not everything or hints.get(everything[0].name) is not context:
        raise TypeError(f"{function.__name__}: its first parameter must be a {context.__name__}")
    parameters = everything[1:]
    if hints.get("return") is not str:
        raise TypeError(f"{function.__name__}: it must return a str")
    description, words = _docstring(function)
    if words.keys() != {parameter.name for parameter in parameters}:
        raise TypeError(f"{function.__name__}: `Args:` must describe each parameter and nothing else")
    schema = {
        "type": "object",
        "properties": {
            parameter.name: _property(parameter, hints.get(parameter.name), words[parameter.name], function.__name__)
            for parameter in parameters
        },
        "required": [parameter.name for parameter in parameters if parameter.default is inspect.Parameter.empty],
        "additionalProperties": False,
    }
    return description, schema


def _docstring(function: Callable[..., Any]) -> tuple[str, dict[str, str]]:
    description, _, section = f"\n{inspect.getdoc(function) or ''}".partition("\nArgs:\n")
    if not description.strip():
        raise TypeError(f"{function.__name__}: it needs a docstring, which is what the model reads")
    words: dict[str, str] = {}
    name = ""
    for line in section.splitlines():
        if found := _ARGUMENT.fullmatch(line):
            name, words[found[1]] = found[1], found[2]
        elif name and line.strip():
            words[name] += f" {line.strip()}"
    return _LINE_BREAK.sub(" ", description.strip()), words


def _property(parameter: inspect.Parameter, annotation: object, words: str, owner: str) -> dict[str, Any]:
    where = f"{owner}: parameter {parameter.name}"
    if parameter.kind not in {parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY}:
        raise TypeError(f"{where}: only plain parameters can be described to a model")
    default = parameter.default
    optional, annotation = _without_none(annotation)
    if optional and default is parameter.empty:
        raise TypeError(f"{where}: what may be None needs a default")
    # Not every provider takes the keyword `default`; every model reads the words.
    told = default not in (parameter.empty, None, "")
    return {**_schema(annotation, where), "description": f"{words} (default: {json.dumps(default)})" if told else words}


def _without_none(annotation: object) -> tuple[bool, object]:
    if get_origin(annotation) in {Union, types.UnionType}:
        rest = [choice for choice in get_args(annotation) if choice is not type(None)]
        if len(rest) == 1:
            return True, rest[0]
    return False, annotation


def _schema(annotation: object, where: str) -> dict[str, Any]:
    if annotation in _NAMES:
        return {"type": _NAMES[annotation]}
    choices = get_args(annotation)
    if get_origin(annotation) is list and choices:
        return {"type": "array", "items": _schema(choices[0], where)}
    if is_typeddict(annotation):
        return _object(annotation, where)
    kinds = {type(choice) for choice in choices}
    if get_origin(annotation) is Literal and len(kinds) == 1 and kinds <= {str, int}:
        return {"type": _NAMES[kinds.pop()], "enum": list(choices)}
    raise TypeError(f"{where}: a model cannot be told of the type {annotation!r}")


def _object(annotation: object, where: str) -> dict[str, Any]:
    fields = get_type_hints(annotation, include_extras=True)
    for name, hint in fields.items():
        if get_origin(hint) is not Annotated:
            raise TypeError(f"{where}: field {name} must be Annotated with the words a model reads")
    return {
        "type": "object",
        "properties": {
            name: {**_schema(get_args(hint)[0], where), "description": str(get_args(hint)[1])}
            for name, hint in fields.items()
        },
        "required": list(fields),
        "additionalProperties": False,
    }

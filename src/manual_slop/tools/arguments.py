"""A model's arguments held against a tool's schema: nothing is guessed, and each mistake is named."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from manual_slop.safety.path_rules import show

_ARTICLES: Mapping[str, str] = {"integer": "an integer", "array": "an array", "object": "an object", "null": "null"}


class ArgumentsError(ValueError):
    """The arguments do not fit; the message lists every mistake."""


def fit(arguments: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """`arguments` as the tool's function takes them. Raises `ArgumentsError`.

    The only change made is 3.0 to 3 where an integer is wanted. `null` for a parameter that may be left out means
    that it was left out. Schema words we do not know are not checked.
    """
    return _fit(arguments, schema, "")


def _fit(arguments: Mapping[str, Any], schema: Mapping[str, Any], within: str) -> dict[str, Any]:
    properties: Mapping[str, Any] = schema.get("properties", {})
    required = schema.get("required", ())
    given = {name: value for name, value in arguments.items() if value is not None or name in required}
    problems = [within + _missing(name, properties) for name in required if name not in arguments]
    if schema.get("additionalProperties") is False:
        problems += [within + _unknown(name, properties) for name in given if name not in properties]
    fitted = {}
    for name, value in given.items():
        try:
            fitted[name] = _conform(value, properties.get(name, {}), f"{within}`{name}`")
        except ArgumentsError as error:
            problems.append(str(error))
    if problems:
        raise ArgumentsError("; ".join(problems))
    return fitted


def closest(name: str, known: Iterable[str]) -> str:
    """` (did you mean …?)`, where one of `known` is written almost like `name`."""
    import difflib

    near = difflib.get_close_matches(name[:100], list(known), n=1)
    return f" (did you mean `{near[0]}`?)" if near else ""


def _missing(name: str, properties: Mapping[str, Any]) -> str:
    schema = properties.get(name, {})
    return f"`{name}` ({_expected(schema)}) is missing: {schema.get('description', 'it has to be given')}"


def _unknown(name: str, properties: Mapping[str, Any]) -> str:
    known = ", ".join(f"`{name}`" for name in properties) or "none"
    return f"there is no parameter `{show(name)}`{closest(name, properties)}; the parameters are {known}"


def _conform(value: Any, schema: Mapping[str, Any], where: str) -> Any:
    wanted = schema.get("type")
    if wanted == "integer" and isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(wanted, str) and not _is_a(value, wanted):
        raise ArgumentsError(f"{where}: expected {_expected(schema)}, got {_written(value)}")
    if value not in schema.get("enum", (value,)):
        raise ArgumentsError(f"{where}: expected {_expected(schema)}, got {_written(value)}")
    if wanted == "array" and "items" in schema:
        return [_conform(item, schema["items"], f"{where}[{index}]") for index, item in enumerate(value)]
    if wanted == "object" and "properties" in schema:
        return _fit(value, schema, f"{where}: ")
    return value


def _is_a(value: Any, wanted: str) -> bool:
    if isinstance(value, bool):
        return wanted == "boolean"
    kinds: dict[str, Any] = {
        "string": str,
        "integer": int,
        "number": (int, float),
        "array": list,
        "object": dict,
        "null": type(None),
    }
    return wanted not in {*kinds, "boolean"} or isinstance(value, kinds.get(wanted, ()))


def _expected(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return "one of " + ", ".join(json.dumps(choice) for choice in schema["enum"])
    wanted = str(schema.get("type", "a value"))
    return _ARTICLES.get(wanted, wanted if " " in wanted else f"a {wanted}")


def _written(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:60]}…"

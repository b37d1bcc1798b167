"""JSON that means one thing only: no duplicate keys, no NaN, nothing deep, huge or unstorable gets through."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any, NoReturn

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 64
# The lowest limit a Python can be started with (PYTHONINTMAXSTRDIGITS), so that the answer is the same everywhere.
MAX_DIGITS = 640

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
# Possessive, so that a megabyte of quotes and backslashes costs one pass.
_STRING_OR_BRACKET = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{}]', re.DOTALL)


class StrictJSONError(ValueError):
    """The text is not the JSON we accept; the message tells its writer what to change."""


def parse(text: str | bytes) -> Any:
    """The value that `text` (UTF-8 where bytes) stands for. Raises `StrictJSONError`, nothing else."""
    source = text if isinstance(text, str) else _decode(text)
    _check_source(source)
    # The decoder's own error holds the whole text, so ours is raised after it is gone.
    try:
        value = _DECODER.decode(source)
        halves = any(_LONE_SURROGATE.search(string) for string in _strings(value))
        problem = "a string holds half of a surrogate pair (\\ud800 to \\udfff): write the character" if halves else ""
    except json.JSONDecodeError as error:
        problem = f"not valid JSON (line {error.lineno}, column {error.colno}): {error.msg}"
    except (RecursionError, MemoryError):
        problem = "the JSON is too large to read here: send less"
    if problem:
        raise StrictJSONError(problem)
    return value


def parse_object(text: str | bytes) -> dict[str, Any]:
    """Like `parse`, where only an object will do."""
    value = parse(text)
    if not isinstance(value, dict):
        raise StrictJSONError(f'expected a JSON object such as {{"name": "value"}}, got {_kind(value)}')
    return value


def parse_arguments(text: str) -> dict[str, Any]:
    """A tool call's arguments. Nothing at all means no arguments: some providers send it so."""
    return parse_object(text) if text.strip() else {}


def _decode(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise _too_large(len(data))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        where = error.start
    raise StrictJSONError(f"not UTF-8: byte {where} is wrong")


def _check_source(source: str) -> None:
    if source.startswith("\ufeff"):
        raise StrictJSONError("the text begins with a byte order mark: leave it out")
    size = len(source) if len(source) > MAX_BYTES else len(source.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise _too_large(size)
    if lone := _LONE_SURROGATE.search(source):
        raise StrictJSONError(f"character {lone.start()} is half of a surrogate pair: write the whole character")
    if _depth(source) > MAX_DEPTH:
        raise StrictJSONError(f"nested more than {MAX_DEPTH} levels deep: flatten it")


def _depth(source: str) -> int:
    """How deep brackets are open at most, found without recursion."""
    depth = deepest = 0
    for token in _STRING_OR_BRACKET.finditer(source):
        sign = token[0]
        if sign in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif sign in "]}":
            depth -= 1
    return deepest


def _too_large(size: int) -> StrictJSONError:
    return StrictJSONError(f"{size:,} bytes of JSON are too many: at most {MAX_BYTES:,} are accepted; send less")


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, dict):
        yield from value
        for item in value.values():
            yield from _strings(item)


def _kind(value: Any) -> str:
    names = {list: "an array", str: "a string", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for key, item in pairs:
        if key in value:
            raise StrictJSONError(f"the key {json.dumps(key[:80])} stands twice in one object: keep one")
        value[key] = item
    return value


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise StrictJSONError(
            f"a number of {len(digits)} digits is too long: at most {MAX_DIGITS}, or make it a string"
        )
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise StrictJSONError(f"the number {digits[:40]} is too large: the largest is about 1.8e308")
    return number


def _constant(name: str) -> NoReturn:
    raise StrictJSONError(f"{name} is not JSON: use a number, null or a string")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_int=_integer, parse_float=_finite, parse_constant=_constant
)

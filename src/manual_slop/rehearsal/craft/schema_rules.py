"""What a JSON Schema says once its references and combinators are followed: plain alternatives, merged."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]
_COMBINATORS = frozenset({"$ref", "allOf", "anyOf", "oneOf", "if", "then", "else", "$defs", "definitions"})
_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "number": (int, float), "integer": (int,),
    "boolean": (bool,), "null": (type(None),),
}  # fmt: skip
_SIGNS: Mapping[str, tuple[str, ...]] = {
    "object": ("properties", "required", "additionalProperties", "patternProperties", "minProperties"),
    "array": ("items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains"),
    "string": ("pattern", "format", "minLength", "maxLength"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}
_MOST_ALTERNATIVES = 40
_LONGEST_CHAIN = 24


class Unsatisfiable(ValueError):
    """Nothing obeys the schema, or nothing small enough does."""


class Resolver:
    """Follows references and combinators of one schema; gives up when that takes more than `most_steps`."""

    def __init__(self, root: Schema, most_steps: int) -> None:
        self._root = root
        self._left = most_steps

    def alternatives(self, schema: Any, chain: int = 0) -> Iterator[dict[str, Any]]:
        """The ways to obey `schema`, each without references and combinators at its top; the likeliest first.

        Raises: Unsatisfiable when it gives up.
        """
        self._left -= 1
        if self._left < 0:
            raise Unsatisfiable("too many alternatives")
        if schema is False or chain > _LONGEST_CHAIN:
            return
        if not isinstance(schema, dict):
            yield {}
            return
        plain = {key: value for key, value in schema.items() if key not in _COMBINATORS}
        pools = [list(itertools.islice(pool, _MOST_ALTERNATIVES)) for pool in self._pools(schema, chain + 1)]
        for pieces in itertools.islice(itertools.product(*pools), _MOST_ALTERNATIVES):
            merged = _merge_all(plain, pieces)
            if merged is not None:
                yield merged

    def _pools(self, schema: Schema, chain: int) -> Iterator[Iterator[dict[str, Any]]]:
        """What has to be obeyed as well, each as its own alternatives."""
        if isinstance(schema.get("$ref"), str):
            yield self.alternatives(_resolve(self._root, schema["$ref"]), chain)
        for part in _list(schema, "allOf"):
            yield self.alternatives(part, chain)
        for key in ("anyOf", "oneOf"):
            if isinstance(schema.get(key), list):
                choices = sorted(schema[key], key=_is_null)
                yield itertools.chain.from_iterable(self.alternatives(choice, chain) for choice in choices)
        if "if" in schema:
            obeyed = self.alternatives({"allOf": [schema["if"], schema.get("then", True)]}, chain)
            yield itertools.chain(obeyed, self.alternatives(schema.get("else", True), chain))


def types_of(schema: Schema) -> tuple[str, ...]:
    """The JSON types a schema allows, as named or as its other words suggest; empty when any will do."""
    named = schema.get("type")
    if isinstance(named, str):
        return (named,)
    if isinstance(named, list):
        known = [name for name in named if isinstance(name, str) and name in _TYPES]
        return tuple(sorted(known, key=lambda name: name == "null"))
    return tuple(kind for kind, signs in _SIGNS.items() if any(sign in schema for sign in signs))[:1]


def is_of_type(value: Any, names: tuple[str, ...]) -> bool:
    """Whether a value is of one of these JSON types; no names mean any."""
    if not names:
        return True
    if isinstance(value, bool):
        return "boolean" in names
    return any(isinstance(value, _TYPES.get(name, ())) for name in names)


def sub_schemas(schema: Schema, key: str) -> dict[str, Any]:
    """An object of schemas inside a schema (`properties` …); empty when it is no object."""
    value = schema.get(key)
    return value if isinstance(value, dict) else {}


def names_in(schema: Schema, key: str) -> list[str]:
    """A list of names inside a schema (`required` …); empty when it is no list."""
    value = schema.get(key)
    return [name for name in value if isinstance(name, str)] if isinstance(value, list) else []


def count_in(schema: Schema, key: str, default: float) -> float:
    """A count inside a schema (`minItems` …)."""
    value = schema.get(key)
    return value if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 else default


def _is_null(choice: Any) -> bool:
    return isinstance(choice, dict) and choice.get("type") == "null"


def _list(schema: Schema, key: str) -> list[Any]:
    value = schema.get(key)
    return value if isinstance(value, list) else []


def _resolve(root: Schema, reference: str) -> Any:
    """What a `#/…` reference points at; anything goes for one that points elsewhere."""
    path, target = reference.removeprefix("#"), root
    if path == reference or (path and not path.startswith("/")):
        return True
    for step in path.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if not isinstance(target, dict) or key not in target:
            return True
        target = target[key]
    return target


def _merge_all(plain: dict[str, Any], pieces: tuple[dict[str, Any], ...]) -> dict[str, Any] | None:
    merged = plain
    for piece in pieces:
        both = {key: _both(key, merged[key], piece[key]) for key in merged.keys() & piece.keys()}
        merged = {**merged, **piece, **both}
    contradicts = merged.get("type") == [] or merged.get("enum") == []
    return None if contradicts else merged


def _both(key: str, left: Any, right: Any) -> Any:
    """What obeys both values of a keyword."""
    if left == right:
        return left
    if key in _MERGERS:
        try:
            return _MERGERS[key](left, right)
        except TypeError:
            return right
    return right


def _common_types(left: Any, right: Any) -> list[str]:
    wanted = [right] if isinstance(right, str) else right
    allowed = [left] if isinstance(left, str) else left
    common = [name for name in wanted if name in allowed]
    if {"integer", "number"} <= {*wanted, *allowed} and "integer" not in common:
        common.append("integer")
    return common


def _both_properties(left: dict[str, Any], right: dict[str, Any]) -> dict[str, Any]:
    shared = {name: {"allOf": [left[name], right[name]]} for name in left.keys() & right.keys()}
    return {**left, **right, **shared}


_MERGERS: Mapping[str, Callable[[Any, Any], Any]] = {
    "type": _common_types,
    "enum": lambda left, right: [value for value in left if value in right],
    "required": lambda left, right: list(dict.fromkeys([*left, *right])),
    "properties": _both_properties,
    "items": lambda left, right: {"allOf": [left, right]},
    "additionalProperties": lambda left, right: {"allOf": [left, right]},
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"), max),
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"), min),
}

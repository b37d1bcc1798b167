"""JSON that obeys a JSON Schema, filled from a conversation: what structured answers and tool arguments are made of."""

from __future__ import annotations

import json
import math
from typing import Any

from manual_slop.rehearsal.craft.hints import Hints
from manual_slop.rehearsal.craft.schema_numbers import write_number
from manual_slop.rehearsal.craft.schema_rules import (
    Resolver,
    Schema,
    Unsatisfiable,
    count_in,
    is_of_type,
    names_in,
    sub_schemas,
    types_of,
)
from manual_slop.rehearsal.craft.schema_texts import write_text

_DEEPEST = 12
_OPTIONAL_DEPTH = 4
_MOST_STEPS = 5_000
_MOST_ITEMS = 1_000
_UNIQUE_TRIES = 50


def write_json(schema: Schema, hints: Hints, *, optional: bool = True) -> Any:
    """A JSON value that obeys `schema`, with its words and numbers from `hints`.

    Without `optional`, properties that are not required are left out unless the question names them. When nothing
    obeys the schema (or only something huge), an empty object comes back: one cannot say no in JSON.
    """
    try:
        return _Writer(schema, hints, optional).write(schema, "", 0, 0)
    except (Unsatisfiable, RecursionError):
        return {}


class _Writer:
    """One value being written. `turn` asks for variety: the same schema at another turn gives another value."""

    def __init__(self, root: Schema, hints: Hints, optional: bool) -> None:
        self._resolver = Resolver(root, _MOST_STEPS)
        self._hints = hints
        self._optional = optional
        self._numbers = list(hints.numbers())

    def write(self, schema: Any, key: str, depth: int, turn: int) -> Any:
        if depth > _DEEPEST:
            raise Unsatisfiable("too deep")
        for settled in self._resolver.alternatives(schema):
            try:
                return self._settled(settled, key, depth, turn)
            except Unsatisfiable:
                continue
        raise Unsatisfiable(f"nothing obeys the schema of {key or 'the answer'}")

    def _settled(self, schema: dict[str, Any], key: str, depth: int, turn: int) -> Any:
        types = types_of(schema)
        if "const" in schema:
            return schema["const"]
        if isinstance(schema.get("enum"), list):
            return self._choice([value for value in schema["enum"] if is_of_type(value, types)], turn)
        for kind in types or ("object" if not key else "string",):
            try:
                return self._of_type(kind, schema, key, depth, turn)
            except Unsatisfiable:
                continue
        raise Unsatisfiable("no type fits")

    def _of_type(self, kind: str, schema: Schema, key: str, depth: int, turn: int) -> Any:
        match kind:
            case "object":
                return self._object(schema, depth, turn)
            case "array":
                return self._array(schema, key, depth, turn)
            case "string":
                return write_text(schema, key, self._hints, turn)
            case "integer" | "number":
                return self._number(schema, key, kind == "integer", turn)
            case "boolean":
                return self._hints.is_true(key) != bool(turn % 2)
            case _:
                return None

    def _choice(self, values: list[Any], turn: int) -> Any:
        """One of an enum: one the question speaks of goes first."""
        if not values:
            raise Unsatisfiable("an empty choice")
        asked = self._hints.text.lower()
        values = sorted(values, key=lambda value: not (isinstance(value, str) and value and value.lower() in asked))
        return values[turn % len(values)]

    def _number(self, schema: Schema, key: str, whole: bool, turn: int) -> int | float:
        named = Hints(self._hints.said(key) or "").numbers()
        hints = [number for number in named or self._numbers if not whole or isinstance(number, int)]
        number = write_number(schema, whole, hints if not turn else hints[turn : turn + 1], turn)
        if number in self._numbers:
            self._numbers.remove(number)
        return number

    def _object(self, schema: Schema, depth: int, turn: int) -> dict[str, Any]:
        properties, required = sub_schemas(schema, "properties"), names_in(schema, "required")
        most = count_in(schema, "maxProperties", math.inf)
        written = {
            name: self.write(self._property(schema, name), name, depth + 1, turn) for name in dict.fromkeys(required)
        }
        for name in properties:
            if name not in written and len(written) < most and self._is_wanted(name, depth):
                self._try_property(written, schema, name, depth, turn)
        self._add_dependents(written, schema, depth, turn)
        self._fill_up(written, schema, depth, turn)
        if len(written) > most:
            raise Unsatisfiable("more properties are required than allowed")
        return written

    def _is_wanted(self, name: str, depth: int) -> bool:
        return depth < _OPTIONAL_DEPTH if self._optional else self._hints.said(name) is not None

    def _property(self, schema: Schema, name: str) -> Any:
        properties = sub_schemas(schema, "properties")
        if name in properties:
            return properties[name]
        return next(iter(sub_schemas(schema, "patternProperties").values()), schema.get("additionalProperties", True))

    def _try_property(self, written: dict[str, Any], schema: Schema, name: str, depth: int, turn: int) -> None:
        try:
            written[name] = self.write(self._property(schema, name), name, depth + 1, turn)
        except Unsatisfiable:
            return

    def _add_dependents(self, written: dict[str, Any], schema: Schema, depth: int, turn: int) -> None:
        dependents = sub_schemas(schema, "dependentRequired")
        waiting = list(written)
        while waiting:
            for name in names_in(dependents, waiting.pop()):
                if name not in written:
                    written[name] = self.write(self._property(schema, name), name, depth + 1, turn)
                    waiting.append(name)

    def _fill_up(self, written: dict[str, Any], schema: Schema, depth: int, turn: int) -> None:
        """Add properties of made-up names until there are `minProperties`."""
        least = count_in(schema, "minProperties", 0)
        for name in sub_schemas(schema, "properties"):
            if len(written) < least and name not in written:
                self._try_property(written, schema, name, depth, turn)
        patterns = sub_schemas(schema, "patternProperties")
        naming = {"pattern": next(iter(patterns))} if patterns else schema.get("propertyNames", {})
        inside = next(iter(patterns.values()), schema.get("additionalProperties", True))
        at = 0
        while len(written) < least:
            name = self.write({"type": "string", **(naming if isinstance(naming, dict) else {})}, "key", depth + 1, at)
            written.setdefault(name, self.write(inside, "value", depth + 1, turn))
            at += 1

    def _array(self, schema: Schema, key: str, depth: int, turn: int) -> list[Any]:
        prefix, rest = _items_of(schema)
        low, high = math.ceil(count_in(schema, "minItems", 0)), count_in(schema, "maxItems", math.inf)
        usual = max(len(prefix), 2 if depth < _OPTIONAL_DEPTH and self._optional else 0)
        count = max(low, min(high, usual, math.inf if rest is not False else len(prefix)))
        wanted = _contained(schema)
        count = max(count, len(wanted))
        if count > min(high, _MOST_ITEMS):
            raise Unsatisfiable("too many items")
        schemas = [*prefix, *([rest] * int(count))][: int(count)]
        schemas = [{"allOf": [item, more]} for item, more in zip(schemas, wanted, strict=False)] + schemas[
            len(wanted) :
        ]
        return self._items(
            schemas, key, depth, turn, low=max(low, len(wanted)), unique=schema.get("uniqueItems") is True
        )

    def _items(self, schemas: list[Any], key: str, depth: int, turn: int, *, low: int, unique: bool) -> list[Any]:
        written: list[Any] = []
        for at, item in enumerate(schemas):
            try:
                if unique:
                    written.append(self._new_item(item, key, depth + 1, turn, written))
                else:
                    written.append(self.write(item, key, depth + 1, turn + at))
            except Unsatisfiable:
                if len(written) < low:
                    raise
                break
        return written

    def _new_item(self, schema: Any, key: str, depth: int, turn: int, seen: list[Any]) -> Any:
        """A value that is not among `seen` yet."""
        known, at = {json.dumps(value, sort_keys=True) for value in seen}, turn + len(seen)
        for each in (at, *range(turn, at), *range(at + 1, at + _UNIQUE_TRIES)):
            try:
                value = self.write(schema, key, depth, each)
            except Unsatisfiable:
                continue
            if json.dumps(value, sort_keys=True) not in known:
                return value
        raise Unsatisfiable("not that many different items")


def _items_of(schema: Schema) -> tuple[list[Any], Any]:
    """The schemas of the first items, and of the rest; in both spellings."""
    items, prefix = schema.get("items", True), schema.get("prefixItems")
    if isinstance(items, list):
        return items, schema.get("additionalItems", True)
    return (prefix if isinstance(prefix, list) else []), items


def _contained(schema: Schema) -> list[Any]:
    if "contains" not in schema:
        return []
    return [schema["contains"]] * int(min(count_in(schema, "minContains", 1), _MOST_ITEMS))

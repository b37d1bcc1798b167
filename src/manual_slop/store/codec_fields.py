"""How each type of a field is written as JSON and read again: compiled once from the types themselves."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Hashable, Mapping
from dataclasses import MISSING, Field, fields
from decimal import Decimal
from typing import Any, Literal, Union, cast, get_args, get_origin, get_type_hints

from manual_slop.store.blobs import BlobError
from manual_slop.store.codec_leaves import LEAVES, Fetch, Keep, Unreadable, inline, read_text, write_text
from manual_slop.values.approval import Answer, Request
from manual_slop.values.budget import BudgetExceeded, NodeState
from manual_slop.values.errors import ERROR_KINDS, ProviderError
from manual_slop.values.messages import Image, Text

Write = Callable[[Any, Keep], Any]
Read = Callable[[Any, "Fetch | None"], Any]


def class_writer(kind: type) -> Write:
    """What turns a value of that class into an object of its fields."""
    return _class_writer(cast(Hashable, kind))


def class_reader(kind: type) -> Read:
    """What makes a value of that class from such an object; fields that are missing are empty."""
    return _class_reader(cast(Hashable, kind))


@functools.cache
def _class_writer(kind: Any) -> Write:
    if issubclass(kind, ProviderError):
        return _write_error
    plan = [(field.name, _writer(hint), _left_out(field, _writer(hint))) for field, hint in _typed_fields(kind)]

    def write(value: Any, keep: Keep) -> dict[str, Any]:
        record = {}
        for name, writer, left_out in plan:
            written = writer(getattr(value, name), keep)
            if written != left_out or type(written) is not type(left_out):
                record[name] = written
        return record

    return write


@functools.cache
def _class_reader(kind: Any) -> Read:
    if issubclass(kind, ProviderError):
        return _read_error
    plan = [(field.name, _reader(hint), field, hint) for field, hint in _typed_fields(kind)]

    def read(record: Any, fetch: Fetch | None) -> Any:
        if not isinstance(record, dict):
            raise Unreadable(f"{kind.__name__} is no object")
        given = {}
        for name, reader, field, hint in plan:
            if name in record:
                given[name] = reader(record[name], fetch)
            elif field.default is MISSING and field.default_factory is MISSING:
                given[name] = _nothing(hint)
        return kind(**given)

    return read


def _typed_fields(kind: type) -> list[tuple[Field[Any], Any]]:
    # These are names of types only, where events are used but not kept.
    hints = get_type_hints(kind, localns={"NodeState": NodeState, "Request": Request, "Answer": Answer})
    return [(field, hints[field.name]) for field in fields(kind)]


def _left_out(field: Field[Any], writer: Write) -> Any:
    """How a default is written that says nothing, and so is not written at all; `MISSING` for any other."""
    if field.default is MISSING:
        return MISSING
    written = writer(field.default, inline)
    return MISSING if written else written


def _writer(hint: Any) -> Write:
    leaf, kinds = LEAVES.get(_leaf(hint)), _kinds(hint)
    if leaf:
        return leaf[0]
    if get_origin(hint) is tuple:
        item = _writer(get_args(hint)[0])
        return lambda value, keep: [item(one, keep) for one in value]
    if len(kinds) == 1:
        only: Write = class_writer(hint) if kinds[0] is hint else _writer(kinds[0])
        return lambda value, keep: None if value is None else only(value, keep)
    return lambda value, keep: {"type": type(value).__name__, **class_writer(type(value))(value, keep)}


def _reader(hint: Any) -> Read:
    leaf, kinds = LEAVES.get(_leaf(hint)), _kinds(hint)
    if leaf:
        return leaf[1]
    if get_origin(hint) is tuple:
        item = _reader(get_args(hint)[0])
        return lambda value, fetch: tuple(item(one, fetch) for one in _listed(value))
    if len(kinds) == 1:
        if kinds[0] is hint:
            return class_reader(hint)
        only = _reader(kinds[0])
        return lambda value, fetch: None if value is None else only(value, fetch)
    return functools.partial(_read_one_of, {kind.__name__: kind for kind in kinds})


def _leaf(hint: Any) -> Any:
    """The type that says how a value is written which has no fields of its own."""
    return {Literal: str, Mapping: Any}.get(get_origin(hint), hint)


def _kinds(hint: Any) -> list[Any]:
    """What may stand there, besides nothing at all."""
    if get_origin(hint) in (Union, types.UnionType):
        return [one for one in get_args(hint) if one is not type(None)]
    return [hint]


def _nothing(hint: Any) -> Any:
    """What a field holds of which nothing is known."""
    if type(None) in get_args(hint):
        return None
    if get_origin(hint) is Literal:
        return get_args(hint)[0]
    if hint in (str, bytes, int, bool, float, Decimal):
        return hint()
    empty: Mapping[Any, Any] = {tuple: (), Mapping: {}}
    return empty[get_origin(hint)] if get_origin(hint) in empty else class_reader(_kinds(hint)[0])({}, None)


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise Unreadable(f"a {type(value).__name__} stands where a list should")
    return value


def _read_one_of(kinds: dict[str, type], value: Any, fetch: Fetch | None) -> Any:
    """One of several kinds. What this version does not know, or whose contents are gone, leaves a word in its place."""
    kind = kinds.get(str(value.get("type"))) if isinstance(value, dict) else None
    if kind is None:
        if Text in kinds.values():
            return Text("[something of a kind that this version does not know]")
        raise Unreadable("a value is of no known kind")
    try:
        return class_reader(kind)(value, fetch)
    except BlobError as error:
        if kind is not Image:
            raise Unreadable(str(error)) from None
        return Text(f"[a picture that is no longer there: {error}]")


def _write_error(error: ProviderError, keep: Keep) -> dict[str, Any]:
    details = {name: value for name, value in error.details().items() if value or value == 0}
    record = {"kind": error.kind, "provider": error.provider, "model": error.model, "message": error.message, **details}
    record = {name: write_text(value, keep) if isinstance(value, str) else value for name, value in record.items()}
    if isinstance(error, BudgetExceeded):
        record["node"] = class_writer(NodeState)(error.node, keep)
    return record


def _read_error(record: Any, fetch: Fetch | None) -> ProviderError:
    if not isinstance(record, dict):
        raise Unreadable("an error is no object")
    words = {name: read_text(record.get(name, ""), fetch) for name in _WORDS}
    kind, provider, model, message, request_id, partial, advice = words.values()
    if "node" in record:
        return BudgetExceeded(class_reader(NodeState)(record["node"], fetch), provider, model, message, advice)
    numbers = {name: record.get(name) for name in ("status", "retry_after")}
    if not all(value is None or isinstance(value, int | float) for value in numbers.values()):
        raise Unreadable("an error's status is no number")
    return ProviderError(
        cast(Any, kind) if kind in ERROR_KINDS else "unknown",
        provider,
        model,
        message,
        request_id=request_id,
        partial=partial,
        advice=advice,
        **cast(Any, numbers),
    )


_WORDS = ("kind", "provider", "model", "message", "request_id", "partial", "advice")

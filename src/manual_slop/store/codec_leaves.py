"""How values without fields of their own are written as JSON, and read again: texts, bytes, numbers, times."""

from __future__ import annotations

import base64
import functools
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from manual_slop.store.blobs import BlobError
from manual_slop.store.codec_any import read_any, write_any
from manual_slop.values.secrets import redactor

LONGEST = 64 * 1024  # characters of a text that stand in the event itself

Keep = Callable[[bytes], str]
"""Puts contents somewhere; their digest. An empty digest means that they are to stand in the event itself."""
Fetch = Callable[[str], bytes]
"""The contents of that digest. Raises `BlobError`."""


class Unreadable(ValueError):
    """A field does not hold what it should; the message says which."""


def inline(_data: bytes) -> str:
    """Keep nothing elsewhere."""
    return ""


def write_text(value: str, keep: Keep) -> Any:
    text = redactor.redact(value)
    digest = keep(text.encode("utf-8", "surrogatepass")) if len(text) > LONGEST else ""
    return {"$blob": digest} if digest else text


def read_text(value: Any, fetch: Fetch | None) -> str:
    if isinstance(value, str):
        return value
    try:
        return _contents(value, fetch).decode("utf-8", "surrogatepass")
    except BlobError as error:
        return f"[{error}]"


def _write_bytes(value: bytes, keep: Keep) -> Any:
    digest = keep(value)
    return {"$blob": digest} if digest else {"$base64": base64.b64encode(value).decode()}


def _read_bytes(value: Any, fetch: Fetch | None) -> bytes:
    if isinstance(value, dict) and isinstance(value.get("$base64"), str):
        return base64.b64decode(value["$base64"], validate=True)
    return _contents(value, fetch)


def _contents(value: Any, fetch: Fetch | None) -> bytes:
    digest = value.get("$blob") if isinstance(value, dict) else None
    if not isinstance(digest, str):
        raise Unreadable(f"a {type(value).__name__} stands where a text should")
    if fetch is None:
        raise BlobError(f"the content {digest[:12]}… is kept elsewhere")
    return fetch(digest)


def _read_number(kind: type, value: Any, _fetch: Fetch | None) -> Any:
    if isinstance(value, bool) if kind is bool else isinstance(value, int) and not isinstance(value, bool):
        return value
    if kind is float and isinstance(value, float):
        return value
    raise Unreadable(f"a {type(value).__name__} stands where {kind.__name__} should")


def _read_decimal(value: Any, _fetch: Fetch | None) -> Decimal:
    try:
        return Decimal(value)
    except (InvalidOperation, TypeError):
        raise Unreadable("an amount is no number") from None


def _as_it_is(value: Any, _keep: Keep) -> Any:
    return value


LEAVES: Mapping[Any, tuple[Callable[[Any, Keep], Any], Callable[[Any, Fetch | None], Any]]] = {
    str: (write_text, read_text),
    bytes: (_write_bytes, _read_bytes),
    int: (_as_it_is, functools.partial(_read_number, int)),
    bool: (_as_it_is, functools.partial(_read_number, bool)),
    float: (_as_it_is, functools.partial(_read_number, float)),
    Decimal: (lambda value, _keep: str(value), _read_decimal),
    datetime: (lambda value, _keep: value.isoformat(), lambda value, _fetch: datetime.fromisoformat(value)),
    Any: (write_any, read_any),
}
"""By type: what writes a value of it and what reads one."""

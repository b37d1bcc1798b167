"""Values of no known type, such as what a provider wants echoed: in JSON, with nothing of them lost."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from manual_slop.values.secrets import redactor


def write_any(value: Any, keep: Callable[[bytes], str]) -> Any:
    """A value in JSON. What JSON does not know is an object with one key that begins with `$`."""
    if isinstance(value, str):
        return redactor.redact(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return _write_mapping(value, keep)
    if isinstance(value, list | tuple):
        return [write_any(one, keep) for one in value]
    return _write_rare(value, keep)


def _write_mapping(value: Mapping[Any, Any], keep: Callable[[bytes], str]) -> dict[str, Any]:
    if all(isinstance(key, str) and not key.startswith("$") for key in value):
        return {redactor.redact(key): write_any(held, keep) for key, held in value.items()}
    return {"$pairs": [[write_any(key, keep), write_any(held, keep)] for key, held in value.items()]}


def _write_rare(value: Any, keep: Callable[[bytes], str]) -> dict[str, Any]:
    if isinstance(value, bytes):
        digest = keep(value)
        return {"$blob": digest} if digest else {"$base64": base64.b64encode(value).decode()}
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    if isinstance(value, datetime):
        return {"$time": value.isoformat()}
    raise ValueError(f"a value of type {type(value).__name__} cannot be kept")


def read_any(value: Any, fetch: Callable[[str], bytes] | None) -> Any:
    """What `write_any` wrote; a tuple comes back as a list. Raises `ValueError` and what `fetch` raises."""
    if isinstance(value, list):
        return [read_any(one, fetch) for one in value]
    if not isinstance(value, dict):
        return value
    for mark, held in value.items():
        if len(value) == 1 and mark.startswith("$"):
            return _marked(mark, held, fetch)
    return {key: read_any(held, fetch) for key, held in value.items()}


def _marked(mark: str, held: Any, fetch: Callable[[str], bytes] | None) -> Any:
    if mark == "$pairs":
        return {read_any(key, fetch): read_any(one, fetch) for key, one in held}
    if mark == "$base64":
        return base64.b64decode(held, validate=True)
    if mark == "$blob" and fetch is not None:
        return fetch(held)
    if mark == "$decimal":
        return Decimal(held)
    if mark == "$time":
        return datetime.fromisoformat(held)
    raise ValueError(f"{mark!r} marks nothing that this version knows")

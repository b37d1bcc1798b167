"""Events as JSON Lines: one object a line, `type` is the event's name in snake case, no secret in it."""

from __future__ import annotations

import dataclasses
import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

from manual_slop.money.prices import combine
from manual_slop.values.errors import ConfigError, ProviderError
from manual_slop.values.events import Event
from manual_slop.values.messages import Image, Opaque, Part
from manual_slop.values.secrets import Secret, redactor
from manual_slop.values.usage import Usage

_WORD_BEGINS = re.compile(r"(?<!^)(?=[A-Z])")
_PARTS = get_args(Part)


def event_line(event: Event) -> str:
    """One event as a line, without its line end."""
    return document(event_fields(event))


def event_fields(event: Event) -> dict[str, Any]:
    """An event in JSON's own kinds of value."""
    return {"type": snake_case(type(event).__name__), **_fields(event)}


def failed_line(error: ConfigError) -> str:
    """The last line of a turn that settings or usage kept from beginning."""
    ending = {"error": error_fields(error), "usage": Usage(), "cost": combine([]), "session_id": ""}
    return document({"type": "turn_failed", **ending})


def error_fields(error: ProviderError | ConfigError) -> dict[str, Any]:
    """What there is to say of an error; one of the person's own settings has the kind `configuration`."""
    names = ("kind", "message", "advice", "status", "retry_after", "request_id", "partial", "provider", "model")
    if isinstance(error, ProviderError):
        return {name: plain(getattr(error, name)) for name in names}
    unknown = {"status": None, "retry_after": None}
    return {**dict.fromkeys(names, ""), **unknown, "kind": "configuration", "message": plain(str(error))}


def document(value: Any, indent: int | None = None) -> str:
    """Any of our values as JSON text: dataclasses as objects, `Decimal` as text, pictures by size, secrets redacted."""
    return json.dumps(plain(value), indent=indent, ensure_ascii=False)


def plain(value: Any) -> Any:
    """The same in JSON's own kinds of value."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str):
        return redactor.redact(value).encode("utf-8", "backslashreplace").decode()
    if isinstance(value, Mapping):
        return {redactor.redact(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return _of_our_own(value)


def snake_case(name: str) -> str:
    """`ToolCallDelta` → `tool_call_delta`."""
    return _WORD_BEGINS.sub("_", name).lower()


def _of_our_own(value: Any) -> Any:
    for kind, form in _FORMS:
        if isinstance(value, kind):
            return form(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        kind_of_part = {"type": snake_case(type(value).__name__)} if isinstance(value, _PARTS) else {}
        return {**kind_of_part, **_fields(value)}
    raise TypeError(f"{type(value).__name__} has no JSON form here")


def _fields(value: Any) -> dict[str, Any]:
    return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}


def _image(image: Image) -> dict[str, Any]:
    size = {"width": image.width, "height": image.height, "bytes": len(image.data)}
    return {"type": "image", "media_type": image.media_type, **size}


def _opaque(data: Opaque) -> dict[str, Any]:
    """Which fields there are; what stands in them is of no use to anybody but their provider."""
    return {"provider": data.provider, "fields": sorted(data.fields)}


_FORMS: Sequence[tuple[type | tuple[type, ...], Callable[[Any], Any]]] = (
    (Decimal, lambda number: f"{number:f}"),
    (date, lambda day: day.isoformat()),
    (timedelta, lambda span: span.total_seconds()),
    ((Path, Secret), lambda named: plain(str(named))),
    (bytes, lambda data: {"bytes": len(data)}),
    (ProviderError, error_fields),
    (Image, _image),
    (Opaque, _opaque),
)

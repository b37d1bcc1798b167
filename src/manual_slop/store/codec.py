"""Events as JSON text and back, exactly; what other versions wrote is read as far as this one understands it.

A value is an object of its fields, without those that are empty; where several kinds may stand, `type` names it.
Numbers of money and times are texts. Long texts and the bytes of pictures are kept elsewhere, by their digest.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, get_args

from manual_slop.store.codec_fields import class_reader, class_writer
from manual_slop.store.codec_leaves import Fetch, Keep, inline
from manual_slop.values.events import Event, Notice
from manual_slop.values.secrets import redactor

EVENTS: tuple[type, ...] = get_args(Event)


def encode(event: Event, keep: Keep = inline) -> str:
    """`event` as JSON on one line, with no secret in it.

    `keep` puts long contents somewhere and returns their digest; without it they stand in the text itself. Raises
    `ValueError` for what cannot be written, such as a value nested too deeply.
    """
    try:
        fields = class_writer(type(event))(event, keep)
        return _dumped({"type": type(event).__name__, **fields})
    except RecursionError:
        raise ValueError(f"{type(event).__name__} is nested too deeply to be kept") from None


def decode(text: str, fetch: Fetch | None = None) -> Event:
    """The event that `encode` wrote, whichever version it was. `fetch` finds contents by digest.

    What cannot be read becomes a `Notice` that says so: nothing is raised, so that one event never costs the others.
    """
    try:
        record = json.loads(text)
        kind = record.get("type") if isinstance(record, dict) else None
        known = next((one for one in EVENTS if one.__name__ == kind), None)
        if known is None:
            return Notice(f"(an event of a kind that this version does not know: {redactor.redact(str(kind))[:80]})")
        event: Event = class_reader(known)(record, fetch)
        return event
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        return Notice(f"(an event that could not be read: {str(error)[:200]})")


def as_plain(value: Any, keep: Keep = inline) -> Any:
    """A dataclass of `values/` that is no event, in JSON values."""
    return class_writer(type(value))(value, keep)


def from_plain(kind: type, record: Any, fetch: Fetch | None = None) -> Any:
    """What `as_plain` made of a value of that class. Raises `ValueError`."""
    reader: Callable[[Any, Fetch | None], Any] = class_reader(kind)
    return reader(record, fetch)


def _dumped(record: dict[str, Any]) -> str:
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair, as in the name of a file that is no text
        return json.dumps(record, separators=(",", ":"))
    return text

"""An archive read back, as something that anybody may have made: what is wrong with it is said, and nothing kept."""

from __future__ import annotations

import base64
import dataclasses
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, get_args

from manual_slop.session.export.archive import FORMAT, VERSION
from manual_slop.store import wire_json
from manual_slop.store.blobs import BlobError, digest_of
from manual_slop.store.codec import decode
from manual_slop.store.export_file import ExportError
from manual_slop.values.envelope import Envelope
from manual_slop.values.events import Event
from manual_slop.values.messages import Message, Role
from manual_slop.values.wire import WireCall

MOST_BYTES = 512_000_000
_MOST_EVENTS = 1_000_000
_ID = re.compile("[0-9a-f]{32}")
_OLDEST = datetime(2000, 1, 1, tzinfo=UTC)
_LARGEST = 10**12  # tokens, dollars, whatever is counted


@dataclass(frozen=True, slots=True)
class Archive:
    """A session from elsewhere, checked. `drafts` are turn, text and reasoning; `contents` are by their digest."""

    id: str
    envelopes: tuple[Envelope, ...]
    drafts: tuple[tuple[str, str, str], ...] = ()
    wire: tuple[WireCall, ...] = ()
    contents: Mapping[str, bytes] = field(default_factory=dict)


def read_archive(data: bytes) -> Archive:
    """What `as_archive` wrote, by this version or another. Raises `ExportError` that says what is wrong with it."""
    problem = ""
    try:
        return _archive(_document(data))
    except _Wrong as wrong:
        problem = str(wrong)
    except RecursionError:
        problem = "it is nested too deeply"
    raise ExportError(f"this is no session that was exported as JSON: {problem}")


class _Wrong(Exception):
    """Something in an archive is not as it has to be."""


def _document(data: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(data, object_pairs_hook=_unique, parse_constant=_no_number)
    except (ValueError, UnicodeDecodeError) as error:
        raise _Wrong(f"it is not JSON ({error})") from None
    whole: dict[str, Any] = _as(dict, parsed, "it")
    if whole.get("format") != FORMAT:
        raise _Wrong(f'its "format" is not "{FORMAT}"')
    version = whole.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise _Wrong('its "version" is no number')
    if version > VERSION:
        raise _Wrong(f"a newer program wrote it (version {version}; this one reads {VERSION}): update and try again")
    return whole


def _archive(whole: dict[str, Any]) -> Archive:
    session_id = whole.get("id")
    if not isinstance(session_id, str) or not _ID.fullmatch(session_id):
        raise _Wrong('its "id" is not 32 hexadecimal digits')
    contents = _contents(_as(dict, whole.get("contents", {}), "contents"))
    records = _as(list, whole.get("events"), "events")
    if not 0 < len(records) <= _MOST_EVENTS:
        raise _Wrong(f"it has {len(records):,} events")
    envelopes = tuple(_envelope(session_id, at, one, contents) for at, one in enumerate(records, 1))
    drafts = tuple(_draft(one) for one in _as(list, whole.get("drafts", []), "drafts"))
    wire = tuple(_call(session_id, one) for one in _as(list, whole.get("wire", []), "wire"))
    return Archive(session_id, envelopes, drafts, wire, contents)


def _envelope(session_id: str, number: int, record: Any, contents: Mapping[str, bytes]) -> Envelope:
    where = f"event {number}"
    record = _as(dict, record, where)
    if record.get("number") != number:
        raise _Wrong(f"{where} has the number {record.get('number')!r}: they have to count from 1")
    event = decode(json.dumps(_as(dict, record.get("event"), where)), lambda digest: _content(contents, digest))
    _check(event, where)
    _check_session(event, session_id, where)
    return Envelope(session_id, number, _time(record.get("at"), where), event)


def _contents(records: dict[str, Any]) -> dict[str, bytes]:
    contents = {}
    for digest, text in records.items():
        try:
            data = base64.b64decode(_as(str, text, "a content"), validate=True)
        except ValueError:
            raise _Wrong(f"the content {digest[:12]!r} is not base64") from None
        if digest_of(data) != digest:
            raise _Wrong(f"the content {digest[:12]!r} is not what its name says")
        contents[digest] = data
    return contents


def _content(contents: Mapping[str, bytes], digest: str) -> bytes:
    if digest not in contents:
        raise BlobError(f"the content {digest[:12]}… was not exported")
    return contents[digest]


def _draft(record: Any) -> tuple[str, str, str]:
    record = _as(dict, record, "a draft")
    turn_id, text, reasoning = (_as(str, record.get(name, ""), "a draft") for name in ("turn_id", "text", "reasoning"))
    return turn_id, text, reasoning


def _call(session_id: str, record: Any) -> WireCall:
    try:
        call = wire_json.decode(_as(dict, record, "a call"))
    except (ValueError, LookupError, TypeError, AttributeError):
        raise _Wrong("a call of the wire log cannot be read") from None
    _check(call, "a call of the wire log")
    _check_session(call, session_id, "a call of the wire log")
    return call


def _time(text: Any, where: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise _Wrong(f"{where} has no time") from None
    _check(at, where)
    return at.astimezone(UTC)


def _check(value: Any, where: str) -> None:
    """Refuse what no program of ours would have written: such values would poison sums and lists later."""
    if isinstance(value, bool | str | bytes) or value is None:
        return
    if isinstance(value, Decimal | int | float):
        if not (value == value and 0 <= value <= _LARGEST):  # noqa: PLR0124  # not a number is not itself
            raise _Wrong(f"{where} has a number that cannot be: {str(value)[:40]}")
    elif isinstance(value, datetime):
        if value.tzinfo is None or not _OLDEST < value < datetime.now(UTC) + timedelta(days=2):
            raise _Wrong(f"{where} has a time that cannot be")
    elif isinstance(value, Message) and value.role not in get_args(Role):
        raise _Wrong(f"{where} is said by {value.role[:40]!r}, which is nobody")
    elif isinstance(value, tuple | list):
        for one in value:
            _check(one, where)
    elif dataclasses.is_dataclass(value):
        for one in dataclasses.fields(value):
            _check(getattr(value, one.name), where)


def _check_session(event: Event | WireCall, session_id: str, where: str) -> None:
    if getattr(event, "session_id", session_id) not in ("", session_id):
        raise _Wrong(f"{where} belongs to another session")


def _as(kind: type[Any], value: Any, where: str) -> Any:
    if not isinstance(value, kind):
        raise _Wrong(f"{where} is not the {kind.__name__} that it has to be")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise _Wrong("a name stands twice in one object")
    return record


def _no_number(text: str) -> Any:
    raise _Wrong(f"{text} is no number")

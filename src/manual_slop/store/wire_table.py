"""The wire log on disk: one row a provider call, compressed, and of each request only what is new in it.

A conversation's requests repeat all that was said before. So a row names an earlier one of its session as its base, and
holds what stands between the bytes that both begin with and those that both end with.
"""

from __future__ import annotations

import dataclasses
import json
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from manual_slop.store import wire_json
from manual_slop.store.errors import StoreError
from manual_slop.values.secrets import redactor
from manual_slop.values.wire import WireCall, WireHead

DDL = """
CREATE TABLE wire (
    number INTEGER PRIMARY KEY,
    session_id TEXT NOT NULL,
    call_id TEXT NOT NULL,
    began TEXT NOT NULL,
    head BLOB NOT NULL,
    base TEXT NOT NULL,
    same_start INTEGER NOT NULL,
    same_end INTEGER NOT NULL,
    request BLOB NOT NULL,
    response BLOB NOT NULL,
    UNIQUE (session_id, call_id)
) STRICT;
"""
"""`base` is the `call_id` of another row of the session, empty where `request` is whole; the blobs are zlib's."""

LONGEST_CHAIN = 64
"""So many rows at most have to be read for one."""

_READ = "SELECT session_id, call_id, head, base, same_start, same_end, request, response FROM wire"


@dataclass(frozen=True, slots=True)
class Base:
    """A row that the next one may build on: its call, its request's body, how many rows it takes to read it."""

    call_id: str
    body: bytes
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """A call, packed. `base` is empty where it stands for itself."""

    session_id: str
    call_id: str
    began: str
    head: bytes
    base: str
    same_start: int
    same_end: int
    request: bytes
    response: bytes


def pack(call: WireCall, base: Base | None = None) -> Row:
    """A call as a row, on top of `base` where that saves something."""
    body = call.request.body if call.request else b""
    start, end = _in_common(base.body, body) if base else (0, 0)
    used = base.call_id if base and 2 * (start + end) > len(body) else ""
    if not used:
        start = end = 0
    return Row(
        call.session_id,
        call.call_id,
        call.began.isoformat(),
        zlib.compress(_head(call).encode("utf-8")),
        used,
        start,
        end,
        zlib.compress(body[start : len(body) - end]),
        zlib.compress(call.response.body if call.response else b""),
    )


def insert(connection: sqlite3.Connection, row: Row) -> bool:
    """Add a row, in the transaction that is open. False, and nothing added, where its base is not there.

    A call that is there already stays as it is.
    """
    if row.base and not _has(connection, row.session_id, row.base):
        return False
    connection.execute(
        "INSERT OR IGNORE INTO wire (session_id, call_id, began, head, base, same_start, same_end, request,"
        " response) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        dataclasses.astuple(row),
    )
    return True


def read(connection: sqlite3.Connection, session_id: str) -> Iterator[WireCall]:
    """The calls of a session, in their order."""
    yield from _calls(connection, connection.execute(f"{_READ} WHERE session_id = ? ORDER BY number", (session_id,)))


def read_one(connection: sqlite3.Connection, session_id: str, call_id: str) -> WireCall | None:
    """One call of a session, if it was kept."""
    rows = connection.execute(f"{_READ} WHERE session_id = ? AND call_id = ?", (session_id, call_id))
    return next(_calls(connection, rows), None)


def heads(connection: sqlite3.Connection, session_id: str, after: int = 0) -> Iterator[WireHead]:
    """The calls of a session behind a number, in their order, without their bodies, which are not read."""
    rows = connection.execute(
        "SELECT number, head, same_start + same_end, request FROM wire WHERE session_id = ? AND number > ?"
        " ORDER BY number",
        (session_id, after),
    )
    for number, head, same, request in rows:
        call = wire_json.decode(json.loads(zlib.decompress(head)))
        received = sum(size for _, size in call.response.pieces) if call.response else 0
        yield WireHead(number, call, same + len(zlib.decompress(request)), received)


def delete(connection: sqlite3.Connection, session_id: str) -> None:
    """Forget a session's calls, in the transaction that is open."""
    connection.execute("DELETE FROM wire WHERE session_id = ?", (session_id,))


def older(connection: sqlite3.Connection, before: datetime) -> int:
    """How many rows `prune` would forget."""
    (count,) = connection.execute(
        "SELECT count(*) FROM wire WHERE session_id IN"
        " (SELECT session_id FROM wire GROUP BY session_id HAVING max(began) < ?)",
        (before.isoformat(),),
    ).fetchone()
    return int(count)


def prune(connection: sqlite3.Connection, before: datetime) -> int:
    """Forget the calls of sessions that made none since `before`; how many rows those were."""
    gone = connection.execute(
        "DELETE FROM wire WHERE session_id IN (SELECT session_id FROM wire GROUP BY session_id HAVING max(began) < ?)",
        (before.isoformat(),),
    )
    return gone.rowcount


def _head(call: WireCall) -> str:
    """All but the two bodies, as JSON without secrets."""
    request = dataclasses.replace(call.request, body=b"") if call.request else None
    response = dataclasses.replace(call.response, body=b"") if call.response else None
    bare = dataclasses.replace(call, request=request, response=response)
    return json.dumps(_redacted(wire_json.encode(bare)), ensure_ascii=False)


def _redacted(value: Any) -> Any:
    """A JSON value with the secrets out of its texts; numbers are left alone."""
    if isinstance(value, str):
        return redactor.redact(value)
    if isinstance(value, dict):
        return {name: _redacted(one) for name, one in value.items()}
    return [_redacted(one) for one in value] if isinstance(value, list) else value


def _has(connection: sqlite3.Connection, session_id: str, call_id: str) -> bool:
    known = connection.execute("SELECT 1 FROM wire WHERE session_id = ? AND call_id = ?", (session_id, call_id))
    return known.fetchone() is not None


def _calls(connection: sqlite3.Connection, rows: Iterable[Any]) -> Iterator[WireCall]:
    """The calls of rows. Most of them build on the one before, which is remembered."""
    known: dict[tuple[str, str], bytes] = {}
    for row in rows:
        session_id, call_id, head, *_, response = row
        body = _body(connection, row, known)
        known = {(session_id, call_id): body}
        call = wire_json.decode(json.loads(zlib.decompress(head)))
        yield dataclasses.replace(
            call,
            request=dataclasses.replace(call.request, body=body) if call.request else None,
            response=dataclasses.replace(call.response, body=zlib.decompress(response)) if call.response else None,
        )


def _body(connection: sqlite3.Connection, row: Any, known: Mapping[tuple[str, str], bytes]) -> bytes:
    """The body of a row's request, with what it shares with its base."""
    session_id, call_id, _, base, start, end, packed, _ = row
    if (session_id, call_id) in known:
        return known[session_id, call_id]
    new = zlib.decompress(packed)
    if not base:
        return new
    below = connection.execute(f"{_READ} WHERE session_id = ? AND call_id = ?", (session_id, base)).fetchone()
    if below is None:
        raise StoreError(f"the wire log of session {session_id} lacks the call {base} that a later one builds on")
    body = _body(connection, below, known)
    return body[:start] + new + body[len(body) - end :]


def _in_common(one: bytes, other: bytes) -> tuple[int, int]:
    """How many bytes two texts have in common at their start, and how many of the others at their end."""
    start = _longest(min(len(one), len(other)), lambda size: one[:size] == other[:size])
    room = min(len(one), len(other)) - start
    return start, _longest(room, lambda size: one[len(one) - size :] == other[len(other) - size :])


def _longest(most: int, holds: Callable[[int], bool]) -> int:
    """The largest size for which it holds, when it holds for all that are smaller."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(middle) else (low, middle - 1)
    return low

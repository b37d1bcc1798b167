"""One row a session with what a list shows of it, kept up to date in the transaction that adds its events."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from manual_slop.store.errors import damage
from manual_slop.values.events import (
    Event,
    MessageAdded,
    SessionDescribed,
    TurnFailed,
    TurnFinished,
    TurnStarted,
)
from manual_slop.values.ledger import UsageRecorded
from manual_slop.values.messages import Message
from manual_slop.values.secrets import redactor
from manual_slop.values.usage import CostSum, total

DDL = """
CREATE TABLE sessions (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL DEFAULT '',
    model TEXT NOT NULL DEFAULT '',
    project TEXT NOT NULL DEFAULT '',
    forked_from TEXT NOT NULL DEFAULT '',
    opened INTEGER NOT NULL,               -- microseconds since 1970, like all times here
    changed INTEGER NOT NULL,
    events INTEGER NOT NULL DEFAULT 0,     -- the number of the last one
    turns INTEGER NOT NULL DEFAULT 0,
    calls INTEGER NOT NULL DEFAULT 0,
    unpriced INTEGER NOT NULL DEFAULT 0,
    estimated INTEGER NOT NULL DEFAULT 0,
    local INTEGER NOT NULL DEFAULT 0,      -- calls without charge
    usd TEXT NOT NULL DEFAULT '0',         -- exact
    open_turn TEXT NOT NULL DEFAULT '',    -- the turn that has not ended
    owner TEXT NOT NULL DEFAULT ''         -- who goes on with it
);
CREATE INDEX sessions_changed ON sessions (changed);
"""

_TITLE = 60  # characters
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SELECT = (
    "SELECT key, id, title, model, project, forked_from, opened, changed, events, turns, calls, unpriced, estimated, "
    "local, usd, open_turn, owner FROM sessions "
)


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """A session in a list. `cost` is of all its calls, `events` how many it has; times are in UTC.

    `interrupted` says that its last turn has no end and nobody is working on it any more; `open_turn` is that turn.
    """

    id: str
    title: str
    model: str
    project: str
    opened: datetime
    changed: datetime
    turns: int
    calls: int
    cost: CostSum
    interrupted: bool
    events: int
    forked_from: str = ""
    open_turn: str = ""
    owner: str = field(default="", repr=False)
    key: int = field(default=0, repr=False)


def microseconds(at: datetime) -> int:
    """A time as the tables have it."""
    return (at - _EPOCH) // _MICROSECOND


def moment(stored: int) -> datetime:
    """A time of the tables, in UTC. Raises `sqlite3.DatabaseError` for what is none: then the file is damaged."""
    try:
        return _EPOCH + stored * _MICROSECOND
    except (TypeError, OverflowError):
        raise damage("a time in it is none") from None


def summary_of(connection: sqlite3.Connection, session_id: str) -> SessionSummary | None:
    """The row of a session, if there is one."""
    row = connection.execute(_SELECT + "WHERE id = ?", (session_id,)).fetchone()
    return _summary(row) if row else None


def summaries(connection: sqlite3.Connection, limit: int, project: str | None, offset: int) -> Iterator[SessionSummary]:
    """Rows, the last changed first; those of one project where it is given."""
    query = _SELECT + "WHERE ?1 IS NULL OR project = ?1 ORDER BY changed DESC, key DESC LIMIT ?2 OFFSET ?3"
    yield from map(_summary, connection.execute(query, (project, limit, offset)))


def make(connection: sqlite3.Connection, session_id: str, at: datetime) -> SessionSummary:
    """A row for a new session."""
    connection.execute(
        "INSERT INTO sessions (id, opened, changed) VALUES (?, ?, ?)", (session_id, microseconds(at), microseconds(at))
    )
    made = summary_of(connection, session_id)
    assert made is not None
    return made


def after(summary: SessionSummary, event: Event) -> SessionSummary:
    """The row with one more event."""
    summary = replace(summary, events=summary.events + 1)
    if isinstance(event, SessionDescribed):
        model, project = redactor.redact(event.model), redactor.redact(event.project)
        return replace(summary, model=model, project=project, forked_from=event.forked_from or summary.forked_from)
    if isinstance(event, MessageAdded) and event.message.role == "user":
        return summary if summary.title else replace(summary, title=title_of(event.message))
    if isinstance(event, TurnStarted):
        model = redactor.redact(event.model)
        return replace(summary, turns=summary.turns + 1, open_turn=event.turn_id, model=model)
    if isinstance(event, TurnFinished | TurnFailed):
        return replace(summary, open_turn="")
    if isinstance(event, UsageRecorded):
        return replace(summary, calls=summary.calls + 1, cost=_plus(summary.cost, total([event.cost])))
    return summary


def keep(connection: sqlite3.Connection, summary: SessionSummary, at: datetime) -> None:
    """Write the row back. Its change is at `at`, or when it was where that is later."""
    cost = summary.cost
    connection.execute(
        "UPDATE sessions SET title = ?, model = ?, project = ?, forked_from = ?, "
        "changed = max(changed, ?), events = ?, turns = ?, calls = ?, unpriced = ?, "
        "estimated = ?, local = ?, usd = ?, open_turn = ? WHERE key = ?",
        (
            *(_storable(text) for text in (summary.title, summary.model, summary.project, summary.forked_from)),
            *(microseconds(at), summary.events, summary.turns, cost.calls, cost.unpriced, cost.estimated),
            *(cost.local, str(cost.usd), summary.open_turn, summary.key),
        ),
    )


def matching(connection: sqlite3.Connection, prefix: str) -> Sequence[str]:
    """Ids that begin so, two at most: enough to tell whether it is one."""
    query = "SELECT id FROM sessions WHERE substr(id, 1, length(?1)) = ?1 LIMIT 2"
    found = connection.execute(query, (_storable(prefix),))
    return [session_id for (session_id,) in found]


def newest(connection: sqlite3.Connection) -> str | None:
    """The id of the session that was changed last."""
    row = connection.execute("SELECT id FROM sessions ORDER BY changed DESC, key DESC LIMIT 1").fetchone()
    return row[0] if row else None


def set_owner(connection: sqlite3.Connection, session_id: str, owner: str) -> None:
    """Write down who goes on with a session."""
    connection.execute("UPDATE sessions SET owner = ? WHERE id = ?", (owner, session_id))


def delete(connection: sqlite3.Connection, key: int) -> None:
    """Remove the row, when nothing belongs to it any more."""
    connection.execute("DELETE FROM sessions WHERE key = ?", (key,))


def title_of(message: Message) -> str:
    """The first words of a prompt, on one line."""
    title = " ".join(redactor.redact(message.text).split())
    if len(title) <= _TITLE:
        return title
    return (title[:_TITLE].rpartition(" ")[0] or title[: _TITLE - 1]) + "…"


def _plus(one: CostSum, other: CostSum) -> CostSum:
    return CostSum(
        one.usd + other.usd,
        one.calls + other.calls,
        one.unpriced + other.unpriced,
        one.estimated or other.estimated,
        one.local + other.local,
    )


def _storable(text: str) -> str:
    """Without what is no character: such are in names of files that are no text."""
    return text.encode("utf-8", "backslashreplace").decode()


def _summary(row: tuple[object, ...]) -> SessionSummary:
    key, session_id, title, model, project, forked_from, opened, changed, events, turns, calls, unpriced, *rest = row
    estimated, local, usd, open_turn, owner = rest
    numbers = [int(str(number)) for number in (key, opened, changed, events, turns, calls, unpriced)]
    return SessionSummary(
        str(session_id),
        str(title),
        str(model),
        str(project),
        moment(numbers[1]),
        moment(numbers[2]),
        numbers[4],
        numbers[5],
        CostSum(Decimal(str(usd)), numbers[5], numbers[6], bool(estimated), int(str(local))),
        bool(open_turn),
        numbers[3],
        str(forked_from),
        str(open_turn),
        str(owner),
        numbers[0],
    )

"""Budgets on disk, as functions on an open transaction: what is spent and set aside at each node, and its limit."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from manual_slop.values.budget import WARN_AT, Amount, Limit, NodeState, Path, path_of
from manual_slop.values.ledger import UsageRecorded

DDL = """
CREATE TABLE budget_nodes (
    path TEXT PRIMARY KEY,
    usd TEXT NOT NULL DEFAULT '0',
    tokens TEXT NOT NULL DEFAULT '0',
    unpriced INTEGER NOT NULL DEFAULT 0,
    limit_usd TEXT,
    limit_tokens TEXT,
    limit_unpriced INTEGER NOT NULL DEFAULT 0,
    warned TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE TABLE reservations (
    call_id TEXT PRIMARY KEY,
    path TEXT NOT NULL,
    usd TEXT NOT NULL,
    tokens TEXT NOT NULL,
    unpriced INTEGER NOT NULL,
    owner TEXT NOT NULL,
    draft TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""
"""Dollars are exact decimals as text, and added up here, not by SQLite. `draft` is the entry of a call never heard of
again; a path is a JSON list. Reservations are few: one a call under way."""


def nodes_of(entry: UsageRecorded, when: datetime) -> tuple[Path, ...]:
    """Every node a call counts for: those on its path, the widest first, and its day and month in UTC."""
    path = path_of(entry.session_id, entry.origin)
    day = (entry.began or entry.ended or when).astimezone(UTC)
    spans = (("all", f"day {day:%Y-%m-%d}"), ("all", f"month {day:%Y-%m}"))
    return (path[:1], *spans, *(path[: length + 1] for length in range(1, len(path))))


def spend(connection: sqlite3.Connection, entry: UsageRecorded) -> None:
    """Add what a call used to all its nodes."""
    used = Amount(entry.cost.usd or Decimal(0), entry.usage.total_tokens, int(entry.cost.usd is None))
    for path in nodes_of(entry, datetime.now(UTC)):
        sum_so_far = _spent(connection, path) + used
        connection.execute(
            "INSERT INTO budget_nodes (path, usd, tokens, unpriced) VALUES (?, ?, ?, ?) ON CONFLICT (path)"
            " DO UPDATE SET usd = excluded.usd, tokens = excluded.tokens, unpriced = excluded.unpriced",
            (key(path), str(sum_so_far.usd), str(sum_so_far.tokens), sum_so_far.unpriced),
        )


def reserve(connection: sqlite3.Connection, draft: UsageRecorded, worst: Amount, owner: str, packed: str) -> None:
    """Set an amount aside for a call."""
    path = key(path_of(draft.session_id, draft.origin))
    row = (draft.call_id, path, str(worst.usd), str(worst.tokens), worst.unpriced, owner, packed)
    connection.execute("INSERT INTO reservations VALUES (?, ?, ?, ?, ?, ?, ?)", row)


def release(connection: sqlite3.Connection, call_id: str) -> None:
    """Nothing is set aside for that call any more."""
    connection.execute("DELETE FROM reservations WHERE call_id = ?", (call_id,))


def set_limit(connection: sqlite3.Connection, path: Path, limit: Limit | None) -> None:
    """Give a node a limit, or take it away."""
    limit = limit or Limit()
    row = (key(path), _text(limit.usd), _text(limit.tokens), int(limit.unpriced))
    connection.execute(
        "INSERT INTO budget_nodes (path, limit_usd, limit_tokens, limit_unpriced) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (path) DO UPDATE SET limit_usd = excluded.limit_usd, limit_tokens = excluded.limit_tokens,"
        " limit_unpriced = excluded.limit_unpriced",
        row,
    )


def states(connection: sqlite3.Connection, paths: tuple[Path, ...]) -> list[NodeState]:
    """The nodes as they stand, with the limits that were set on them."""
    aside = list(_reservations(connection))
    return [_state(connection, path, aside) for path in paths]


def limited(connection: sqlite3.Connection) -> list[NodeState]:
    """Every node that a limit was set on."""
    rows = connection.execute(
        "SELECT path FROM budget_nodes WHERE limit_usd IS NOT NULL OR limit_tokens IS NOT NULL ORDER BY path"
    )
    return states(connection, tuple(tuple(json.loads(path)) for (path,) in rows))


def warn_once(connection: sqlite3.Connection, node: NodeState) -> bool:
    """Whether a node's spending has passed `WARN_AT` of its limit and nobody was told; from now on somebody was."""
    usd, tokens = node.limit.usd, node.limit.tokens
    near = usd is not None and node.spent.usd >= usd * WARN_AT
    near = near or (tokens is not None and node.spent.tokens >= tokens * WARN_AT)
    if not near:
        return False
    mark = f"{usd} {tokens}"
    told = connection.execute(
        "INSERT INTO budget_nodes (path, warned) VALUES (?, ?) ON CONFLICT (path)"
        " DO UPDATE SET warned = excluded.warned WHERE warned <> excluded.warned",
        (key(node.path), mark),
    )
    return told.rowcount > 0


def key(path: Path) -> str:
    """A path as the key of its row."""
    return json.dumps(path, ensure_ascii=False)


def _state(connection: sqlite3.Connection, path: Path, aside: list[tuple[Path, Amount]]) -> NodeState:
    row = connection.execute(
        "SELECT usd, tokens, unpriced, limit_usd, limit_tokens, limit_unpriced FROM budget_nodes WHERE path = ?",
        (key(path),),
    ).fetchone()
    whole = path[:1] if path[-1].startswith(("day ", "month ")) else path
    reserved = sum((amount for at, amount in aside if at[: len(whole)] == whole), Amount())
    if row is None:
        return NodeState(path, Limit(), Amount(), reserved)
    usd, tokens, unpriced, limit_usd, limit_tokens, limit_unpriced = row
    limit = Limit(
        None if limit_usd is None else Decimal(limit_usd),
        None if limit_tokens is None else int(limit_tokens),
        bool(limit_unpriced),
    )
    return NodeState(path, limit, Amount(Decimal(usd), int(tokens), unpriced), reserved)


def _spent(connection: sqlite3.Connection, path: Path) -> Amount:
    return _state(connection, path, []).spent


def _reservations(connection: sqlite3.Connection) -> Iterator[tuple[Path, Amount]]:
    for path, usd, tokens, unpriced in connection.execute("SELECT path, usd, tokens, unpriced FROM reservations"):
        yield tuple(json.loads(path)), Amount(Decimal(usd), int(tokens), unpriced)


def _text(number: Decimal | int | None) -> str | None:
    return None if number is None else str(number)


def with_limit(node: NodeState, limit: Limit | None) -> NodeState:
    """The node under another limit."""
    return node if limit is None else replace(node, limit=limit)

"""Budgets that stop: what calls may come to is set aside before they are made, across threads and programs."""

from __future__ import annotations

import itertools
import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import astuple
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from manual_slop.store import budget_nodes, ledger_table
from manual_slop.store.budget_refusal import refusal
from manual_slop.store.entry_rows import EntryRow, pack, unpack
from manual_slop.values.budget import Amount, Limit, NodeState, Path, Rules
from manual_slop.values.ledger import UsageRecorded

if TYPE_CHECKING:
    from manual_slop.store.database import Database

T = TypeVar("T")
_NO_RULES = Rules()


class BudgetTable:
    """The `Budget` in a database. Limits are those set on nodes here, and else those of `rules`.

    What a program had under way when it was killed is entered in the ledger as interrupted calls, by whoever next needs
    the room or asks `recover`: their requests had probably left, so what went in is taken for spent, at an estimate.
    """

    def __init__(self, database: Database, rules: Rules = _NO_RULES) -> None:
        self.rules = rules
        self._database = database

    def reserve(self, draft: UsageRecorded, worst: Amount) -> None:
        """As `Budget.reserve`: all in one transaction, so that no two calls take the same room."""
        owner, packed = self._database.owners.me(), json.dumps(astuple(pack(draft)))

        def take(connection: sqlite3.Connection) -> None:
            full = self._full(connection, draft, worst)
            if full is not None and self._bury_dead(connection):
                full = self._full(connection, draft, worst)
            if full is not None:
                raise refusal(full, worst, draft.provider, draft.model)
            budget_nodes.reserve(connection, draft, worst, owner, packed)

        self._database.write(take)

    def settle(self, entry: UsageRecorded) -> tuple[NodeState, ...]:
        """As `Budget.settle`. The call is entered in the ledger too, unless its event has entered it already."""

        def enter(connection: sqlite3.Connection) -> tuple[NodeState, ...]:
            ledger_table.record(connection, entry)
            nodes = self._limited(connection, entry)
            return tuple(node for node in nodes if budget_nodes.warn_once(connection, node))

        return self._database.write(enter)

    def release(self, call_id: str) -> None:
        """As `Budget.release`."""
        self._database.write(lambda connection: budget_nodes.release(connection, call_id))

    def recover(self) -> int:
        """Enter what programs had under way that were killed. Returns how many calls that were."""
        return self._database.write(self._bury_dead)

    def set_limit(self, path: Path, limit: Limit | None) -> None:
        """Give a node a limit that stands above the rules' and stays with it; `None` takes it away."""
        self._database.write(lambda connection: budget_nodes.set_limit(connection, path, limit))

    def state(self, path: Path) -> NodeState:
        """A node as it stands."""
        return self._seen(lambda connection: self._ruled(budget_nodes.states(connection, (path,)))[0])

    def states(self, entry: UsageRecorded) -> list[NodeState]:
        """The nodes that a call counts for, as far as they have a limit."""
        return self._seen(lambda connection: self._limited(connection, entry))

    def limited(self) -> list[NodeState]:
        """Every node that a limit was set on."""
        return self._seen(budget_nodes.limited)

    def _seen(self, look: Callable[[sqlite3.Connection], T]) -> T:
        if self._database.path is None:  # a reader in memory would see what is half written
            return self._database.write(look)
        with self._database.reading() as connection:
            return look(connection)

    def _limited(self, connection: sqlite3.Connection, entry: UsageRecorded) -> list[NodeState]:
        paths = budget_nodes.nodes_of(entry, datetime.now(UTC))
        nodes = self._ruled(budget_nodes.states(connection, paths))
        return [node for node in nodes if node.limit != Limit()]

    def _ruled(self, nodes: Sequence[NodeState]) -> list[NodeState]:
        set_here = (node if node.limit != Limit() else None for node in nodes)
        return [
            own or budget_nodes.with_limit(node, self.rules.limit_of(node.path))
            for own, node in zip(set_here, nodes, strict=True)
        ]

    def _full(self, connection: sqlite3.Connection, draft: UsageRecorded, worst: Amount) -> NodeState | None:
        """The first node that has no room for the call."""
        return next((node for node in self._limited(connection, draft) if not _fits(node, worst)), None)

    def _bury_dead(self, connection: sqlite3.Connection) -> int:
        owners = [name for (name,) in connection.execute("SELECT DISTINCT owner FROM reservations")]
        drafts: list[str] = []
        for owner in itertools.filterfalse(self._database.owners.alive, owners):
            rows = connection.execute("SELECT draft FROM reservations WHERE owner = ? ORDER BY call_id", (owner,))
            drafts += [draft for (draft,) in rows]
        for draft in drafts:
            ledger_table.record(connection, unpack(EntryRow(*json.loads(draft)), {}))
        return len(drafts)


def _fits(node: NodeState, worst: Amount) -> bool:
    limit, committed = node.limit, node.spent + node.reserved
    if limit.usd is not None:
        if worst.unpriced and not limit.unpriced:
            return False
        if worst.usd and committed.usd + worst.usd > limit.usd:
            return False
    return limit.tokens is None or not worst.tokens or committed.tokens + worst.tokens <= limit.tokens

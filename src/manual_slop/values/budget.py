"""What may be spent: limits on a tree of nodes, and the error that names the node that is full."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from manual_slop.values.errors import ProviderError
from manual_slop.values.ledger import Origin, UsageRecorded

Path = tuple[str, ...]
"""A node by the names on the way to it: `("all", "session ab12", "tier 3")`."""

WARN_AT = Decimal("0.8")


@dataclass(frozen=True, slots=True)
class Amount:
    """So many dollars and so many tokens (in and out together)."""

    usd: Decimal = Decimal(0)
    tokens: int = 0

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.usd + other.usd, self.tokens + other.tokens)


@dataclass(frozen=True, slots=True)
class Limit:
    """The most that may be spent under a node; `None` sets no limit. `unpriced` lets calls through nobody can price."""

    usd: Decimal | None = None
    tokens: int | None = None
    unpriced: bool = False


@dataclass(frozen=True, slots=True)
class NodeState:
    """A node with its limit, what was spent under it, and what calls under way may come to at worst."""

    path: Path
    limit: Limit
    spent: Amount = Amount()
    reserved: Amount = Amount()


class BudgetExceeded(ProviderError):
    """A call was not made because it might exceed a limit; nothing was sent. `node` says whose limit."""

    def __init__(self, node: NodeState, provider: str, model: str, message: str, advice: str) -> None:
        super().__init__("budget", provider, model, message, advice=advice)
        self.node: NodeState
        object.__setattr__(self, "node", node)

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.node, self.provider, self.model, self.message, self.advice))


class Budget(Protocol):
    """The tree of limits that calls are checked against. Safe from several threads and programs."""

    def reserve(self, call_id: str, path: Path, worst: Amount | None, model: str) -> tuple[NodeState, ...]:
        """Set the worst case of a call aside at each node of its path; `None` is a call nobody can price.

        Returns the nodes that this takes past `WARN_AT`, told once each. Raises `BudgetExceeded` and reserves nothing
        where a node has too little left, or does not let unpriced calls through.
        """

    def settle(self, entry: UsageRecorded) -> None:
        """The call of that `call_id` is over: what it used is spent, the rest of what was set aside is free again."""


def path_of(session_id: str, origin: Origin) -> Path:
    """The nodes that a call of a session counts for, the widest first."""
    named = (("epic", origin.epic), ("track", origin.track), ("tier", origin.tier), ("ticket", origin.ticket))
    return ("all", f"session {origin.session_id or session_id}", *(f"{kind} {name}" for kind, name in named if name))

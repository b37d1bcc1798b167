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
    """So many dollars and so many tokens (in and out together), and how many calls the dollars leave out: unpriced."""

    usd: Decimal = Decimal(0)
    tokens: int = 0
    unpriced: int = 0

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.usd + other.usd, self.tokens + other.tokens, self.unpriced + other.unpriced)


@dataclass(frozen=True, slots=True)
class Limit:
    """The most that may be spent under a node; `None` sets no limit. `unpriced` lets calls through nobody can price."""

    usd: Decimal | None = None
    tokens: int | None = None
    unpriced: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """The limits a person sets once for all: on everything ever, each day, each month (in UTC) and each session."""

    total: Limit | None = None
    per_day: Limit | None = None
    per_month: Limit | None = None
    per_session: Limit | None = None

    @property
    def any(self) -> bool:
        """Whether there is any limit at all."""
        return any((self.total, self.per_day, self.per_month, self.per_session))

    def limit_of(self, path: Path) -> Limit | None:
        """The limit these rules set on a node, if they do."""
        if len(path) == 1:
            return self.total
        kind = path[1].partition(" ")[0] if len(path) == 2 else ""
        return {"day": self.per_day, "month": self.per_month, "session": self.per_session}.get(kind)


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

    def reserve(self, draft: UsageRecorded, worst: Amount) -> None:
        """Set the worst case of a call aside at each node of its path (`path_of`).

        `draft` is the entry that stands for the call should nothing more be heard of it. Raises `BudgetExceeded` and
        sets nothing aside where a node has too little left, or has a limit in USD and lets no unpriced call through.
        """

    def settle(self, entry: UsageRecorded) -> tuple[NodeState, ...]:
        """The call of that `call_id` is over: what it used is spent, the rest of what was set aside is free again.

        Returns the nodes whose spending has passed `WARN_AT` of their limit, told once each.
        """

    def release(self, call_id: str) -> None:
        """The call was not made after all: what was set aside is free again."""


def path_of(session_id: str, origin: Origin) -> Path:
    """The nodes that a call of a session counts for, the widest first."""
    named = (("epic", origin.epic), ("track", origin.track), ("tier", origin.tier), ("ticket", origin.ticket))
    return ("all", f"session {origin.session_id or session_id}", *(f"{kind} {name}" for kind, name in named if name))


def node_name(path: Path) -> str:
    """What a person calls a node: `session 1f2e3d4c`, `day 2026-11-23`, `tier 3`, `everything`."""
    kind, _, name = path[-1].partition(" ")
    if kind == "all":
        return "everything"
    return f"{kind} {name[:8] if kind == 'session' else name}"

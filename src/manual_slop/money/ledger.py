"""The ledger's arithmetic: entries chosen, grouped by what a person asks for, and added up; pure functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal, get_args

from manual_slop.values.ledger import UsageRecorded
from manual_slop.values.usage import CostSum, Usage

Grouping = Literal["tier", "model", "purpose", "day", "ticket", "provider", "session"]
GROUPINGS: tuple[Grouping, ...] = get_args(Grouping)

NOBODY = "–"
"""The key of entries without a tier or ticket, or without a date."""


@dataclass(frozen=True, slots=True)
class Row:
    """The entries under one key, added up. `bases` says how their costs are known, in order of appearance."""

    key: str
    usage: Usage
    cost: CostSum
    bases: tuple[str, ...] = ()


@dataclass(slots=True)
class Tally:
    """A sum in the making; quick, because ledgers are long."""

    calls: int = 0
    unpriced: int = 0
    local: int = 0
    estimated: bool = False
    usd: Decimal = Decimal(0)
    tokens: list[int] = field(default_factory=lambda: [0] * 7)
    guessed: bool = False
    bases: dict[str, None] = field(default_factory=dict)

    def add(self, entry: UsageRecorded) -> None:
        """Count an entry in."""
        cost, usage, tokens = entry.cost, entry.usage, self.tokens
        self.calls += 1
        if cost.usd is None:
            self.unpriced += 1
        else:
            self.usd += cost.usd
        self.local += cost.basis == "local"
        self.estimated |= cost.basis == "estimated"
        self.guessed |= usage.estimated
        self.bases[cost.basis] = None
        tokens[0] += usage.input_tokens
        tokens[1] += usage.output_tokens
        tokens[2] += usage.cache_read_tokens
        tokens[3] += usage.cache_write_tokens
        tokens[4] += usage.reasoning_tokens
        tokens[5] += usage.audio_input_tokens
        tokens[6] += usage.audio_output_tokens

    @property
    def usage(self) -> Usage:
        """All tokens counted so far."""
        read, written, hit, kept, thought, heard, spoken = self.tokens
        return Usage(read, written, hit, kept, thought, heard, spoken, self.guessed)

    @property
    def cost(self) -> CostSum:
        """All money counted so far."""
        return CostSum(self.usd, self.calls, self.unpriced, self.estimated, self.local)

    def row(self, key: str) -> Row:
        """The sum under its key."""
        return Row(key, self.usage, self.cost, tuple(self.bases))


def sum_by(entries: Iterable[UsageRecorded], by: Grouping) -> list[Row]:
    """One row a key, sorted by key; the dearest first where keys have no order of their own."""
    key = KEYS[by]
    tallies: dict[str, Tally] = {}
    for entry in entries:
        tallies.setdefault(key(entry), Tally()).add(entry)
    return sorted((tally.row(name) for name, tally in tallies.items()), key=_in_order(by))


def sum_all(entries: Iterable[UsageRecorded], key: str = "all") -> Row:
    """All entries in one row."""
    tally = Tally()
    for entry in entries:
        tally.add(entry)
    return tally.row(key)


def belongs_to(entry: UsageRecorded, session_id: str) -> bool:
    """Whether a session made the call, or had it made by a conversation it began."""
    return session_id in (entry.session_id, entry.origin.session_id)


def day_of(entry: UsageRecorded) -> str:
    """The day in UTC on which the call began, as providers bill it: `2026-11-23`."""
    when = entry.began or entry.ended
    return NOBODY if when is None else utc_day(when)


def utc_day(when: datetime) -> str:
    """`2026-11-23`; a time without a zone is taken for UTC."""
    return (when.astimezone(UTC) if when.tzinfo else when).date().isoformat()


def _in_order(by: Grouping) -> Callable[[Row], tuple[object, ...]]:
    if by in ("tier", "day", "ticket"):
        return lambda row: (row.key == NOBODY, row.key)
    return lambda row: (-row.cost.usd, row.key)


KEYS: Mapping[Grouping, Callable[[UsageRecorded], str]] = {
    "tier": lambda entry: entry.origin.tier or NOBODY,
    "model": lambda entry: entry.model,
    "purpose": lambda entry: entry.purpose,
    "day": day_of,
    "ticket": lambda entry: entry.origin.ticket or NOBODY,
    "provider": lambda entry: entry.provider or entry.model.partition("/")[0],
    "session": lambda entry: entry.origin.session_id or entry.session_id or NOBODY,
}
"""What each grouping groups by."""


def added(rows: Sequence[Row], key: str = "all") -> Row:
    """Rows added up."""
    costs = [row.cost for row in rows]
    return Row(
        key,
        sum((row.usage for row in rows), Usage()),
        CostSum(
            sum((cost.usd for cost in costs), Decimal(0)),
            sum(cost.calls for cost in costs),
            sum(cost.unpriced for cost in costs),
            any(cost.estimated for cost in costs),
            sum(cost.local for cost in costs),
        ),
        tuple(dict.fromkeys(basis for row in rows for basis in row.bases)),
    )

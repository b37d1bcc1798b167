"""What calls come to: counted once, added to as more are made, by tier, model and purpose, and under other models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Literal

from manual_slop.app.timeline import Curve, Timeline
from manual_slop.money.ledger import KEYS, Grouping, Row, Tally, added
from manual_slop.money.prices import price
from manual_slop.money.what_if import TIERS, Candidate, Compared, Comparison, Hits, add_up, compare
from manual_slop.values.ledger import UsageRecorded
from manual_slop.values.usage import CostSum

Scope = Literal["session", "tracks", "track", "everything"]
SHOWN: tuple[Grouping, ...] = ("tier", "model", "purpose")
"""What calls can be grouped by here."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which calls are counted, and what they are compared with.

    `scope` is a session with all it began, only the tracks it began, the one track `track`, or everything ever; `days`
    counts back from today (in UTC, 1 is today alone, 0 sets no limit). `models` are those to price under, with or
    without cache `hits`.
    """

    scope: Scope = "session"
    session_id: str = ""
    days: int = 0
    models: tuple[str, ...] = ()
    hits: Hits = "same hits"
    track: str = ""

    def since(self, now: datetime) -> datetime | None:
        """The first moment that counts."""
        midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight - timedelta(days=self.days - 1) if self.days else None

    def takes(self, entry: UsageRecorded, since: datetime | None) -> bool:
        """Whether a call of the book counts; one that nobody dated does not where a time is asked for."""
        if self.scope == "tracks" and not entry.origin.track:
            return False
        if self.scope == "track" and entry.origin.track != self.track:
            return False
        began = entry.began or entry.ended
        return since is None or (began is not None and began >= since)


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything the dashboard shows of `wanted`. `reasons` says why a cell of the matrix leaves calls out, by row
    and model; `counted` is how many calls of the book were looked at."""

    wanted: Wanted
    counted: int
    total: Row
    rows: Mapping[Grouping, tuple[Row, ...]]
    curves: Mapping[Grouping, Curve]
    matrix: Comparison
    reasons: Mapping[tuple[str, str], str]
    last_model: Mapping[str, str]


@dataclass(slots=True)
class Count:
    """Figures in the making. `wrong` says what keeps a model from being priced, by its name."""

    wanted: Wanted
    since: datetime | None
    candidates: Sequence[Candidate] = ()
    wrong: Mapping[str, str] = field(default_factory=dict)
    counted: int = 0
    _tallies: dict[Grouping, dict[str, Tally]] = field(default_factory=lambda: {by: {} for by in SHOWN})
    _timelines: dict[Grouping, Timeline] = field(default_factory=lambda: {by: Timeline() for by in SHOWN})
    _what_ifs: dict[str, dict[str, CostSum]] = field(default_factory=dict)
    _last_model: dict[str, str] = field(default_factory=dict)

    def add(self, entries: Iterable[UsageRecorded]) -> None:
        """Look at more calls."""
        taken = []
        for entry in entries:
            self.counted += 1
            if self.wanted.takes(entry, self.since):
                taken.append(entry)
                self._tally(entry)
        for row in compare(taken, "tier", self.candidates, self.wanted.hits).rows:
            known = self._what_ifs.setdefault(row.actual.key, {})
            for model, cost in row.what_if.items():
                known[model] = add_up((known.get(model, CostSum()), cost))

    def figures(self) -> Figures:
        """As they are now."""
        rows = {by: tuple(tally.row(key) for key, tally in self._tallies[by].items()) for by in SHOWN}
        matrix = self._matrix(rows["tier"])
        shown = {by: tuple(sorted(rows[by], key=lambda row: (-row.cost.usd, row.key))) for by in SHOWN}
        shown["tier"] = tuple(row.actual for row in matrix.rows)
        return Figures(
            self.wanted,
            self.counted,
            matrix.total.actual,
            shown,
            {by: timeline.curve(tuple(row.key for row in shown[by])) for by, timeline in self._timelines.items()},
            matrix,
            self._reasons(matrix),
            dict(self._last_model),
        )

    def _tally(self, entry: UsageRecorded) -> None:
        began = entry.began or entry.ended
        at = began.timestamp() if began else None
        usd = float(entry.cost.usd or 0)
        for by in SHOWN:
            key = KEYS[by](entry)
            self._tallies[by].setdefault(key, Tally()).add(entry)
            if at is not None:
                self._timelines[by].add(at, key, usd)
        self._last_model[KEYS["tier"](entry)] = entry.model

    def _matrix(self, tiers: Sequence[Row]) -> Comparison:
        """A row for each tier, also one that made no calls; what belongs to none comes last."""
        there = {row.key: row for row in tiers}
        keys = (*TIERS, *sorted(there.keys() - set(TIERS)))
        models = [one.model for one in self.candidates]
        rows = tuple(
            Compared(
                there.get(key) or Tally().row(key),
                {model: self._what_ifs.get(key, {}).get(model, CostSum()) for model in models},
            )
            for key in keys
        )
        sums = {model: add_up(row.what_if[model] for row in rows) for model in models}
        return Comparison(rows, Compared(added([row.actual for row in rows]), sums), self.wanted.hits)

    def _reasons(self, matrix: Comparison) -> dict[tuple[str, str], str]:
        found = {}
        for row in (*matrix.rows, matrix.total):
            for one in self.candidates:
                if row.what_if[one.model].unpriced:
                    found[row.actual.key, one.model] = self.wrong.get(one.model) or _why(row.actual, one)
        return found


def _why(row: Row, candidate: Candidate) -> str:
    cost = price(row.usage, candidate.rates, local=candidate.local)
    return cost.note if cost.usd is None else "some of its calls use a kind of token that it has no rate for"


def spent_share(spent: Decimal, limit: Decimal) -> float:
    """How much of a limit is spent, from 0 on; a limit of nothing is full at once."""
    return float(spent / limit) if limit else 1.0

"""Tables of what was spent, of what it might have been, and of what was billed, for any width of terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from manual_slop.money.ledger import Grouping
from manual_slop.money.reconcile import Drift
from manual_slop.money.what_if import ASSUMPTIONS, Comparison, Difference
from manual_slop.terminal.tables import grid
from manual_slop.terminal.visible import one_line
from manual_slop.terminal.wording import difference_words, sum_words
from manual_slop.values.usage import CostSum, format_usd

_ROOM_FOR_TOKENS = 72
_ROOM_FOR_BASES = 80
_ROOM_FOR_ALL = 96
_WIDEST_CELL = 24


def spending_table(comparison: Comparison, by: Grouping, width: int) -> RenderableType:
    """What was used and what it cost, a line a key; tokens, and how the costs are known, where there is room."""
    missing = bool(comparison.total.actual.cost.unpriced)
    tokens = ("in", "cached", "out") if width >= _ROOM_FOR_TOKENS else ()
    money = ("cost", *(["unpriced"] if missing else []))
    how = ["how we know"] if width >= (_ROOM_FOR_ALL if missing else _ROOM_FOR_BASES) else []
    table = grid(by, "calls", *tokens, *money, *how, numbers=("calls", *tokens, *money))
    rows = [(_key(row.actual.key, by), row.actual, "none") for row in comparison.rows]
    for key, row, style in [*rows, *([("all", comparison.total.actual, "name")] if len(rows) > 1 else [])]:
        counts = (row.usage.input_tokens, row.usage.cache_read_tokens, row.usage.output_tokens)
        shown = [f"{'~' if row.usage.estimated else ''}{count:,}" for count in counts] if tokens else []
        known = [", ".join(sorted(row.bases))] if how else []
        table.add_row(key, f"{row.cost.calls:,}", *shown, *_money(row.cost, missing), *known, style=style)
    return table


def comparison_table(comparison: Comparison, by: Grouping) -> RenderableType:
    """What each key cost, and beneath it what it would have cost under each model, with the difference."""
    total = comparison.total
    missing = any(cost.unpriced for cost in (total.actual.cost, *total.what_if.values()))
    money = ("cost", *(["unpriced"] if missing else []))
    table = grid(by, "calls", "under", *money, "difference", numbers=("calls", *money, "difference"))
    for row in (*comparison.rows, *([total] if len(comparison.rows) > 1 else [])):
        style = "name" if row is total else "none"
        calls = f"{row.actual.cost.calls:,}"
        table.add_row(_key(row.actual.key, by), calls, "actual", *_money(row.actual.cost, missing), "", style=style)
        for model, cost in row.what_if.items():
            found = row.difference(model)
            difference = Text(difference_words(found), _style(found))
            table.add_row("", "", one_line(model), *_money(cost, missing), difference)
    return Group(table, "", assumption(comparison))


def matrix_table(comparison: Comparison, width: int) -> RenderableType:
    """A row for each tier, a column for each model; as a list where that is too wide."""
    models = list(comparison.total.what_if)
    if 30 + sum(_WIDEST_CELL // 2 + min(len(model), _WIDEST_CELL) // 2 + 2 for model in models) > width:
        return comparison_table(comparison, "tier")
    names = [one_line(model) for model in models]
    table = grid("tier", "calls", "actual", *names, numbers=("calls", "actual", *names))
    for row in (*comparison.rows, comparison.total):
        style = "name" if row is comparison.total else "none"
        cells = [Text.assemble(_sum(row.what_if[model]), *_percent(row.difference(model))) for model in models]
        table.add_row(row.actual.key, f"{row.actual.cost.calls:,}", _sum(row.actual.cost), *cells, style=style)
    return Group(table, "", assumption(comparison))


def drift_table(drifts: Sequence[Drift]) -> RenderableType:
    """What providers billed beside our own sums."""
    numbers = ("calls", "billed", "computed", "drift")
    table = grid("model", *numbers, numbers=numbers)
    for drift in drifts:
        unchecked = drift.unchecked == drift.calls
        ours = "unpriced" if unchecked else format_usd(drift.computed)
        found = "?" if unchecked else difference_words(Difference(drift.usd, drift.percent))
        table.add_row(one_line(drift.model), f"{drift.calls:,}", format_usd(drift.billed), ours, found)
    return table


def assumption(comparison: Comparison) -> Text:
    """Under which assumption the other models were priced."""
    return Text(f"what if: {ASSUMPTIONS[comparison.hits]}", "dim")


def _money(cost: CostSum, missing: bool) -> list[str]:
    """A sum, and where some sum of the table leaves calls out, how many this one does."""
    if not missing:
        return [_sum(cost)]
    known = CostSum(cost.usd, cost.calls - cost.unpriced, 0, cost.estimated, cost.local)
    if not cost.unpriced:
        return [_sum(cost), ""]
    return [f"≥ {sum_words(known)}" if known.calls else "?", f"{cost.unpriced:,}"]


def _sum(cost: CostSum) -> str:
    return sum_words(cost) if cost.calls else "–"


def _percent(found: Difference | None) -> tuple[tuple[str, str], ...]:
    if found is None or found.percent is None:
        return ()
    sign = "+" if found.usd > 0 else "−" if found.usd < 0 else "±"
    return ((f" {sign}{abs(found.percent):,.0f} %", _style(found)),)


def _style(found: Difference | None) -> str:
    if found is None or not found.usd:
        return "dim"
    return "good" if found.usd < 0 else "warn"


def _key(key: str, by: Grouping) -> str:
    return key[:8] if by == "session" else one_line(key)

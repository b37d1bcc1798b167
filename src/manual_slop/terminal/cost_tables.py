"""Tables of what was spent, of what it might have been, and of what was billed, for any width of terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from manual_slop.money.ledger import Grouping, Row
from manual_slop.money.reconcile import Drift
from manual_slop.money.what_if import ASSUMPTIONS, Compared, Comparison, Difference
from manual_slop.terminal.tables import grid
from manual_slop.terminal.visible import one_line
from manual_slop.terminal.wording import difference_words, sum_words
from manual_slop.values.usage import CostSum, format_usd

_ROOM_FOR_TOKENS = 72
_WIDEST_CELL = 24


def spending_table(comparison: Comparison, by: Grouping, width: int) -> RenderableType:
    """What was used and what it cost, a line a key; tokens where there is room for them."""
    tokens = ("in", "cached", "out") if width >= _ROOM_FOR_TOKENS else ()
    table = grid(by, "calls", *tokens, "cost", "how we know", numbers=("calls", *tokens, "cost"))
    for row in comparison.rows:
        _spent(table, _key(row.actual.key, by), row.actual, bool(tokens))
    if len(comparison.rows) > 1:
        _spent(table, "all", comparison.total.actual, bool(tokens), style="name")
    return table


def comparison_table(comparison: Comparison, by: Grouping) -> RenderableType:
    """What each key cost, and beneath it what it would have cost under each model, with the difference."""
    table = grid(by, "calls", "under", "cost", "difference", numbers=("calls", "cost", "difference"))
    for row in comparison.rows:
        _compared(table, _key(row.actual.key, by), row)
    if len(comparison.rows) > 1:
        _compared(table, "all", comparison.total, style="name")
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


def _spent(table: Table, key: str, row: Row, tokens: bool, style: str = "none") -> None:
    about = "~" if row.usage.estimated else ""
    counts = (row.usage.input_tokens, row.usage.cache_read_tokens, row.usage.output_tokens)
    shown = [f"{about}{count:,}" for count in counts] if tokens else []
    table.add_row(key, f"{row.cost.calls:,}", *shown, sum_words(row.cost), ", ".join(row.bases), style=style)


def _compared(table: Table, key: str, row: Compared, style: str = "none") -> None:
    table.add_row(key, f"{row.actual.cost.calls:,}", "actual", sum_words(row.actual.cost), "", style=style)
    for model, cost in row.what_if.items():
        found = row.difference(model)
        table.add_row("", "", one_line(model), sum_words(cost), Text(difference_words(found), _style(found)))


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

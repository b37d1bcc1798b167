"""What a conversation has cost so far, model by model."""

from __future__ import annotations

from rich.table import Table

from manual_slop.terminal.visible import one_line
from manual_slop.terminal.wording import sum_words
from manual_slop.values.events import Event
from manual_slop.values.ledger import UsageRecorded
from manual_slop.values.usage import CostSum, Usage, total


class Spending:
    """Remembers each settled call."""

    def __init__(self) -> None:
        self._calls: list[UsageRecorded] = []

    def note(self, event: Event) -> None:
        """Take notice of an event; only those about money count."""
        if isinstance(event, UsageRecorded):
            self._calls.append(event)

    def total(self) -> CostSum:
        """All of it."""
        return total(call.cost for call in self._calls)

    def table(self) -> Table:
        """One line a model, and their sum where there are several."""
        table = Table(box=None, pad_edge=False, header_style="dim")
        table.add_column("model", overflow="fold")
        for heading in ("calls", "in", "cached", "out", "cost"):
            table.add_column(heading, justify="right")
        table.add_column("basis")
        models = list(dict.fromkeys(call.model for call in self._calls))
        for model in models:
            _add_line(table, one_line(model), [call for call in self._calls if call.model == model])
        if len(models) > 1:
            _add_line(table, "all", self._calls, style="name")
        return table


def _add_line(table: Table, title: str, calls: list[UsageRecorded], style: str = "none") -> None:
    usage = sum((call.usage for call in calls), Usage())
    bases = ", ".join(dict.fromkeys(call.cost.basis for call in calls))
    counts = (len(calls), usage.input_tokens, usage.cache_read_tokens, usage.output_tokens)
    money = sum_words(total(call.cost for call in calls))
    table.add_row(title, *(f"{count:,}" for count in counts), money, bases, style=style)

"""Where a number comes from, shown to who points at it."""

from __future__ import annotations

from imgui_bundle import imgui

from manual_slop.gui.context import App
from manual_slop.gui.widgets import put
from manual_slop.values.ledger import UsageRecorded
from manual_slop.values.usage import format_usd


def cost_hint(app: App, entry: UsageRecorded) -> None:
    """The bill of one call: each rate with its tokens, the basis, the source and its date."""
    palette, cost = app.palette, entry.cost
    if not imgui.begin_tooltip():
        return
    put(app, f"{entry.answered or entry.model}: {cost.basis}", palette.text, "strong")
    for line in cost.lines:
        put(app, f"{line.tokens:>10,} × ${line.usd_per_million:f} / M = {format_usd(line.usd)}  {line.key}", "", "mono")
    for text in (cost.source, f"as of {cost.as_of}" if cost.as_of else "", cost.note):
        if text:
            put(app, text, palette.faint)
    imgui.end_tooltip()

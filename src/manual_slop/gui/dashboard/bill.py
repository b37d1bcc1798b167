"""Where the dollars of a row come from, shown to who points at it."""

from __future__ import annotations

from collections.abc import Sequence

from imgui_bundle import ImVec2, imgui

from manual_slop.app.figures import Figures
from manual_slop.gui.context import App
from manual_slop.gui.theme import S
from manual_slop.gui.widgets import put
from manual_slop.money.ledger import Grouping
from manual_slop.money.provenance import Explanation, term_words
from manual_slop.values.usage import CostSum, format_usd

_MOST = 5  # models in one hint
_WIDTH = 520.0


def bill_hint(app: App, by: Grouping, key: str, cost: CostSum, figures: Figures) -> None:
    """Explains the cost before it: models, rates, tokens, sources. An empty key stands for all calls."""
    if not cost.calls or not imgui.is_item_hovered(imgui.HoveredFlags_.delay_normal):
        return
    fetched = app.controller.spending.explain(by, key, figures)
    if not imgui.begin_tooltip():
        return
    imgui.push_text_wrap_pos(_WIDTH * app.scale)
    imgui.push_style_var(imgui.StyleVar_.item_spacing, ImVec2(S, 3 * app.scale))
    put(app, str(cost), app.palette.text, "strong")
    if fetched.value is None:
        put(app, fetched.error or "Looking where it comes from…", app.palette.faint)
    else:
        draw_bill(app, fetched.value)
    imgui.pop_style_var()
    imgui.pop_text_wrap_pos()
    imgui.end_tooltip()


def draw_bill(app: App, parts: Sequence[Explanation]) -> None:
    """A paragraph for each model and basis."""
    palette = app.palette
    for part in parts[:_MOST]:
        unpriced = part.usd is None
        amount = "unpriced" if part.usd is None else format_usd(part.usd)
        calls = f"{part.calls:,} call{'s' * (part.calls != 1)}"
        known = "" if unpriced else f", {part.basis}"
        put(app, f"{part.model}: {amount}, {calls}{known}", palette.warn if unpriced else palette.text)
        for term in part.terms:
            put(app, f"  {term_words(term)} = {format_usd(term.usd)}", palette.faint, "mono")
        source = f"{part.source}, as of {part.as_of}" if part.as_of else part.source
        for text in (source, part.note, part.stale):
            if text:
                put(app, f"  {text}", palette.faint)
    if len(parts) > _MOST:
        put(app, f"and {len(parts) - _MOST} more", palette.faint)

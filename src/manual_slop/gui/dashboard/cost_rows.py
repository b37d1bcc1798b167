"""What was used and spent, a row for each tier, model or purpose."""

from __future__ import annotations

from collections.abc import Mapping

from imgui_bundle import ImVec2, imgui, imgui_ctx

from manual_slop.app.figures import Figures
from manual_slop.gui.context import App
from manual_slop.gui.dashboard.bill import bill_hint
from manual_slop.gui.dashboard.model_picker import pick_one
from manual_slop.gui.dashboard.view import View, hues, key_name
from manual_slop.gui.tables import Column, cell, figure_cell, grid
from manual_slop.gui.theme import S, rgb
from manual_slop.gui.widgets import beside, hint, put
from manual_slop.gui.wording import short_cost, tokens
from manual_slop.money.ledger import Grouping, Row

_WIDE = 720.0
_BASES: Mapping[str, str] = {
    "billed": "the provider said what it charged",
    "list price": "the tokens at the price list's rates",
    "override": "the tokens at rates of your own price files",
    "estimated": "the tokens were not told and had to be guessed",
    "local": "runs on this computer: no charge",
    "unpriced": "nobody knows a price",
}


def draw_rows(app: App, view: View, figures: Figures) -> None:
    """A table, its rows in the colours of the chart."""
    rows = figures.rows[view.by]
    colours = dict(zip((row.key for row in rows), hues(app.palette, view.by, [row.key for row in rows]), strict=True))
    wide = imgui.get_content_region_avail().x > _WIDE * app.scale
    grid(
        app,
        f"costs by {view.by} {wide}",
        _columns(view.by, wide),
        rows,
        lambda row: _row(app, view, figures, row, colours[row.key], wide),
        scrolls=False,
    )


def _columns(by: Grouping, wide: bool) -> list[Column]:
    first = [Column("Tier", 2.5), Column("Model", 3.0, tip="Whom its calls go to")] if by == "tier" else []
    return [
        *(first or [Column({"model": "Model", "purpose": "Purpose"}[by], 4.2)]),
        Column("Calls", 0.8, right=True),
        Column("In", 1.2, right=True, tip="Tokens that went in, those from a cache included"),
        Column("Cached", 1.2, right=True, tip="Tokens of those that came from the provider's cache"),
        Column("Out", 1.1, right=True, tip="Tokens that came out, thinking included"),
        Column("Cost", 1.4, right=True, tip="Rest on a figure to see where it comes from"),
        *([Column("Known as", 2.3, tip="How the cost is known")] if wide else []),
    ]


def _row(app: App, view: View, figures: Figures, row: Row, colour: str, wide: bool) -> None:
    palette, cost, usage = app.palette, row.cost, row.usage
    imgui.table_next_column()
    dot(app, colour if cost.calls else palette.line)
    name = key_name(view.by, row.key)
    put(app, name, palette.text if cost.calls else palette.faint, "mono" if view.by == "model" else "text")
    if name == "no tier":
        hint("Calls that no tier made: what you say yourself")
    if view.by == "tier":
        _model(app, figures, row.key)
    for count in (cost.calls, usage.input_tokens, usage.cache_read_tokens, usage.output_tokens):
        words = tokens(count) if cost.calls else "–"
        figure_cell(app, words, "" if cost.calls else palette.faint, f"{count:,}" if count >= 100_000 else "")
    colour = palette.warn if cost.unpriced else palette.text if cost.calls else palette.faint
    figure_cell(app, short_cost(cost), colour)
    bill_hint(app, view.by, row.key, cost, figures)
    if wide:
        tip = "\n".join(f"{basis}: {_BASES.get(basis, '')}" for basis in row.bases)
        more = f" + {len(row.bases) - 1} more" if len(row.bases) > 1 else ""
        cell(app, f"{row.bases[0]}{more}" if row.bases else "–", palette.faint, tip=tip)


def dot(app: App, colour: str) -> None:
    """A spot of colour before a word."""
    at, height, radius = imgui.get_cursor_screen_pos(), imgui.get_text_line_height(), 4 * app.scale
    middle = ImVec2(at.x + radius, at.y + height / 2)
    imgui.get_window_draw_list().add_circle_filled(middle, radius, imgui.get_color_u32(rgb(colour)))
    imgui.dummy(ImVec2(2 * radius, height))
    beside(S)


def _model(app: App, figures: Figures, tier: str) -> None:
    """Whom the tier's calls go to; to be chosen where there is somebody to tell."""
    chosen = app.state.tracks.tier_models.get(tier, "")
    tracks = app.controller.tracks
    if tracks is not None and chosen:
        imgui.table_next_column()
        with imgui_ctx.push_style_var(imgui.StyleVar_.frame_padding, ImVec2(S, 0)):  # no higher than its row
            picked = pick_one(app, f"tier {tier}", chosen)
        if picked != chosen:
            tracks.use_tier_model(tier, picked)
        return
    model = chosen or figures.last_model.get(tier, "")
    cell(app, model.rpartition("/")[2] or "–", "" if model else app.palette.faint, mono=bool(model), tip=model)

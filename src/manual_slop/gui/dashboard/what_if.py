"""The tier matrix: what each tier cost beside what it would have cost under other models."""

from __future__ import annotations

from collections.abc import Mapping

from imgui_bundle import ImVec2, imgui
from imgui_bundle.immapp import icons_fontawesome_6 as icons

from manual_slop.app.figures import Figures
from manual_slop.gui.context import App
from manual_slop.gui.dashboard.bill import bill_hint
from manual_slop.gui.dashboard.cost_rows import dot
from manual_slop.gui.dashboard.heading import choice
from manual_slop.gui.dashboard.model_picker import pick_many
from manual_slop.gui.dashboard.view import View, key_name, tier_hue
from manual_slop.gui.tables import figure
from manual_slop.gui.theme import S
from manual_slop.gui.widgets import beside, empty, hint, put
from manual_slop.gui.wording import short_cost, usd_change
from manual_slop.money.what_if import ASSUMPTIONS, Compared, Hits
from manual_slop.values.usage import CostSum

_HITS: Mapping[Hits, str] = {"same hits": "same cache hits", "no hits": "no cache hits"}
_NAME, _CELL, _SLIM = 128.0, 136.0, 84.0  # pixels: the name of a row, a cell, one with its difference on two lines


def draw_what_if(app: App, view: View, figures: Figures) -> None:
    """Models to choose above, the matrix below, what is assumed at the foot."""
    spending = app.controller.spending
    spending.models = pick_many(app, f"{icons.ICON_FA_PLUS}  Models to compare with", spending.models)
    beside(S)
    view.hits = choice("##hits", _HITS, view.hits, 140 * app.scale)
    hint("Whether another model would have found as much in its cache")
    if spending.models:
        beside(S)
        if imgui.button("None"):
            spending.models = ()
        hint("Compare with no model")
    if not figures.wanted.models:
        empty(
            app,
            "What would this have cost elsewhere?",
            "Choose one or more models: every tier is priced under each of them, with the tokens that were used.",
        )
        return
    if not figures.total.cost.calls:
        empty(app, "Nothing to compare yet", "The calls of this choice are priced here as soon as there are some.")
        return
    _matrix(app, figures)
    put(app, f"Assumed: {ASSUMPTIONS[figures.wanted.hits]}.", app.palette.faint)
    hint("Under its own model a call costs what it cost, as long as the hits are the same.")


def _matrix(app: App, figures: Figures) -> None:
    models = figures.wanted.models
    width = imgui.get_content_region_avail().x
    roomy, fits = ((_NAME + cell * (1 + len(models))) * app.scale <= width for cell in (_CELL, _SLIM))
    rows = [*figures.matrix.rows, figures.matrix.total]
    flags = imgui.TableFlags_.borders_inner_h
    flags |= imgui.TableFlags_.sizing_stretch_prop if fits else imgui.TableFlags_.scroll_x
    flags |= 0 if roomy else imgui.TableFlags_.scroll_y
    foot = 1.3 * imgui.get_text_line_height_with_spacing()
    high = max(160 * app.scale, imgui.get_content_region_avail().y - foot)
    if not imgui.begin_table(f"matrix {fits}", 2 + len(models), flags, ImVec2(0, 0 if roomy else high)):
        return
    kind = imgui.TableColumnFlags_.width_stretch if fits else imgui.TableColumnFlags_.width_fixed
    size = 1.0 if fits else _SLIM * app.scale
    imgui.table_setup_scroll_freeze(1, 1)
    imgui.table_setup_column("Tier", kind, _NAME / (_CELL if roomy else _SLIM) * size)
    for name in ("Actual", *models):
        imgui.table_setup_column(name, kind, size)
    _headings(app, models)
    for row in rows:
        _row(app, figures, row, models, roomy=roomy)
    imgui.end_table()


def _headings(app: App, models: tuple[str, ...]) -> None:
    imgui.table_next_row(imgui.TableRowFlags_.headers)
    imgui.table_next_column()
    put(app, "Tier", app.palette.faint)
    for name in ("actual", *models):
        imgui.table_next_column()
        provider, _, short = name.rpartition("/")
        figure(app, _cut(app, short), app.palette.soft if provider else app.palette.faint)
        hint(name if provider else "What it cost, as the ledger has it")


def _cut(app: App, name: str) -> str:
    """As much of a name as its column has room for."""
    imgui.push_font(app.fonts.mono, app.fonts.mono.legacy_size)
    room = max(8, int(imgui.get_content_region_avail().x / imgui.calc_text_size("n").x))
    imgui.pop_font()
    return name if len(name) <= room else f"{name[: room - 1]}…"


def _row(app: App, figures: Figures, row: Compared, models: tuple[str, ...], *, roomy: bool) -> None:
    palette, total = app.palette, row is figures.matrix.total
    actual = row.actual
    imgui.table_next_row()
    imgui.table_next_column()
    if total:
        put(app, "Together", palette.text, "strong")
    else:
        dot(app, tier_hue(palette, actual.key) if actual.cost.calls else palette.line)
        put(app, key_name("tier", actual.key), palette.text if actual.cost.calls else palette.faint)
    imgui.table_next_column()
    figure(app, short_cost(actual.cost), _strength(app, actual.cost))
    bill_hint(app, "tier", "" if total else actual.key, actual.cost, figures)
    for model in models:
        imgui.table_next_column()
        _what_if(app, figures, row, model, roomy=roomy)


def _what_if(app: App, figures: Figures, row: Compared, model: str, *, roomy: bool) -> None:
    """The sum, and below it the difference; or why there is none."""
    cost, palette = row.what_if[model], app.palette
    figure(app, short_cost(cost), _strength(app, cost))
    if cost.unpriced:
        why = figures.reasons.get((row.actual.key, model), "")
        hint(f"{cost.unpriced:,} of {cost.calls:,} calls unpriced under {model}: {why}")
    change = row.difference(model) if cost.calls else None
    if change is None:
        if row.actual.cost.unpriced and not cost.unpriced:
            hint(
                f"{cost}. What it cost leaves {row.actual.cost.unpriced:,} unpriced calls out: no difference is known."
            )
        return
    colour = palette.good if change.usd < 0 else palette.bad if change.usd > 0 else palette.faint
    words = usd_change(change.usd, change.percent)
    for line in (words,) if roomy else words.replace(" (", "\n").rstrip(")").split("\n"):
        figure(app, line, colour)


def _strength(app: App, cost: CostSum) -> str:
    return app.palette.warn if cost.unpriced else app.palette.text if cost.calls else app.palette.faint

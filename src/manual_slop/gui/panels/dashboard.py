"""What was spent: by tier, over time, beside what it would have cost elsewhere; and the tracks with their tickets."""

from __future__ import annotations

from imgui_bundle import imgui

from manual_slop.app.figures import Figures
from manual_slop.gui.context import App
from manual_slop.gui.dashboard.cost_chart import draw_chart
from manual_slop.gui.dashboard.cost_rows import draw_rows
from manual_slop.gui.dashboard.heading import draw_budgets, draw_scope, draw_total, draw_troubles
from manual_slop.gui.dashboard.track_page import draw_tracks
from manual_slop.gui.dashboard.view import View, view_of
from manual_slop.gui.dashboard.what_if import draw_what_if
from manual_slop.gui.widgets import empty, put, put_wrapped

TITLE = "MMA Dashboard"


def draw(app: App) -> None:
    """The sum and the budgets above; costs, comparison and tracks on pages of their own."""
    view = view_of(app)
    wanted = view.wanted(app)
    fetched = app.controller.spending.look(wanted)
    draw_scope(app, view)
    draw_troubles(app, view)
    figures: Figures | None = fetched.value
    if fetched.error:
        put_wrapped(app, f"The costs cannot be added up: {fetched.error}", app.palette.bad)
    current = figures is not None and (
        figures.wanted.scope,
        figures.wanted.session_id,
        figures.wanted.days,
        figures.wanted.track,
    ) == (
        wanted.scope,
        wanted.session_id,
        wanted.days,
        wanted.track,
    )
    if figures is not None and current:
        draw_total(app, figures)
        draw_budgets(app, view)
    elif not fetched.error:
        put(app, "Adding up…", app.palette.faint)
    _pages(app, view, figures if current else None)


def _pages(app: App, view: View, figures: Figures | None) -> None:
    if not imgui.begin_tab_bar("pages", imgui.TabBarFlags_.draw_selected_overline):
        return
    if _page(view, "Costs"):
        if figures is not None:
            _costs(app, view, figures)
        imgui.end_tab_item()
    if _page(view, "What if"):
        if figures is not None:
            draw_what_if(app, view, figures)
        imgui.end_tab_item()
    if _page(view, "Tracks"):
        draw_tracks(app, view)
        imgui.end_tab_item()
    imgui.end_tab_bar()


def _page(view: View, name: str) -> bool:
    """Whether that page is to be drawn."""
    wanted = view.turn_to == name
    shown, _ = imgui.begin_tab_item(name, None, imgui.TabItemFlags_.set_selected if wanted else 0)
    if wanted and shown:
        view.turn_to = ""
    return bool(shown)


def _costs(app: App, view: View, figures: Figures) -> None:
    if not figures.total.cost.calls and not app.state.tracks.tier_models:
        empty(
            app,
            "Nothing spent yet",
            "Every call is counted here with what it used, what it cost and how that is known. Say something in the"
            " Discussion, or count everything ever.",
        )
        return
    draw_rows(app, view, figures)
    draw_chart(app, view, figures)

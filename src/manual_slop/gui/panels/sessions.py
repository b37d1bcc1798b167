"""The recorded sessions: a list and what was found in them; one can be opened, forked, written to a file, deleted."""

from __future__ import annotations

from datetime import UTC, datetime

from imgui_bundle import imgui
from imgui_bundle.immapp import icons_fontawesome_6 as icons

from manual_slop.app.recorded import FOUND, RECALLED, SESSIONS
from manual_slop.gui.context import App
from manual_slop.gui.session_details import View, details_height, draw_details
from manual_slop.gui.session_hits import draw_hits
from manual_slop.gui.tables import Column, cell, figure_cell, grid
from manual_slop.gui.theme import S
from manual_slop.gui.widgets import beside, empty, hint, primary, put, put_wrapped
from manual_slop.gui.wording import ago
from manual_slop.store.sessions_table import SessionSummary
from manual_slop.values.usage import format_usd

TITLE = "Sessions"

_COLUMNS = (
    Column("Session", 4.2, key=lambda one: one.title.casefold()),
    Column("Model", 2.4, key=lambda one: one.model),
    Column("Turns", 0.8, right=True, key=lambda one: one.turns),
    Column("Cost", 1.3, right=True, key=lambda one: one.cost.usd, tip="What all its calls cost"),
    Column("Changed", 1.1, right=True, key=lambda one: one.changed),
)


def draw(app: App) -> None:
    """Search above, the list or the hits in the middle, the chosen session below."""
    view: View = app.memo.setdefault("sessions view", View())
    listed = app.state.fetched(SESSIONS)
    if listed.at is None and not listed.loading and not listed.error:
        app.controller.recorded.refresh()
    _tools(app, view)
    if listed.error:
        put_wrapped(app, f"The sessions cannot be read: {listed.error}", app.palette.bad)
    summaries: list[SessionSummary] = listed.value or []
    chosen = next((one for one in summaries if one.id == view.chosen), None)
    height = -details_height(app, view) - S * app.scale if chosen else 0.0
    if view.words.strip():
        draw_hits(app, view, app.state.fetched(FOUND, view.words.strip()), height)
    elif summaries:
        grid(app, "sessions", _COLUMNS, summaries, lambda one: _row(app, view, one), revision=listed.at, height=height)
    elif listed.at is None and not listed.error:
        put(app, "Reading the sessions…", app.palette.faint)
    elif not listed.error:
        empty(app, "No session yet", "What is said in this window and in `manual-slop chat` is kept and listed here.")
    if chosen:
        draw_details(app, view, chosen, summaries)


def _tools(app: App, view: View) -> None:
    if primary(app, f"{icons.ICON_FA_PLUS}  New") and app.state.conversation.items:
        app.controller.new_conversation()
    hint("Begin another conversation; this one goes on in the background")
    beside(S)
    refresh, take_in = f"{icons.ICON_FA_ARROWS_ROTATE}##refresh", f"{icons.ICON_FA_FILE_IMPORT}##take in"
    imgui.set_next_item_width(-2 * (imgui.calc_text_size(icons.ICON_FA_ARROWS_ROTATE).x + 3 * S + 6) * app.scale)
    changed, view.words = imgui.input_text_with_hint("##search", "Search in all sessions", view.words)
    if changed and view.words.strip():
        app.controller.recorded.search(view.words.strip())
    beside(S)
    if imgui.button(refresh):
        app.controller.recorded.refresh()
    hint("Read the list again: other programs record sessions too")
    beside(S)
    if imgui.button(take_in):
        imgui.open_popup("take in")
    hint("Take in a session that was exported as JSON, here or elsewhere")
    _take_in(app, view)


def _take_in(app: App, view: View) -> None:
    if not imgui.begin_popup("take in"):
        return
    put(app, "A session that was exported as JSON, here or elsewhere", app.palette.soft)
    imgui.set_next_item_width(420 * app.scale)
    if imgui.is_window_appearing():
        imgui.set_keyboard_focus_here()
    flags = imgui.InputTextFlags_.enter_returns_true
    entered, view.taken_in = imgui.input_text_with_hint("##file", "a path, ~ is your home", view.taken_in, flags)
    beside(S)
    if (primary(app, "Take in") or entered) and view.taken_in.strip():
        app.controller.recorded.take_in(view.taken_in)
        view.taken_in = ""
        imgui.close_current_popup()
    imgui.end_popup()


def _row(app: App, view: View, one: SessionSummary) -> None:
    palette, now = app.palette, datetime.now(UTC)
    imgui.table_next_column()
    here = one.id == app.state.conversation.session_id
    flags = imgui.SelectableFlags_.span_all_columns | imgui.SelectableFlags_.allow_double_click
    clicked, _ = imgui.selectable(f"##{one.id}", view.chosen == one.id, flags)
    if clicked:
        view.choose(one.id)
        if imgui.is_mouse_double_clicked(imgui.MouseButton_.left):
            app.controller.recorded.resume(one.id)
    beside(0)
    put(app, one.title or "without a prompt", palette.accent if here else palette.text, "strong" if here else "text")
    _state(app, one)
    cell(app, one.model.rpartition("/")[2] or "–", mono=True, tip=one.model)
    figure_cell(app, f"{one.turns:,}")
    figure_cell(app, _money(one), palette.warn if one.cost.unpriced else "", str(one.cost) if one.calls else "")
    figure_cell(app, ago(one.changed, now), palette.faint, f"{one.changed.astimezone():%Y-%m-%d %H:%M}")


def _money(one: SessionSummary) -> str:
    """Short enough for a narrow column; the whole of it is in the hint."""
    cost = one.cost
    if not one.calls or cost.local == cost.calls:
        return "local" if one.calls else "–"
    return "unpriced" if cost.unpriced == cost.calls else f"{'≥ ' if cost.unpriced else ''}{format_usd(cost.usd)}"


def _state(app: App, one: SessionSummary) -> None:
    """A sign behind the title where there is something to know."""
    loading = app.state.loaded.get(RECALLED, {}).get(one.id)
    for shown, sign, colour, tip in (
        (one.interrupted, icons.ICON_FA_BOLT, app.palette.warn, "Its program ended in the middle of a turn"),
        (bool(one.forked_from), icons.ICON_FA_CODE_BRANCH, app.palette.faint, f"A fork of {one.forked_from[:8]}"),
        (bool(loading and loading.loading), icons.ICON_FA_HOURGLASS, app.palette.faint, "It is being opened"),
    ):
        if shown:
            beside(S)
            put(app, sign, colour)
            hint(tip)

"""One recorded session, chosen in the list: what it is, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from imgui_bundle import ImVec2, imgui
from imgui_bundle.immapp import icons_fontawesome_6 as icons

from manual_slop.app.recorded import LEDGER
from manual_slop.app.session_files import ENDINGS
from manual_slop.gui.context import App
from manual_slop.gui.tables import Column, cell, figure_cell, grid
from manual_slop.gui.theme import S, rgb
from manual_slop.gui.widgets import beside, hint, primary, put, put_wrapped
from manual_slop.gui.wording import usd_change
from manual_slop.money.ledger import sum_all
from manual_slop.money.what_if import difference
from manual_slop.store.sessions_table import SessionSummary
from manual_slop.values.ledger import UsageRecorded

_FIRST, _MOST = 96.0, 0.7  # pixels; share of the panel


@dataclass(slots=True)
class View:
    """What the person does in the panel: words sought, the session chosen, and what is asked about it.

    `taken_in` is the file of a session from elsewhere. `height` is what the card of the chosen session took last, in
    pixels; 0 before it was drawn.
    """

    words: str = ""
    chosen: str = ""
    other: str = ""
    asks: str = ""
    file: str = ""
    taken_in: str = ""
    height: float = 0.0

    def choose(self, session_id: str) -> None:
        """Another one; questions about the one before are gone."""
        if session_id != self.chosen:
            self.chosen, self.asks, self.file = session_id, "", ""


def details_height(app: App, view: View) -> float:
    """How much room below the list the card needs, in pixels."""
    return min(view.height or _FIRST * app.scale, _MOST * imgui.get_content_region_avail().y)


def draw_details(app: App, view: View, one: SessionSummary, all_of_them: Sequence[SessionSummary]) -> None:
    """A raised card below the list."""
    imgui.push_style_color(imgui.Col_.child_bg, rgb(app.palette.raised))
    imgui.begin_child("details", ImVec2(0, 0), imgui.ChildFlags_.always_use_window_padding)
    put(app, one.title or "without a prompt", app.palette.text, "strong")
    where = one.project or "no project folder"
    put(app, f"{one.id[:8]}  ·  {one.opened.astimezone():%Y-%m-%d %H:%M}  ·  {where}", app.palette.faint, "mono")
    hint(f"{one.id}\n{where}")
    _buttons(app, view, one)
    if view.asks == "export":
        _export(app, view, one)
    elif view.asks == "delete":
        _delete(app, view, one)
    elif view.asks == "compare":
        _compare(app, view, one, all_of_them)
    view.height = imgui.get_cursor_pos_y() + imgui.get_style().window_padding.y
    imgui.end_child()
    imgui.pop_style_color()


def _buttons(app: App, view: View, one: SessionSummary) -> None:
    recorded = app.controller.recorded
    if primary(app, f"{icons.ICON_FA_PLAY}  Open"):
        recorded.resume(one.id)
    hint("Read it; your next prompt goes on with it")
    beside(S)
    if imgui.button(f"{icons.ICON_FA_CODE_BRANCH}  Fork"):
        recorded.fork(one.id)
    hint("Begin another session with all that was said in this one")
    for name, icon in (
        ("Compare", icons.ICON_FA_SCALE_BALANCED),
        ("Export", icons.ICON_FA_FILE_EXPORT),
        ("Delete", icons.ICON_FA_TRASH),
    ):
        beside(S)
        if imgui.button(f"{icon}  {name}"):
            view.asks = "" if view.asks == name.lower() else name.lower()


def _export(app: App, view: View, one: SessionSummary) -> None:
    imgui.set_next_item_width(-90 * app.scale)
    entered, view.file = imgui.input_text_with_hint(
        "##file", f"a file that ends with {', '.join(ENDINGS)}", view.file, imgui.InputTextFlags_.enter_returns_true
    )
    beside(S)
    if (imgui.button("Write") or entered) and view.file.strip():
        app.controller.recorded.export(one.id, view.file)
    put(app, "Keys are taken out; a file that is there already stays.", app.palette.faint)


def _delete(app: App, view: View, one: SessionSummary) -> None:
    put_wrapped(
        app,
        f"This removes its {one.events:,} events, the pictures and long texts that no other session needs, its wire log"
        f" and what undo needs of it. What it cost ({one.cost}) stays in the ledger.",
        app.palette.soft,
    )
    imgui.push_style_color(imgui.Col_.text, rgb(app.palette.bad))
    sure = imgui.button("Delete for good")
    imgui.pop_style_color()
    if sure:
        app.controller.delete_session(one.id)
        view.choose("")
    beside(S)
    if imgui.button("Keep it"):
        view.asks = ""


def _compare(app: App, view: View, one: SessionSummary, all_of_them: Sequence[SessionSummary]) -> None:
    other = next((summary for summary in all_of_them if summary.id == view.other), None)
    imgui.set_next_item_width(-1)
    if imgui.begin_combo("##other", _name(other) if other else "with which session?"):
        for summary in all_of_them[:200]:
            if summary.id != one.id and imgui.selectable(f"{_name(summary)}##{summary.id}", summary is other)[0]:
                view.other = summary.id
        imgui.end_combo()
    if other is None or other.id == one.id:
        return
    sums = [_entries(app, summary) for summary in (one, other)]
    if None in sums:
        put(app, "Reading the ledger…", app.palette.faint)
        return
    rows = [(summary, sum_all(entries or ())) for summary, entries in zip((one, other), sums, strict=True)]
    change = difference(rows[0][1].cost, rows[1][1].cost)

    def draw(row: tuple[SessionSummary, object]) -> None:
        summary, summed = row[0], next(found for known, found in rows if known is row[0])
        usage = summed.usage
        cell(app, _name(summary), app.palette.text)
        for count in (summed.cost.calls, usage.input_tokens, usage.cache_read_tokens, usage.output_tokens):
            figure_cell(app, f"{count:,}")
        figure_cell(app, str(summed.cost), app.palette.text)

    grid(app, "compared", _COMPARED, rows, draw, scrolls=False)
    told = "one of them has calls without a price" if change is None else usd_change(change.usd, change.percent)
    put(app, f"The other one: {told}", app.palette.soft, "mono")


_COMPARED = (
    Column("Session", 3),
    Column("Calls", 0.8, right=True),
    Column("In", 1, right=True),
    Column("Cached", 1, right=True),
    Column("Out", 1, right=True),
    Column("Cost", 1.2, right=True),
)


def _entries(app: App, one: SessionSummary) -> list[UsageRecorded] | None:
    """Its part of the ledger, read again after it changed."""
    fetched = app.state.fetched(LEDGER, one.id)
    old = fetched.at is None or fetched.at < one.changed
    if old and not fetched.loading and not fetched.error:
        app.controller.recorded.costs(one.id)
    entries: list[UsageRecorded] | None = fetched.value
    return entries


def _name(one: SessionSummary) -> str:
    return f"{one.title or 'without a prompt'}  {one.id[:6]}"

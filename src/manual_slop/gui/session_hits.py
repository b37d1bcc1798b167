"""What a search found in the sessions, each hit with its words marked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from imgui_bundle import ImVec2, imgui

from manual_slop.app.app_state import Fetched
from manual_slop.gui.context import App
from manual_slop.gui.theme import S, rgb
from manual_slop.gui.widgets import beside, chip, empty, put
from manual_slop.gui.wording import ago
from manual_slop.store.search_table import Hit
from manual_slop.store.snippet import FOUND

if TYPE_CHECKING:
    from manual_slop.gui.session_details import View


def draw_hits(app: App, view: View, found: Fetched, height: float) -> None:
    """A line each, the newest first; a click chooses its session, a double click opens it."""
    if found.error:
        put(app, found.error, app.palette.bad)
    elif found.at is None:
        put(app, "Searching…", app.palette.faint)
    elif not found.value:
        empty(app, "Nothing was found", "All the words have to stand in one prompt, answer, tool call or file name.")
    else:
        imgui.begin_child("hits", ImVec2(0, height))
        clipper = imgui.ListClipper()
        clipper.begin(len(found.value))
        while clipper.step():
            for index in range(clipper.display_start, clipper.display_end):
                _hit(app, view, found.value[index], index)
        imgui.end_child()


def _hit(app: App, view: View, hit: Hit, index: int) -> None:
    flags = imgui.SelectableFlags_.allow_double_click | imgui.SelectableFlags_.allow_overlap
    height = imgui.get_text_line_height() + S
    clicked, _ = imgui.selectable(f"##hit{index}", hit.session_id == view.chosen, flags, ImVec2(0, height))
    if clicked:
        view.choose(hit.session_id)
        if imgui.is_mouse_double_clicked(imgui.MouseButton_.left):
            app.controller.recorded.resume(hit.session_id)
    beside(0)
    chip(app, hit.kind, app.palette.soft)
    beside(S)
    put(app, ago(hit.at, datetime.now(UTC)), app.palette.faint, "mono")
    beside(S)
    draw_marked(app, hit.snippet)


def draw_marked(app: App, snippet: str) -> None:
    """A text on one line with what stands between the marks on a tinted ground."""
    begin, end = FOUND
    before, *pieces = snippet.split(begin)
    put(app, before, app.palette.soft)
    for piece in pieces:
        word, _, after = piece.partition(end)
        beside(0)
        at, size = imgui.get_cursor_screen_pos(), imgui.calc_text_size(word)
        tint = imgui.get_color_u32(rgb(app.palette.accent, 0.25))
        imgui.get_window_draw_list().add_rect_filled(at, ImVec2(at.x + size.x, at.y + size.y), tint, 3)
        put(app, word, app.palette.text)
        beside(0)
        put(app, after, app.palette.soft)

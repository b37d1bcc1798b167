"""Short words to the person, in the corner, which go away by themselves."""

from __future__ import annotations

from datetime import UTC, datetime

from imgui_bundle import ImVec2, imgui

from manual_slop.gui.context import App
from manual_slop.gui.theme import L
from manual_slop.gui.widgets import put

_SECONDS = 6.0


def draw_toasts(app: App) -> None:
    """Those that are young enough, the newest at the bottom."""
    now = datetime.now(UTC)
    young = [toast for at, toast in app.state.toasts if (now - at).total_seconds() < _SECONDS]
    if not young:
        return
    viewport = imgui.get_main_viewport()
    corner = ImVec2(viewport.work_pos.x + viewport.work_size.x - L, viewport.work_pos.y + viewport.work_size.y - 3 * L)
    imgui.set_next_window_pos(corner, imgui.Cond_.always, ImVec2(1, 1))
    flags = imgui.WindowFlags_.no_decoration | imgui.WindowFlags_.no_inputs | imgui.WindowFlags_.always_auto_resize
    flags |= imgui.WindowFlags_.no_saved_settings | imgui.WindowFlags_.no_focus_on_appearing
    imgui.begin("##toasts", None, flags | imgui.WindowFlags_.no_docking)
    colours = {"good": app.palette.good, "warn": app.palette.warn, "bad": app.palette.bad}
    for toast in young:
        put(app, toast.text, colours.get(toast.loudness, app.palette.text))
    imgui.end()

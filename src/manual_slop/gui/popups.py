"""The window's own questions and pages: one at a time, in the middle, away with Escape."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from imgui_bundle import ImVec2, imgui

from manual_slop.gui.command_palette import draw_palette
from manual_slop.gui.context import App
from manual_slop.gui.dashboard.gate_sheet import draw_gate
from manual_slop.gui.folder_popup import draw_folder
from manual_slop.gui.help_pages import draw_about, draw_keys

_POPUPS: Mapping[str, tuple[str, float, Callable[[App], None]]] = {
    "palette": ("Find a command", 560, draw_palette),
    "folder": ("Open project folder", 560, draw_folder),
    "keys": ("All commands and keys", 640, draw_keys),
    "gate": ("What passes this gate", 1080, draw_gate),
    "about": ("About Manual Slop", 480, draw_about),
}
"""Title, width and what draws it, by the name in `App.popup`."""

_FLAGS = imgui.WindowFlags_.no_move | imgui.WindowFlags_.no_saved_settings | imgui.WindowFlags_.always_auto_resize


def draw_popups(app: App) -> None:
    """The one that is asked for, if any."""
    if not app.popup:
        _close_menu()
        return
    title, width, draw = _POPUPS[app.popup]
    if not imgui.is_popup_open(title):
        imgui.open_popup(title)
    area = imgui.get_main_viewport()
    top = ImVec2(area.work_pos.x + area.work_size.x / 2, area.work_pos.y + area.work_size.y * 0.14)
    width = min(width * app.scale, area.work_size.x * 0.9)
    imgui.set_next_window_pos(top, imgui.Cond_.always, ImVec2(0.5, 0))
    imgui.set_next_window_size_constraints(ImVec2(width, 0), ImVec2(width, area.work_size.y * 0.8))
    visible, still = imgui.begin_popup_modal(title, True, _FLAGS)
    if visible:
        draw(app)
        if imgui.is_key_pressed(imgui.Key.escape) or not app.popup:
            still = False
            imgui.close_current_popup()
        imgui.end_popup()
    if not still:
        app.close_popup()


def _close_menu() -> None:
    """Escape closes the list or menu that was opened last; ImGui does so only where keys move the focus."""
    opened = len(imgui.get_current_context().open_popup_stack)
    if opened and imgui.is_key_pressed(imgui.Key.escape, False):
        imgui.internal.close_popup_to_level(opened - 1, True)

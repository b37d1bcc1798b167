"""Pages about the window itself: all commands with their keys, and what this program is."""

from __future__ import annotations

from imgui_bundle import ImVec2, imgui

from manual_slop import __version__
from manual_slop.gui.commands import COMMANDS, MENUS
from manual_slop.gui.context import App
from manual_slop.gui.theme import S
from manual_slop.gui.widgets import put, put_wrapped, space

_IN_PANELS = (
    ("Ctrl+Enter", "send what is written"),
    ("Up, Down", "in an empty message box: what was said before"),
    ("Escape", "close what is asked"),
)


def draw_keys(app: App) -> None:
    """The table of commands, menu by menu."""
    imgui.begin_child("keys", ImVec2(0, imgui.get_frame_height_with_spacing() * 15))
    for menu in MENUS:
        put(app, menu, app.palette.accent, "strong")
        if imgui.begin_table(menu, 2, imgui.TableFlags_.sizing_stretch_same):
            for command in COMMANDS:
                if command.menu == menu:
                    _line(app, command.title, command.keys)
            imgui.end_table()
        space(S)
    put(app, "In panels", app.palette.accent, "strong")
    if imgui.begin_table("in panels", 2, imgui.TableFlags_.sizing_stretch_same):
        for keys, what in _IN_PANELS:
            _line(app, what, keys)
        imgui.end_table()
    imgui.end_child()


def draw_about(app: App) -> None:
    """Name, version, and where things lie."""
    put(app, f"Manual Slop {__version__}", app.palette.text, "title")
    put_wrapped(app, "LLM coding sessions you steer yourself: one door to every model, every dollar explained.")
    space(S)
    for what, folder in app.folders:
        put(app, what, app.palette.faint)
        put_wrapped(app, folder, app.palette.soft, "mono")


def _line(app: App, what: str, keys: str) -> None:
    imgui.table_next_row()
    imgui.table_next_column()
    put(app, what, app.palette.soft)
    imgui.table_next_column()
    put(app, keys, app.palette.text, "mono")

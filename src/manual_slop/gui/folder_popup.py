"""Which folder the tools work in: typed or pasted, looked at in the background, opened with Enter."""

from __future__ import annotations

from pathlib import Path

from imgui_bundle import imgui

from manual_slop.app.opening import PROJECT
from manual_slop.gui.context import App
from manual_slop.gui.theme import S
from manual_slop.gui.widgets import primary, put_wrapped, space


def draw_folder(app: App) -> None:
    """A field, what is wrong with what stands there, and a button."""
    typed: str = app.memo.setdefault(PROJECT, str(app.controller.project or ""))
    if imgui.is_window_appearing():
        typed = str(app.controller.project or "")
        imgui.set_keyboard_focus_here()
    put_wrapped(app, "The folder that tools may read, and change where you approve it.", app.palette.soft)
    imgui.set_next_item_width(-1)
    entered, typed = imgui.input_text_with_hint(
        "##folder", "a path, ~ is your home", typed, imgui.InputTextFlags_.enter_returns_true
    )
    app.memo[PROJECT] = typed
    found = app.state.fetched(PROJECT, typed)
    if found.error:
        put_wrapped(app, found.error, app.palette.bad)
    space(S)
    if (primary(app, "Open", 0) or entered) and typed.strip():
        app.controller.open_project(typed)
    if isinstance(found.value, Path):
        app.controller.use_project(found.value)
        app.close_popup()

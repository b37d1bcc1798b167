"""Keys that work everywhere in the window."""

from __future__ import annotations

from imgui_bundle import imgui

from manual_slop.gui.context import App


def handle_shortcuts(app: App) -> None:
    """Once a frame, before anything is drawn."""
    keys, mod = imgui.Key, imgui.Key.mod_ctrl
    if imgui.is_key_chord_pressed(mod | keys.n):
        app.controller.new_conversation()
    if imgui.is_key_chord_pressed(mod | keys.period):
        app.controller.stop()

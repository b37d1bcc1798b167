"""Keys that work everywhere in the window."""

from __future__ import annotations

from imgui_bundle import imgui

from manual_slop.gui.commands import COMMANDS, run
from manual_slop.gui.context import App
from manual_slop.gui.keys import chord


def handle_shortcuts(app: App) -> None:
    """Once a frame, before anything is drawn. What is asked in a popup is answered first."""
    if app.popup:
        return
    for command in COMMANDS:
        if command.keys and imgui.is_key_chord_pressed(chord(command.keys)):
            run(app, command)
            return

"""The conversations of this window."""

from __future__ import annotations

from imgui_bundle import imgui
from imgui_bundle.immapp import icons_fontawesome_6 as icons

from manual_slop.gui.context import App
from manual_slop.gui.widgets import primary

TITLE = "Sessions"


def draw(app: App) -> None:
    """A line each, the newest at the top."""
    if primary(app, f"{icons.ICON_FA_PLUS}  New"):
        app.controller.new_conversation()
    for source, one in reversed(app.state.conversations.items()):
        label = f"{one.title or 'new conversation'}###{source}"
        if imgui.selectable(label, source == app.state.current)[0]:
            app.controller.show(source)

"""The line at the window's foot: model, cost, what runs, what waits."""

from __future__ import annotations

from imgui_bundle import imgui

from manual_slop.gui.context import App
from manual_slop.gui.theme import L
from manual_slop.gui.widgets import beside, hint, put


def draw_status_bar(app: App) -> None:
    """One line, figures in the mono face."""
    state, palette = app.state, app.palette
    conversation = state.conversation
    put(app, conversation.model or "no model chosen", palette.accent, "mono")
    hint("The model that the next prompt goes to")
    beside(L)
    put(app, str(conversation.spent) if conversation.calls else "nothing spent", palette.soft, "mono")
    hint("What this conversation has cost so far")
    if state.running:
        beside(L)
        put(app, f"{state.running} running", palette.good, "mono")
    if state.waiting:
        beside(L)
        put(app, f"{len(state.waiting)} waiting for you", palette.warn, "mono")
    if app.controller.project is not None:
        beside(L)
        put(app, str(app.controller.project), palette.faint, "mono")
        hint("The folder that tools work in")
    imgui.new_line()

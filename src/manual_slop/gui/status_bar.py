"""The line at the window's foot: model, context, cost, what runs, what waits; a click leads to the panel about it."""

from __future__ import annotations

from imgui_bundle import imgui, imgui_ctx

from manual_slop.gui.context import App
from manual_slop.gui.layout import focus
from manual_slop.gui.theme import M, rgb
from manual_slop.gui.widgets import beside, hint, voice
from manual_slop.values.context import ContextMeter


def draw_status_bar(app: App) -> None:
    """One line, figures in the mono face."""
    state, palette = app.state, app.palette
    conversation = state.conversation
    _part(
        app,
        conversation.model or "no model chosen",
        palette.accent,
        "Which model the next prompt goes to",
        "AI Settings",
    )
    _context(app)
    spent = str(conversation.spent) if conversation.calls else "nothing spent"
    _part(app, spent, palette.soft, "What this conversation has cost so far", "MMA Dashboard")
    if state.running:
        _part(
            app, f"{state.running} running", palette.good, "Conversations that wait for a model or a tool", "Discussion"
        )
    if state.waiting:
        _part(app, f"{len(state.waiting)} waiting for you", palette.warn, "What asks before it happens", "Approvals")
    folder = app.controller.project
    where = folder.name or str(folder) if folder else "no folder"
    if _part(app, where, palette.faint, f"The folder that tools work in: {folder or 'none; click to open one'}"):
        app.popup = "folder"
    imgui.new_line()


def _context(app: App) -> None:
    """How much of the model's window is taken, once it is known."""
    meter = app.state.fetched("context", app.state.current).value
    if not isinstance(meter, ContextMeter):
        return
    palette, full = app.palette, meter.full
    text = f"{meter.tokens:,} tokens" if full is None else f"{100 * full:.0f} % of the window"
    colour = {"filling": palette.warn, "full": palette.bad}.get(meter.standing, palette.soft)
    _part(app, text, colour, "How much the next call says to the model, of what it can take in", "Context")


def _part(app: App, text: str, colour: str, tip: str, panel: str = "") -> bool:
    """A word that leads somewhere; whether it was clicked."""
    nothing = rgb(app.palette.base, 0.0)
    with voice(app, "mono", colour), imgui_ctx.push_style_color(imgui.Col_.button, nothing):
        clicked = imgui.small_button(f"{text}##{tip[:24]}")
    hint(tip)
    if clicked and panel:
        focus(panel)
    beside(M)
    return clicked

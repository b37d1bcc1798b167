"""Which model answers and how it is spoken to: model and key, parameters, instructions, tools, and presets of all."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from imgui_bundle import imgui, imgui_ctx

from manual_slop.gui.ai.instructions import draw_instructions
from manual_slop.gui.ai.models import draw_model_tab
from manual_slop.gui.ai.parameters import draw_parameters
from manual_slop.gui.ai.presets import draw_presets
from manual_slop.gui.ai.tools import draw_tools
from manual_slop.gui.context import App
from manual_slop.gui.theme import S, rgb
from manual_slop.gui.widgets import hint, put, space

TITLE = "AI Settings"
_TABS: Mapping[str, Callable[[App], None]] = {
    "Model": draw_model_tab,
    "Parameters": draw_parameters,
    "Instructions": draw_instructions,
    "Tools": draw_tools,
}


def draw(app: App) -> None:
    """The model in use, the presets, and a tab for each thing that can be set."""
    put(app, app.state.conversation.model or "no model chosen", app.palette.accent, "mono")
    hint("Which model the next prompt goes to; click another one below")
    draw_presets(app)
    space(S / 2)
    if not imgui.begin_tab_bar("settings", imgui.TabBarFlags_.draw_selected_overline):
        return
    for name, draw_tab in _TABS.items():
        with imgui_ctx.push_style_color(imgui.Col_.tab_selected, rgb(app.palette.raised)):
            shown = imgui.begin_tab_item(name)[0]
        if shown:
            draw_tab(app)
            imgui.end_tab_item()
    imgui.end_tab_bar()

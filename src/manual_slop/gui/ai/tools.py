"""What a model may do: the approval mode, what is decided beforehand by risk, and which tools it is offered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from imgui_bundle import ImVec2, imgui, imgui_ctx

from manual_slop.app.manner import decisions_for
from manual_slop.app.offered_tools import OfferedTool, Told
from manual_slop.gui.ai.instructions import told
from manual_slop.gui.context import App
from manual_slop.gui.tables import figure
from manual_slop.gui.theme import XS, S
from manual_slop.gui.widgets import beside, chip, hint, put, put_wrapped, quiet, space, tick, to_the_right
from manual_slop.safety.approval import MODE_WORDS, MODES
from manual_slop.values.approval import Decision
from manual_slop.values.tools import RISKS, Risk

_SAYS: Mapping[Decision, str] = {"allow": "goes through", "ask": "asks each time", "deny": "is refused"}
_REACH: Mapping[Risk, str] = {
    "READ": "looks at files of the project",
    "WRITE": "changes files",
    "EXECUTE": "runs commands",
    "NETWORK": "reaches other computers",
}


def draw_tools(app: App) -> None:
    """Mode, then the tools by how far they reach."""
    begins = told(app)
    if begins is None:
        return
    _mode(app, begins)
    put_wrapped(
        app,
        "Approval goes back to your settings when the window is closed, unless a preset keeps it.",
        app.palette.faint,
    )
    if not begins.tools:
        put_wrapped(app, "Tools need a project folder: open one with Ctrl+O.", app.palette.faint)
    for risk in (*RISKS, None):
        tools = [tool for tool in begins.tools if tool.risk == risk]
        if tools:
            _group(app, risk, tools)


def _mode(app: App, begins: Told) -> None:
    manners = app.controller.manners
    mode = manners.manner.mode
    shown = mode or f"as in your settings: {begins.mode}"
    imgui.set_next_item_width(-1)
    if imgui.begin_combo("##mode", f"Approval: {shown}"):
        if imgui.selectable(f"as in your settings: {begins.mode}##none", mode is None)[0]:
            manners.change(replace(manners.manner, mode=None))
        for one in MODES:
            if imgui.selectable(f"{one}: {MODE_WORDS[one]}###mode {one}", mode == one)[0]:
                manners.change(replace(manners.manner, mode=one))
        imgui.end_combo()
    if mode == "all":
        put_wrapped(app, MODE_WORDS["all"].capitalize() + ".", app.palette.bad)


def _group(app: App, risk: Risk | None, tools: list[OfferedTool]) -> None:
    palette, manners = app.palette, app.controller.manners
    space(S / 2)
    imgui.push_id(risk or "unknown")
    colour = palette.good if risk == "READ" else palette.warn if risk == "WRITE" else palette.bad
    imgui.set_cursor_pos_y(imgui.get_cursor_pos_y() + XS)
    chip(app, risk or "UNKNOWN", colour)
    beside()
    put(app, _REACH[risk] if risk else "nobody knows how far these reach", palette.soft)
    width = 190 * app.scale
    if risk:
        to_the_right(width)
        imgui.set_cursor_pos_y(imgui.get_cursor_pos_y() - XS)
        imgui.set_next_item_width(width)
        _decision(app, risk)
    off = [tool.name for tool in tools if tool.name in manners.manner.off]
    with imgui_ctx.push_style_var(imgui.StyleVar_.frame_padding, ImVec2(XS, 1)):
        for tool in tools:
            _tool(app, tool)
    if quiet(app, "all on" if off else "all off", "Offer all of these to the model, or none"):
        manner = manners.manner
        for tool in tools:
            manner = manner.with_tool(tool.name, on=bool(off))
        manners.change(manner)
    imgui.pop_id()


def _decision(app: App, risk: Risk) -> None:
    manners = app.controller.manners
    decision = manners.manner.decision(risk)
    if imgui.begin_combo("##decision", _SAYS[decision] if decision else "as the mode says"):
        if imgui.selectable("as the mode says", decision is None)[0]:
            manners.change(manners.manner.with_decision(risk, None))
        for one in decisions_for(risk):
            if imgui.selectable(f"{_SAYS[one]}###{one}", decision == one)[0]:
                manners.change(manners.manner.with_decision(risk, one))
        imgui.end_combo()
    hint("What your settings deny stays denied, and protected names are asked about in every mode")


def _tool(app: App, tool: OfferedTool) -> None:
    manners = app.controller.manners
    before = tool.name not in manners.manner.off
    on = tick(app, tool.name, before)
    hint(f"{tool.purpose}\nabout {tool.tokens:,} tokens of every request")
    if on != before:
        manners.change(manners.manner.with_tool(tool.name, on=on))
    imgui.same_line()
    figure(app, f"{tool.tokens:,} tokens", app.palette.faint)

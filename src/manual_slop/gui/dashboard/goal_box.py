"""Where a goal is typed, and how its planning goes on."""

from __future__ import annotations

from imgui_bundle import ImVec2, hello_imgui, imgui
from imgui_bundle.immapp import icons_fontawesome_6 as icons

from manual_slop.app.planning import STEPS, Steps
from manual_slop.gui.context import App
from manual_slop.gui.dashboard.view import View
from manual_slop.gui.legible import legible
from manual_slop.gui.theme import S
from manual_slop.gui.widgets import beside, hint, primary, put, put_wrapped, space
from manual_slop.gui.wording import short_cost

_BUTTON = 96.0


def draw_goal(app: App, view: View) -> None:
    """One line to type in; while it is planned, what the tiers do."""
    planning = app.controller.planning
    imgui.begin_disabled(planning.at_work)
    imgui.set_next_item_width(-(_BUTTON + S) * app.scale)
    entered, view.goal = imgui.input_text_with_hint(
        "##goal", "a goal: what should be true of this project?", view.goal, imgui.InputTextFlags_.enter_returns_true
    )
    imgui.end_disabled()
    beside(S)
    if planning.at_work:
        if imgui.button(f"{icons.ICON_FA_STOP}  Stop##planning", ImVec2(_BUTTON * app.scale, 0)):
            planning.stop()
        _steps(app)
        return
    imgui.begin_disabled(not view.goal.strip())
    if primary(app, f"{icons.ICON_FA_LIST_CHECK}  Plan", _BUTTON * app.scale) or (entered and view.goal.strip()):
        planning.plan(view.goal.strip())
        view.goal = ""
    imgui.end_disabled()
    hint("Divide it into tracks and tickets. Nothing is worked on before you have approved that.")


def _steps(app: App) -> None:
    steps = app.state.fetched(STEPS).value
    hello_imgui.request_refresh()
    if not isinstance(steps, Steps):
        put(app, "planning …", app.palette.faint)
        return
    for line in steps.lines[-4:]:
        put_wrapped(app, legible(line), app.palette.soft)
    put(app, f"{steps.written:,} characters   {short_cost(steps.cost)}", app.palette.faint, "mono")
    space(S)

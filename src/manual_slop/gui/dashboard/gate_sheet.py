"""A gate as a sheet over the window: what exactly passes it, to be read to its end, and one button that opens it."""

from __future__ import annotations

from dataclasses import dataclass, field

from imgui_bundle import ImVec2, hello_imgui, imgui
from imgui_bundle.immapp import icons_fontawesome_6 as icons

from manual_slop.app.gates import GateSheet
from manual_slop.app.planning import PLAN
from manual_slop.app.review import Review
from manual_slop.gui.approval_desk import Desk
from manual_slop.gui.approval_view import draw_body, draw_facts
from manual_slop.gui.context import App
from manual_slop.gui.legible import legible
from manual_slop.gui.theme import M, S
from manual_slop.gui.widgets import beside, chip, hint, primary, put, put_wrapped, quiet, space, to_the_right, voice
from manual_slop.values.approval import Action, Preview, Request

_KEY = "gate"
_FOOT = 46.0


@dataclass(slots=True)
class Standing:
    """The gate that is in front: of which track, and what was seen of it. `draft` is a plan.json being written."""

    table: str = ""
    track: str = ""
    shown: GateSheet | None = None
    review: Review | None = None
    desk: Desk = field(default_factory=Desk)
    draft: str | None = None


def show_gate(app: App, table: str, track: str) -> None:
    """Bring a gate before the person; `table` is `PLAN` or `MERGE`."""
    app.memo[_KEY] = Standing(table, track)
    (app.controller.planning.show_plan if table == PLAN else app.controller.planning.show_merge)(track)
    app.popup = "gate"


def draw_gate(app: App) -> None:
    """The sheet; nothing of it can be agreed to with Enter."""
    standing: Standing = app.memo.setdefault(_KEY, Standing())
    fetched = app.state.fetched(standing.table, standing.track)
    shown = fetched.value if isinstance(fetched.value, GateSheet) else None
    if shown is None:
        _waiting(app, standing, fetched.error)
        return
    if standing.draft is not None:
        _edit(app, standing, shown, standing.draft)
        return
    review = _review(standing, shown)
    now = imgui.get_time()
    review.shown(imgui.get_frame_count(), now)
    if review.arming(now):
        hello_imgui.request_refresh()
    _head(app, standing, shown)
    _text(app, standing, shown, review)
    _foot(app, standing, shown, review, now)


def _waiting(app: App, standing: Standing, error: str) -> None:
    words = "reading the plan …" if standing.table == PLAN else "making the merge ready and running its tests …"
    put_wrapped(app, legible(error) or words, app.palette.bad if error else app.palette.faint)
    space(S)
    if imgui.button("Close"):
        app.close_popup()


def _review(standing: Standing, shown: GateSheet) -> Review:
    """What was seen of just this; another digest is looked at anew."""
    if standing.review is None or standing.shown is not shown:
        action = Action(
            "", "", f"{shown.gate} gate", "WRITE", "", Preview("diff" if shown.gate == "merge" else "text", "")
        )
        standing.shown, standing.desk = shown, Desk(side_by_side=shown.gate == "merge")
        standing.review = Review(Request(shown.digest, action, "", 0.0), shown.sheet)
    return standing.review


def _head(app: App, standing: Standing, shown: GateSheet) -> None:
    put(app, icons.ICON_FA_SHIELD_HALVED, app.palette.warn)
    beside()
    put(app, legible(shown.title), app.palette.text, "strong")
    beside(M)
    if shown.opened:
        chip(app, "approved", app.palette.good)
        beside(M)
    put(app, f"{shown.track}  {shown.digest[:12]}", app.palette.faint, "mono")
    hint("What you let pass is exactly what has this digest; any change closes the gate again")
    if shown.gate == "merge":
        label = "one column" if standing.desk.side_by_side else "side by side"
        to_the_right(imgui.calc_text_size(label).x + 2 * M)
        if quiet(app, label):
            standing.desk.side_by_side = not standing.desk.side_by_side
    else:
        _plan_ways(app, standing, shown)


def _plan_ways(app: App, standing: Standing, shown: GateSheet) -> None:
    to_the_right(imgui.calc_text_size("edit").x + imgui.calc_text_size("read again").x + 4 * M)
    if quiet(app, "edit", "Change the plan here: titles, briefs, models, what waits for what"):
        standing.draft = shown.source
    beside()
    if quiet(app, "read again", "Read plan.json and spec.md anew, after you have edited them elsewhere"):
        app.controller.planning.show_plan(shown.track)


def _edit(app: App, standing: Standing, shown: GateSheet, draft: str) -> None:
    """The plan's file as text. What cannot be used does not take the old one's place."""
    height = max(160.0, imgui.get_main_viewport().work_size.y * 0.62)
    put(app, f"conductor/tracks/{shown.track}/plan.json", app.palette.faint, "mono")
    with voice(app, "mono"):
        _, standing.draft = imgui.input_text_multiline("##plan.json", draft, ImVec2(-1, height))
    if primary(app, f"{icons.ICON_FA_CHECK}  Take this plan") and standing.draft != shown.source:
        app.controller.planning.write_plan(shown, standing.draft)
        standing.draft = None
    beside()
    if imgui.button("Back"):
        standing.draft = None


def _text(app: App, standing: Standing, shown: GateSheet, review: Review) -> None:
    """Warnings and facts, then the exact text, in one stretch to be scrolled through."""
    height = max(160.0, imgui.get_main_viewport().work_size.y * 0.62 - _FOOT * app.scale)
    imgui.begin_child(f"sheet{shown.digest}", ImVec2(0, height), imgui.ChildFlags_.always_use_window_padding)
    for warning in shown.sheet.warnings:
        put_wrapped(app, f"{icons.ICON_FA_TRIANGLE_EXCLAMATION}  {warning}", app.palette.bad)
    draw_facts(app, shown.sheet)
    space(S)
    line, end = draw_body(app, standing.desk, shown.sheet.body, review.request.action.preview)
    review.read_to(line, end=end or not shown.sheet.body.lines)
    imgui.end_child()


def _foot(app: App, standing: Standing, shown: GateSheet, review: Review, now: float) -> None:
    hurdle = shown.refused or review.hurdle(now)
    label = "Approve the plan" if standing.table == PLAN else "Merge"
    imgui.push_item_flag(imgui.ItemFlags_.no_nav, True)
    imgui.begin_disabled(bool(hurdle) or shown.opened)
    agreed = primary(app, f"{icons.ICON_FA_CHECK}  {label}")
    imgui.end_disabled()
    imgui.pop_item_flag()
    beside()
    close = imgui.button("Not now")
    if hurdle and hurdle != "just arrived":
        beside(M)
        imgui.align_text_to_frame_padding()
        put_wrapped(app, hurdle, app.palette.warn)
    if agreed and not hurdle and not shown.opened:
        app.controller.planning.open_gate(shown)
    if agreed or close:
        app.close_popup()

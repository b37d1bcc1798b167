"""One request: who asks for what and why, the exact text of it, and the answers a person can give."""

from __future__ import annotations

from imgui_bundle import ImVec2, hello_imgui, imgui
from imgui_bundle.immapp import icons_fontawesome_6 as icons

from manual_slop.app.argument_draft import ArgumentDraft
from manual_slop.app.consent_columns import folded, paired
from manual_slop.app.review import Review
from manual_slop.gui.approval_desk import BY, Desk, decide
from manual_slop.gui.approval_head import draw_head
from manual_slop.gui.argument_editor import draw_editor
from manual_slop.gui.consent_rows import columns, draw_pairs, draw_rows
from manual_slop.gui.context import App
from manual_slop.gui.syntax import language_of
from manual_slop.gui.theme import M, S
from manual_slop.gui.widgets import beside, hint, primary, put, put_wrapped, space
from manual_slop.safety.consent import Consent
from manual_slop.safety.consent_sheet import Sheet
from manual_slop.values.approval import Answer, Preview

_FOOT = 38.0
_HURDLE = 22.0
_NARROW = 640.0
_LEAST = 76.0
_IN_HEAD = ("tool", "risk")


def draw_request(app: App, desk: Desk, review: Review) -> None:
    """All of it: the head, what would happen, and at the foot what can be done."""
    now = imgui.get_time()
    review.shown(imgui.get_frame_count(), now)
    if review.arming(now):
        hello_imgui.request_refresh()  # the buttons come to life without anybody moving the mouse
    draw_head(app, desk, review.request)
    height = max(_LEAST, imgui.get_content_region_avail().y - _foot_height(app))
    problem = ""
    if desk.draft is not None:
        problem = draw_editor(app, desk.draft, height)
    elif review.sheet is None:
        fetched = app.state.fetched("sheet", review.request.id)
        put_wrapped(app, fetched.error or "preparing …", app.palette.bad if fetched.error else app.palette.faint)
    else:
        _text(app, desk, review, review.sheet, height)
    if desk.draft is not None:
        _edit_foot(app, desk, review, problem)
    elif desk.reason is not None:
        _refuse_foot(app, desk, review)
    else:
        _foot(app, desk, review, now)


def _foot_height(app: App) -> float:
    """In pixels; where the panel is narrow, what stands in the way has a line of its own."""
    return (_FOOT + (_HURDLE if _narrow(app) else 0)) * app.scale


def _narrow(app: App) -> bool:
    return imgui.get_content_region_avail().x < _NARROW * app.scale


def _text(app: App, desk: Desk, review: Review, sheet: Sheet, height: float) -> None:
    """Warnings, the exact text, and the facts about it, in one stretch to be scrolled through."""
    name = "arguments" if desk.arguments else "what it does"
    imgui.begin_child(f"{name}{review.request.id}", ImVec2(0, height))
    for warning in sheet.warnings:
        put_wrapped(app, f"{icons.ICON_FA_TRIANGLE_EXCLAMATION}  {warning}", app.palette.bad)
    shown = sheet.arguments if desk.arguments else sheet.body
    line, end = draw_body(app, desk, shown, review.request.action.preview)
    if not desk.arguments:
        review.read_to(line, end=end)
    space(S)
    draw_facts(app, sheet)
    imgui.end_child()


def draw_facts(app: App, sheet: Sheet) -> None:
    """A line for each fact that the head does not show."""
    flags = imgui.TableFlags_.sizing_fixed_fit
    if not imgui.begin_table("facts", 2, flags):
        return
    imgui.table_setup_column("label", imgui.TableColumnFlags_.width_fixed)
    imgui.table_setup_column("value", imgui.TableColumnFlags_.width_stretch)
    for label, value in sheet.facts:
        if label in _IN_HEAD:
            continue
        imgui.table_next_row()
        imgui.table_next_column()
        put(app, label, app.palette.faint)
        imgui.table_next_column()
        put_wrapped(app, value, app.palette.soft)
    imgui.end_table()


def draw_body(app: App, desk: Desk, shown: Consent, preview: Preview) -> tuple[int, bool]:
    """The text itself. The last line (from 1) that is in view, and whether nothing comes after it."""
    two = preview.kind == "diff" and desk.side_by_side
    language = language_of(preview.targets[0]) if preview.kind == "diff" and preview.targets else ""
    width = imgui.get_content_region_avail().x
    fit = columns(app, (width - S) / 2 if two else width)
    if desk.laid_out_for != (id(shown), fit, two):
        desk.laid_out_for = (id(shown), fit, two)
        desk.rows = () if two else folded(shown.lines, fit)
        desk.pairs = paired(shown.lines, fit) if two else ()
    seen = draw_pairs(app, desk.pairs, language) if two else draw_rows(app, desk.rows, language)
    if not seen:
        return 0, False
    last = (desk.pairs[seen - 1][0] or desk.pairs[seen - 1][1]) if two else desk.rows[seen - 1]
    return last.number if last else 0, seen == len(desk.pairs if two else desk.rows)


def _foot(app: App, desk: Desk, review: Review, now: float) -> None:
    """The four answers, and what stands in the way of the two that let it happen."""
    hurdle = review.hurdle(now)
    keys, narrow = _keys(app), _narrow(app)
    if narrow:
        _say_hurdle(app, review, hurdle)
    # Never reached by Tab, Enter or Space: only by a click, or by its own letter.
    imgui.push_item_flag(imgui.ItemFlags_.no_nav, True)
    imgui.begin_disabled(bool(hurdle))
    approve = primary(app, f"{icons.ICON_FA_CHECK}  Approve  A")
    hint("Let exactly this happen, once")
    beside()
    session = imgui.button("Allow this session  S")
    hint("Let exactly this happen now, and again whenever this conversation asks for the very same")
    imgui.end_disabled()
    imgui.pop_item_flag()
    beside()
    edit = imgui.button(f"{icons.ICON_FA_PEN}  Edit  E")
    beside()
    refuse = imgui.button(f"{icons.ICON_FA_XMARK}  Refuse  R")
    if not narrow:
        beside(M)
        _say_hurdle(app, review, hurdle)
    if (approve or imgui.Key.a in keys) and not hurdle:
        decide(app, desk, review, Answer("approve", by=BY))
    elif (session or imgui.Key.s in keys) and not hurdle:
        decide(app, desk, review, Answer("session", by=BY))
    elif edit or imgui.Key.e in keys:
        desk.draft = ArgumentDraft(review.request.action.arguments)
    elif refuse or imgui.Key.r in keys:
        desk.reason, desk.just_opened = "", True


def _say_hurdle(app: App, review: Review, hurdle: str) -> None:
    if not hurdle or review.sheet is None or hurdle == "just arrived":
        imgui.new_line()
        return
    lines = review.sheet.body.total_lines
    where = f" (line {review.line:,} of {lines:,})" if lines > 1 and review.line else ""
    put(app, f"{hurdle}{where}", app.palette.warn)


def _keys(app: App) -> frozenset[imgui.Key]:
    """The letters pressed in this panel, while nothing is being written and nothing is asked above it."""
    io = imgui.get_io()
    elsewhere = io.want_text_input or imgui.is_any_item_active() or app.popup
    held = io.key_ctrl or io.key_alt or io.key_super or io.key_shift
    flags = imgui.FocusedFlags_.child_windows | imgui.FocusedFlags_.no_popup_hierarchy
    if elsewhere or held or not imgui.is_window_focused(flags):
        return frozenset()
    letters = (imgui.Key.a, imgui.Key.s, imgui.Key.e, imgui.Key.r)
    return frozenset(letter for letter in letters if imgui.is_key_pressed(letter, False))


def _refuse_foot(app: App, desk: Desk, review: Review) -> None:
    """Why not; Enter refuses, Escape goes back."""
    if desk.just_opened:
        imgui.set_keyboard_focus_here()
        desk.just_opened = False
    imgui.set_next_item_width(max(120.0, imgui.get_content_region_avail().x - 190 * app.scale))
    entered, desk.reason = imgui.input_text_with_hint(
        "##why", "why not? the model reads it", desk.reason or "", imgui.InputTextFlags_.enter_returns_true
    )
    beside()
    if imgui.button("Refuse") or entered:
        reason = (desk.reason or "").strip() or "the person said no"
        decide(app, desk, review, Answer("refuse", reason=reason, by=BY))
        return
    beside()
    if imgui.button("Back") or _escaped():
        desk.put_away()


def _edit_foot(app: App, desk: Desk, review: Review, problem: str) -> None:
    imgui.begin_disabled(bool(problem))
    show = primary(app, f"{icons.ICON_FA_EYE}  Show what it would do")
    imgui.end_disabled()
    beside()
    back = imgui.button("Back")
    beside(M)
    if problem:
        imgui.align_text_to_frame_padding()
        put(app, problem, app.palette.faint)
    if show and desk.draft is not None and not problem:
        decide(app, desk, review, Answer("edit", arguments=desk.draft.written(), by=BY))
    elif back:
        desk.put_away()


def _escaped() -> bool:
    flags = imgui.FocusedFlags_.child_windows
    return imgui.is_window_focused(flags) and imgui.is_key_pressed(imgui.Key.escape, False)

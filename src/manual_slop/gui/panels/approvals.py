"""What waits for the person, of all conversations: exactly what would happen, and the buttons that decide."""

from __future__ import annotations

import time
from collections.abc import Mapping

from imgui_bundle import ImVec2, imgui
from imgui_bundle.immapp import icons_fontawesome_6 as icons

from manual_slop.gui.approval_desk import Desk, choose, desk_of, in_front
from manual_slop.gui.approval_head import age, risk_colour
from manual_slop.gui.approval_view import draw_request
from manual_slop.gui.context import App
from manual_slop.gui.theme import M
from manual_slop.gui.widgets import beside, empty, put, put_wrapped
from manual_slop.safety.consent_escape import escape
from manual_slop.values.approval import Answer, AnswerKind, Request

TITLE = "Approvals"
_LISTED, _SHARE = 4, 0.2
_HISTORY = 200
_WORDS: Mapping[AnswerKind, str] = {
    "approve": "approved",
    "session": "allowed for the session",
    "edit": "edited",
    "refuse": "refused",
}


def badge(app: App) -> str:
    """How many wait."""
    return str(len(app.state.waiting)) if app.state.waiting else ""


def draw(app: App) -> None:
    """The request in front, the others above it; what was answered is below where nothing waits."""
    desk = desk_of(app)
    review = in_front(app, desk)
    if review is None:
        empty(app, "Nothing waits for you", "What a model wants to change or run appears here before it happens.")
        _history(app, desk)
        return
    if len(app.state.waiting) > 1:
        _waiting(app, desk)
        review = in_front(app, desk)
    if review is not None:
        imgui.push_id(review.request.id)
        draw_request(app, desk, review)
        imgui.pop_id()


def _waiting(app: App, desk: Desk) -> None:
    """A line for each, the oldest first."""
    requests = tuple(app.state.waiting.values())
    line = imgui.get_text_line_height_with_spacing()
    fits = max(2, int(_SHARE * imgui.get_content_region_avail().y / line))  # what is asked for needs the room
    imgui.begin_child("waiting", ImVec2(0, min(_LISTED, fits, len(requests)) * line + 2))
    clipper = imgui.ListClipper()
    clipper.begin(len(requests))
    while clipper.step():
        for index in range(clipper.display_start, clipper.display_end):
            request = requests[index]
            action = request.action
            place = imgui.get_cursor_pos_x()
            imgui.push_item_flag(imgui.ItemFlags_.no_nav, True)
            if imgui.selectable(f"##{request.id}", request.id == desk.chosen)[0]:
                choose(desk, request.id)
            imgui.pop_item_flag()
            imgui.same_line(place)
            put(app, action.risk or "UNKNOWN", risk_colour(app, request), "mono")
            beside(M)
            put(app, action.tool)
            beside(M)
            put(app, escape(", ".join(action.preview.targets) or action.arguments)[:60], app.palette.soft, "mono")
            beside(M)
            put(app, age(time.time() - request.asked_at), app.palette.faint, "mono")
    imgui.end_child()
    imgui.separator()


def _history(app: App, desk: Desk) -> None:
    """What was answered, the newest first; a click unfolds one."""
    answered = app.state.answered
    if not answered:
        return
    imgui.spacing()
    if not imgui.collapsing_header(f"Answered ({len(answered):,})###answered"):
        return
    for index in range(len(answered) - 1, max(-1, len(answered) - 1 - _HISTORY), -1):
        at, request, answer = answered[index]
        imgui.push_id(request.id)
        if imgui.selectable(f"{at.astimezone():%H:%M:%S}##line", desk.opened == request.id)[0]:
            desk.opened = "" if desk.opened == request.id else request.id
        beside(M)
        put(app, request.action.tool)
        beside(M)
        _outcome(app, answer)
        if desk.opened == request.id:
            _details(app, request, answer)
        imgui.pop_id()


def _outcome(app: App, answer: Answer) -> None:
    good = answer.kind != "refuse"
    icon = icons.ICON_FA_CHECK if good else icons.ICON_FA_XMARK
    who = f" by {answer.by}" if answer.by else ""
    put(app, f"{icon}  {_WORDS[answer.kind]}{who}", app.palette.good if good else app.palette.bad)


def _details(app: App, request: Request, answer: Answer) -> None:
    if answer.reason:
        put_wrapped(app, f"because: {answer.reason}", app.palette.soft)
    text = request.action.preview.text or request.action.arguments
    put_wrapped(app, "\n".join(escape(line) for line in text[:4000].split("\n")), app.palette.soft, "mono")
    if len(text) > 4000:
        put(app, f"… {len(text) - 4000:,} more characters", app.palette.faint)

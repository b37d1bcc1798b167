"""The line above a request: tool, risk, age, the conversation and what that has cost, and how the text is shown."""

from __future__ import annotations

import time

from imgui_bundle import imgui
from imgui_bundle.immapp import icons_fontawesome_6 as icons

from manual_slop.gui.approval_desk import Desk
from manual_slop.gui.context import App
from manual_slop.gui.theme import M, S
from manual_slop.gui.widgets import beside, chip, hint, put, quiet, to_the_right
from manual_slop.safety.consent_escape import escape
from manual_slop.values.approval import Action, Request

_NARROWEST = 60.0  # of a title: less says nothing


def draw_head(app: App, desk: Desk, request: Request) -> None:
    """One line; what does not fit is in the hints."""
    action, palette = request.action, app.palette
    put(app, icons.ICON_FA_SHIELD_HALVED, palette.warn)
    beside()
    put(app, action.tool, palette.text, "strong")
    beside()
    chip(app, action.risk or "UNKNOWN", risk_colour(app, request))
    beside(M)
    put(app, age(time.time() - request.asked_at), palette.faint, "mono")
    hint("How long this has been waiting")
    ways = _ways(desk, request)
    room = sum(imgui.calc_text_size(label).x + 3 * S * app.scale for label, _ in ways)
    _asker(app, action, room)
    if ways:
        to_the_right(room)
    for index, (label, tip) in enumerate(ways):
        if index:
            beside(0)
        if quiet(app, label, tip):
            _show_as(desk, label)


def risk_colour(app: App, request: Request) -> str:
    """How loud its risk is."""
    return app.palette.warn if request.action.risk in ("READ", "WRITE") else app.palette.bad


def age(seconds: float) -> str:
    """`12 s`, `3 min`, `2 h`."""
    whole = max(0, int(seconds))
    return f"{whole} s" if whole < 120 else f"{whole // 60} min" if whole < 7200 else f"{whole // 3600} h"


def _asker(app: App, action: Action, taken: float) -> None:
    """Who asks: a conversation, or where a run is at; cut to what is left of the line but for `taken` pixels."""
    conversation = next((one for one in app.state.conversations.values() if one.session_id == action.session_id), None)
    title = (conversation.title or "conversation") if conversation else escape(action.origin)
    spent = str(conversation.spent) if conversation and conversation.calls else "nothing spent"
    right = imgui.get_window_pos().x + imgui.get_window_size().x - M
    room = right - imgui.get_item_rect_max().x - taken - 2 * M
    if not title or room < _NARROWEST * app.scale:
        return
    beside(M)
    shown = title
    while shown and imgui.calc_text_size(shown).x > room:
        shown = f"{shown.removesuffix(' …')[:-4]} …" if len(shown) > 6 else ""
    put(app, shown, app.palette.soft)
    hint(f"{title}\nIt has cost so far: {spent}" if conversation else title)
    if conversation and imgui.calc_text_size(f"{title}{spent}{spent}").x < room:  # figures are set wider
        beside(M)
        put(app, spent, app.palette.faint, "mono")
        hint("What this conversation has cost so far")


def _ways(desk: Desk, request: Request) -> list[tuple[str, str]]:
    """The other ways to show it, and what each is."""
    if desk.draft is not None:
        return []
    ways = [("what it does" if desk.arguments else "arguments", "The call as the model wrote it")]
    if request.action.preview.kind == "diff" and not desk.arguments:
        ways.insert(0, ("one column" if desk.side_by_side else "side by side", "How the change is shown"))
    return ways


def _show_as(desk: Desk, label: str) -> None:
    if label in ("one column", "side by side"):
        desk.side_by_side = not desk.side_by_side
    else:
        desk.arguments = not desk.arguments

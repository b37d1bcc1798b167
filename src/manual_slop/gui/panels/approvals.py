"""What waits for the person: exactly what would happen, and the buttons that decide."""

from __future__ import annotations

import time

from imgui_bundle import ImVec2, imgui
from imgui_bundle.immapp import icons_fontawesome_6 as icons

from manual_slop.gui.context import App
from manual_slop.gui.widgets import beside, card, chip, empty, primary, put, put_wrapped
from manual_slop.safety.consent_sheet import sheet
from manual_slop.values.approval import Answer, Request

TITLE = "Approvals"
_BY = "you"


def badge(app: App) -> str:
    """How many wait."""
    return str(len(app.state.waiting)) if app.state.waiting else ""


def draw(app: App) -> None:
    """All that waits, the oldest first."""
    if not app.state.waiting:
        empty(app, "Nothing waits for you", "What a model wants to change or run appears here before it happens.")
        return
    for request in tuple(app.state.waiting.values()):
        imgui.push_id(request.id)
        _request(app, request)
        imgui.pop_id()


def _request(app: App, request: Request) -> None:
    action, palette = request.action, app.palette
    with card(app, "request"):
        put(app, icons.ICON_FA_SHIELD_HALVED, palette.warn)
        beside()
        put(app, action.tool, palette.text, "strong")
        beside()
        chip(
            app, action.risk or "UNKNOWN", palette.bad if action.risk in ("EXECUTE", "NETWORK", None) else palette.warn
        )
        beside()
        put(app, f"waiting {time.time() - request.asked_at:.0f} s", palette.faint, "mono")
        shown = sheet(request)
        for row in shown.body.lines:
            colour = {"added": palette.good, "removed": palette.bad, "hunk": palette.accent}.get(row.kind, palette.text)
            put(app, row.text, colour, "mono")
        for label, value in shown.facts:
            put(app, f"{label}: {value}", palette.faint)
        for warning in shown.warnings:
            put_wrapped(app, warning, palette.bad)
        _buttons(app, request)


def _buttons(app: App, request: Request) -> None:
    if primary(app, f"{icons.ICON_FA_CHECK}  Approve"):
        app.controller.answer(request, Answer("approve", by=_BY))
    beside()
    if imgui.button("Allow in this session"):
        app.controller.answer(request, Answer("session", by=_BY))
    beside()
    reasons: dict[str, str] = app.memo.setdefault("refusals", {})
    imgui.set_next_item_width(220)
    _, reasons[request.id] = imgui.input_text_with_hint(
        "##why", "why not? the model reads it", reasons.get(request.id, "")
    )
    beside()
    if imgui.button("Refuse", ImVec2(0, 0)):
        reason = reasons.pop(request.id, "") or "the person said no"
        app.controller.answer(request, Answer("refuse", reason=reason, by=_BY))

"""What the draft may cost, with the chosen model and with others; worked out in the background."""

from __future__ import annotations

import time
from decimal import Decimal

from imgui_bundle import imgui

from manual_slop.gui.context import App
from manual_slop.gui.legible import legible
from manual_slop.gui.message_actions import known_models
from manual_slop.gui.theme import M
from manual_slop.gui.widgets import beside, put
from manual_slop.values.context import Forecast

FORECAST = "forecast"
_REST = 0.4  # seconds without a keystroke
_OTHERS = 2
_SEND = 150.0  # what the button at the end of the line takes


def draw_forecast(app: App) -> None:
    """On one line, as far as there is room."""
    _keep_up(app)
    found = app.state.fetched(FORECAST, app.state.current)
    if found.error:
        put(app, "no forecast", app.palette.faint)
        if imgui.is_item_hovered():
            imgui.set_tooltip(legible(found.error))
        return
    for index, one in enumerate(found.value or ()):
        text = f"~ {one.input.median:,} tokens   {money(one)}" if index == 0 else f"on {_name(one.model)} {money(one)}"
        if imgui.get_content_region_avail().x < 0 or (index and not _room(text)):
            return
        if index:
            beside(M)
        put(app, text, app.palette.bad if one.fits is False else app.palette.faint, "mono")
        if imgui.is_item_hovered():
            _explain(app, one)


def money(one: Forecast) -> str:
    """The likely price in dollars: the middle of what was, and what nine in ten stayed under."""
    if one.local:
        return "free, it runs here"
    if one.usd is None:
        return "unpriced"
    low, high = (_dollars(usd) for usd in one.usd)
    return low if low == high else f"{low} to {high}"


def _dollars(usd: Decimal) -> str:
    return f"${usd:.4f}" if usd < 1 else f"${usd:.2f}"


def _name(model: str) -> str:
    return model.rpartition("/")[2]


def _room(text: str) -> bool:
    imgui.same_line()
    room: float = imgui.get_content_region_avail().x - imgui.calc_text_size(text).x - _SEND
    return room > 0


def _explain(app: App, one: Forecast) -> None:
    if not imgui.begin_tooltip():
        return
    put(app, one.model, app.palette.text, "strong")
    put(app, f"in   {one.input.median:>10,} to {one.input.p90:,} tokens", app.palette.soft, "mono")
    if one.output is not None:
        put(app, f"out  {one.output.median:>10,} to {one.output.p90:,} tokens", app.palette.soft, "mono")
    put(app, f"cost {money(one)}", app.palette.soft, "mono")
    if one.fits is False:
        put(app, "It does not fit into this model's window.", app.palette.bad)
    put(app, f"Judged by {one.turns} turns: {one.assumption}.", app.palette.faint)
    imgui.end_tooltip()


def _keep_up(app: App) -> None:
    """Ask anew when the draft, the model or the conversation are other ones and stay so for a moment."""
    draft, conversation = app.state.draft, app.state.conversation
    others = known_models(app)[1 : 1 + _OTHERS]
    now = (app.state.current, conversation.model, draft.words, len(draft.images), conversation.messages, *others)
    seen, since, asked = app.memo.get("forecast", (None, 0.0, None))
    if seen != now:
        seen, since = now, time.monotonic()
    rested = time.monotonic() - since >= _REST
    if rested and asked != now and conversation.model and not conversation.running:
        asked = now
        app.controller.forecast(draft.words, tuple(draft.images), tuple(others))
    app.memo["forecast"] = (seen, since, asked)

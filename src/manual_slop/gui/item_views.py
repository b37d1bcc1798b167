"""How each thing in a discussion looks."""

from __future__ import annotations

from datetime import datetime

from imgui_bundle import imgui
from imgui_bundle.immapp import icons_fontawesome_6 as icons

from manual_slop.app.items import Answered, Item, Remark, Said, ToolUse
from manual_slop.gui.context import App
from manual_slop.gui.legible import legible
from manual_slop.gui.markdown import draw_markdown, draw_plain
from manual_slop.gui.message_actions import draw_actions
from manual_slop.gui.pictures import draw_thumbnails
from manual_slop.gui.provenance import cost_hint
from manual_slop.gui.surface import surface
from manual_slop.gui.theme import XS, M
from manual_slop.gui.tool_view import draw_tool
from manual_slop.gui.views import view_of
from manual_slop.gui.widgets import beside, chip, hint, put, put_wrapped, quiet, space


def draw_item(app: App, item: Item, *, hovered: bool = False) -> None:
    """One of them, whatever it is; `hovered` while the pointer is on it."""
    match item:
        case Said():
            _said(app, item, hovered)
        case Answered():
            _answered(app, item, hovered)
        case ToolUse():
            draw_tool(app, item)
        case Remark():
            _remark(app, item)


def _said(app: App, item: Said, hovered: bool) -> None:
    space(XS)
    put(app, "You", app.palette.text, "strong")
    beside()
    put(app, _time(item.at), app.palette.faint, "mono")
    draw_actions(app, item, hovered=hovered)
    draw_thumbnails(app, item.images)
    draw_plain(app, view_of(app, item, fences=False).text.take(item.text, whole=True))


def _answered(app: App, item: Answered, hovered: bool) -> None:
    space(XS)
    put(app, legible(item.model), app.palette.accent, "strong")
    beside()
    put(app, _time(item.at), app.palette.faint, "mono")
    if item.entry is not None:
        beside(M)
        _bill(app, item)
    if item.streaming:
        beside(M)
        put(app, "writing …" if len(item.text) else "thinking …", app.palette.faint)
    else:
        draw_actions(app, item, hovered=hovered)
    _thoughts(app, item)
    draw_markdown(app, item)
    if item.stop_reason == "interrupted":
        chip(app, "interrupted", app.palette.warn)
        hint("It was cut off before its end; what had come is kept, and is paid for.")
    elif item.stop_reason == "length":
        chip(app, "cut at the longest answer allowed", app.palette.warn)


def _thoughts(app: App, item: Answered) -> None:
    if not len(item.reasoning):
        return
    view = view_of(app, item)
    opened = "thoughts" in view.unfolded
    arrow = icons.ICON_FA_CHEVRON_DOWN if opened else icons.ICON_FA_CHEVRON_RIGHT
    words = len(item.reasoning) // 6
    if quiet(app, f"{arrow}  Thoughts, about {max(1, words):,} words##thoughts", "What the model thought aloud"):
        view.unfolded.symmetric_difference_update({"thoughts"})
    if opened:
        with surface(app, app.palette.base):
            draw_plain(app, view.thoughts.take(item.reasoning.text, whole=not item.streaming), app.palette.soft)


def _bill(app: App, item: Answered) -> None:
    entry = item.entry
    assert entry is not None
    usage = entry.usage
    cached = f"   {100 * usage.cache_read_tokens // usage.input_tokens} % cached" if usage.cache_read_tokens else ""
    money = "unpriced" if entry.cost.usd is None else f"${entry.cost.usd:.4f} {entry.cost.basis}"
    text = f"{usage.input_tokens:,} in{cached}   {usage.output_tokens:,} out   {money}"
    put(app, text, app.palette.warn if entry.cost.usd is None else app.palette.faint, "mono")
    if imgui.is_item_hovered():
        cost_hint(app, entry)


def _remark(app: App, item: Remark) -> None:
    palette = app.palette
    colour = {"error": palette.bad, "retry": palette.warn, "budget": palette.warn}.get(item.kind, palette.faint)
    if item.error is None or item.kind != "error":
        put_wrapped(app, legible(item.text), colour)
        return
    if item.error.kind == "cancelled":
        put_wrapped(app, legible(item.error.advice or item.text), palette.faint)  # they know, they did it
        return
    with surface(app, palette.raised, palette.bad):
        kind = "error" if item.error.kind == "unknown" else item.error.kind.replace("_", " ")
        chip(app, kind, palette.bad)
        hint(f"{item.error.provider} {item.error.model}".strip() or "the program itself")
        draw_plain(app, view_of(app, item, fences=False).text.take(item.text, whole=True), colour)
        put_wrapped(app, legible(item.error.advice), palette.soft)


def _time(at: datetime) -> str:
    return f"{at.astimezone():%H:%M}"

"""How each thing in a discussion looks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from imgui_bundle import ImVec2, imgui
from imgui_bundle.immapp import icons_fontawesome_6 as icons

from manual_slop.app.items import Answered, Item, Remark, Said, ToolState, ToolUse
from manual_slop.gui.context import App
from manual_slop.gui.markdown import draw_markdown
from manual_slop.gui.provenance import cost_hint
from manual_slop.gui.theme import XS, M
from manual_slop.gui.widgets import beside, card, chip, hint, put, put_wrapped, space

_LONGEST = 2_000


def draw_item(app: App, item: Item) -> None:
    """One of them, whatever it is."""
    match item:
        case Said():
            _said(app, item)
        case Answered():
            _answered(app, item)
        case ToolUse():
            _tool(app, item)
        case Remark():
            _remark(app, item)


def _said(app: App, item: Said) -> None:
    space(XS)
    put(app, "You", app.palette.text, "strong")
    beside()
    put(app, _time(item.at), app.palette.faint, "mono")
    if item.images:
        beside()
        put(app, f"{icons.ICON_FA_IMAGE} {len(item.images)}", app.palette.soft)
    put_wrapped(app, item.text)


def _answered(app: App, item: Answered) -> None:
    space(XS)
    put(app, item.model, app.palette.accent, "strong")
    beside()
    put(app, _time(item.at), app.palette.faint, "mono")
    if item.entry is not None:
        beside(M)
        _bill(app, item)
    if len(item.reasoning):
        flags = imgui.TreeNodeFlags_.span_avail_width
        if imgui.tree_node_ex("Thoughts", flags):
            put_wrapped(app, item.reasoning.text, app.palette.soft)
            imgui.tree_pop()
    draw_markdown(app, item)
    if item.stop_reason == "interrupted":
        chip(app, "interrupted", app.palette.warn)
    elif item.streaming and not len(item.text):
        put(app, "…", app.palette.faint)


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


def _tool(app: App, item: ToolUse) -> None:
    palette = app.palette
    colours: Mapping[ToolState, str] = {
        "done": palette.good,
        "failed": palette.bad,
        "refused": palette.bad,
        "waiting": palette.warn,
    }
    with card(app, "tool"):
        put(app, icons.ICON_FA_SCREWDRIVER_WRENCH, palette.soft)
        beside()
        put(app, item.call.name, palette.text, "strong")
        beside()
        put(app, _short(item.call.arguments), palette.soft, "mono")
        beside()
        chip(app, item.state, colours.get(item.state, palette.accent))
        if item.answer is not None:
            beside()
            chip(app, f"{item.answer.kind} by {item.answer.by or 'a rule'}", palette.soft)
        if item.seconds:
            beside()
            put(app, f"{item.seconds:.1f} s", palette.faint, "mono")
        if item.request is not None and item.request.action.preview.kind == "diff":
            _diff(app, item.request.action.preview.text)
        if item.result is not None and imgui.tree_node("Result"):
            put_wrapped(app, item.result.content[:_LONGEST], palette.soft, "mono")
            imgui.tree_pop()


def _diff(app: App, text: str) -> None:
    colours = {"+": app.palette.good, "-": app.palette.bad, "@": app.palette.accent}
    for line in text.splitlines()[:40]:
        put(app, line, colours.get(line[:1], app.palette.soft), "mono")


def _remark(app: App, item: Remark) -> None:
    palette = app.palette
    colour = {"error": palette.bad, "retry": palette.warn, "budget": palette.warn}.get(item.kind, palette.faint)
    put_wrapped(app, item.text, colour)
    if item.error is not None and item.kind == "error":
        put_wrapped(app, item.error.advice, palette.soft)
        hint(f"{item.error.kind} · {item.error.provider} {item.error.model}")


def _short(arguments: str) -> str:
    line = " ".join(arguments.split())
    return line if len(line) <= 80 else f"{line[:79]}…"


def _time(at: datetime) -> str:
    return f"{at.astimezone():%H:%M}"


def thumbnail_size(width: int, height: int, most: float = 180.0) -> ImVec2:
    """The size at which a picture of so many pixels is shown."""
    scale = min(1.0, most / max(width, height, 1))
    return ImVec2(width * scale, height * scale)

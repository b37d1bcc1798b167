"""A tool call as a card: what it is to do, who allowed it, what it changed, what came of it and how long it took."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import cast

from imgui_bundle import imgui
from imgui_bundle.immapp import icons_fontawesome_6 as icons

from manual_slop.app.items import ToolState, ToolUse
from manual_slop.gui.context import App
from manual_slop.gui.diff_view import draw_diff
from manual_slop.gui.legible import legible
from manual_slop.gui.markdown import draw_plain
from manual_slop.gui.surface import surface
from manual_slop.gui.views import View, view_of
from manual_slop.gui.widgets import beside, chip, hint, put, quiet
from manual_slop.values.tools import TELLING

_HEAD = 12
_RISKS: Mapping[str, str] = {
    "READ": "It only looks.",
    "WRITE": "It changes files of the project.",
    "EXECUTE": "It runs a program.",
    "NETWORK": "It reaches other machines.",
}


def draw_tool(app: App, item: ToolUse) -> None:
    """The card."""
    view = view_of(app, item)
    colour = _colour(app, item.state)
    with surface(app, app.palette.raised, colour if item.state in ("waiting", "failed", "refused") else ""):
        _head(app, item, view, colour)
        request = item.request
        if request is not None and request.action.preview.kind == "diff":
            preview = request.action.preview
            draw_diff(app, view, preview.text, preview.targets[0] if preview.targets else "")
        if item.answer is not None and item.answer.kind == "refuse" and item.answer.reason:
            put(app, legible(f"refused: {item.answer.reason}"), app.palette.bad)
        if "arguments" in view.unfolded:
            draw_plain(app, view.thoughts.take(readable(item.call.arguments), whole=True), app.palette.soft, "mono")
        _result(app, item, view)


def _head(app: App, item: ToolUse, view: View, colour: str) -> None:
    palette = app.palette
    put(app, icons.ICON_FA_SCREWDRIVER_WRENCH, palette.soft)
    beside()
    put(app, legible(item.call.name), palette.text, "strong")
    beside()
    if quiet(app, f"{_short(view, item)}##arguments", "What the model asks for, in full"):
        view.unfolded.symmetric_difference_update({"arguments"})
    risk, state, answered = head_chips(item)
    if risk:
        _next_or_below(app, risk)
        chip(app, risk, palette.warn if risk in ("READ", "WRITE") else palette.bad)
        hint(_RISKS.get(risk, "Nobody knows how far this tool reaches."))
    _next_or_below(app, state)
    chip(app, state, colour)
    if answered:
        _next_or_below(app, answered)
        chip(app, answered, palette.soft)
    if item.seconds >= 0.05:
        _next_or_below(app, "0.0 s")
        put(app, f"{item.seconds:.1f} s", palette.faint, "mono")


_ANSWERS: Mapping[str, str] = {
    "approve": "approved",
    "edit": "edited and approved",
    "session": "allowed for this session",
    "refuse": "refused",
}


def head_chips(item: ToolUse) -> tuple[str, str, str]:
    """How far it reaches, where it stands, and who answered for it: the first and the last only where it was asked."""
    risk = item.request.action.risk or "UNKNOWN" if item.request is not None else ""
    answered = f"{_ANSWERS[item.answer.kind]} by {item.answer.by or 'a rule'}" if item.answer is not None else ""
    return risk, item.state, answered


def _next_or_below(app: App, text: str) -> None:
    """On the same line where there is room for it."""
    imgui.same_line(0.0, 8 * app.scale)
    if imgui.get_content_region_avail().x < imgui.calc_text_size(text).x + 24 * app.scale:
        imgui.new_line()


def _result(app: App, item: ToolUse, view: View) -> None:
    if item.result is None:
        return
    text = item.result.content
    failed = item.result.is_error
    lines = len(text.splitlines()) if len(text) < 1_000_000 else text.count("\n")
    everything = "all" in view.unfolded
    opened = everything or failed or "result" in view.unfolded
    arrow = icons.ICON_FA_CHEVRON_DOWN if opened else icons.ICON_FA_CHEVRON_RIGHT
    if quiet(app, f"{arrow}  {'error' if failed else 'result'} · {lines:,} line{'s' * (lines != 1)}##result"):
        view.unfolded -= {"all"}
        view.unfolded.symmetric_difference_update({"result"})
    if not opened:
        return
    beside()
    if quiet(app, f"{icons.ICON_FA_COPY}##copy result", "Copy the result"):
        imgui.set_clipboard_text(legible(text))
    key = "whole" if everything else "head"
    shown = view.prepared.get(key)
    if shown is None:
        view.prepared.clear()
        shown = view.prepared[key] = text if everything else "\n".join(text[: 200 * _HEAD].split("\n")[:_HEAD])
    blocks = view.result.take(cast(str, shown), whole=True)
    draw_plain(app, blocks, app.palette.bad if failed else app.palette.soft, "mono")
    if len(cast(str, shown)) < len(text) and quiet(app, f"show all {lines:,} lines"):
        view.unfolded |= {"all", "result"}


def _short(view: View, item: ToolUse) -> str:
    key = f"short {len(item.call.arguments)}"
    if key not in view.prepared:
        view.prepared[key] = in_a_word(item.call.arguments)
    return cast(str, view.prepared[key])


def in_a_word(arguments: str) -> str:
    """The argument that says most, on one line of at most 60 characters."""
    try:
        given = json.loads(arguments)
    except (ValueError, RecursionError):
        given = None
    words = arguments
    if isinstance(given, dict):
        texts = {name: value for name, value in given.items() if isinstance(value, str)}
        words = next((texts[name] for name in TELLING if name in texts), next(iter(texts.values()), ""))
    line = legible(" ".join(words[:400].split()))
    return (line if len(line) <= 60 else f"{line[:59]}…").replace("##", "# #") or "…"


def readable(arguments: str) -> str:
    """Arguments as a person reads them: a name a line, texts as they are; what is no JSON object stays as it is."""
    try:
        given = json.loads(arguments)
    except (ValueError, RecursionError):
        return arguments
    if not isinstance(given, dict):
        return arguments
    lines = []
    for name, value in given.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        lines.append(f"{name}:\n{text}" if "\n" in text else f"{name}: {text}")
    return "\n".join(lines)


def _colour(app: App, state: ToolState) -> str:
    palette = app.palette
    colours: Mapping[ToolState, str] = {
        "done": palette.good,
        "failed": palette.bad,
        "refused": palette.bad,
        "waiting": palette.warn,
    }
    return colours.get(state, palette.accent)

"""Every tool that ran, in all conversations, with how long it took and what came of it; sifted, opened, copied."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from imgui_bundle import imgui
from imgui_bundle.immapp import icons_fontawesome_6 as icons

from manual_slop.app.app_state import ToolLine
from manual_slop.app.tool_lines import OUTCOMES, TOOL_RISKS, ToolSieve, outcome_of, tool_risks
from manual_slop.app.wire_page import lines_of
from manual_slop.gui.context import App
from manual_slop.gui.legible import legible
from manual_slop.gui.tables import Column, cell, figure_cell, grid
from manual_slop.gui.text_lines import draw_lines
from manual_slop.gui.theme import M, S, rgb
from manual_slop.gui.widgets import beside, empty, hint, put
from manual_slop.gui.wording import seconds
from manual_slop.values.secrets import redactor
from manual_slop.values.tools import RISKS, Risk

TITLE = "Tool log"

_COLUMNS = (
    Column("Time", 1.1),
    Column("Tool", 2.2),
    Column("Reach", 1.2, tip="How far the tool reaches: it reads, writes, runs programs, or goes to other machines"),
    Column("Arguments", 4.0),
    Column("Took", 1.0, right=True, key=lambda one: one.event.seconds),
    Column("Ended", 1.0, key=outcome_of),
)


@dataclass(slots=True)
class View:
    """What the person does in the panel: what is sought, the line that is open with its texts cut into lines."""

    sieve: ToolSieve = field(default_factory=ToolSieve)
    opened: ToolLine | None = None
    lines: tuple[str, ...] = ()
    rows: tuple[object, Sequence[ToolLine]] = (None, ())


def draw(app: App) -> None:
    """The newest at the top; a click opens a line, which then has the panel."""
    view: View = app.memo.setdefault("tool log", View())
    lines = app.state.tool_log
    if not lines:
        empty(app, "No tool has run yet", "Each tool a model runs is listed here with its time and its result.")
        return
    fetched = app.state.fetched(TOOL_RISKS)
    if fetched.at is None and not fetched.loading and not fetched.error:
        app.controller.load(TOOL_RISKS, "", tool_risks)
    risks: Mapping[str, Risk] = fetched.value or {}
    if view.opened is not None:
        _detail(app, view, view.opened, risks)
        return
    _sieve(app, view)
    rows = _rows(view, lines, risks)
    beside(S)
    put(app, f"{len(rows):,} of {len(lines):,}", app.palette.faint, "mono")
    if not rows:
        empty(app, "No call is like that", "Change what is looked for above.")
        return
    grid(app, "tools", _COLUMNS, rows, lambda line: _row(app, view, line, risks), revision=view.rows[0])


def _sieve(app: App, view: View) -> None:
    sieve, line = view.sieve, imgui.get_frame_height()
    box = imgui.calc_text_size("any outcome").x + 2 * line
    imgui.set_next_item_width(max(80.0, imgui.get_content_region_avail().x - 2 * box - 5.5 * line))
    words = imgui.input_text_with_hint("##sieve", "Find words", sieve.words)[1]
    beside(S)
    risk = _choice("##reach", "any reach", sieve.risk, (*RISKS, "?"), box)
    beside(S)
    outcome = _choice("##outcome", "any outcome", sieve.outcome, OUTCOMES, box)
    view.sieve = replace(sieve, words=words, risk=risk, outcome=outcome)


def _choice(name: str, anything: str, chosen: str, choices: Sequence[str], width: float) -> str:
    imgui.set_next_item_width(width)
    if imgui.begin_combo(name, chosen or anything):
        for one in ("", *choices):
            if imgui.selectable(one or anything, one == chosen)[0]:
                chosen = one
        imgui.end_combo()
    return chosen


def _rows(view: View, lines: Sequence[ToolLine], risks: Mapping[str, Risk]) -> Sequence[ToolLine]:
    """The rows wanted, worked out when something changed; the newest first."""
    state = (len(lines), id(lines[-1]), view.sieve, len(risks))
    if view.rows[0] != state:
        view.rows = (state, [line for line in reversed(lines) if view.sieve.keeps(line, risks)])
    return view.rows[1]


def _row(app: App, view: View, line: ToolLine, risks: Mapping[str, Risk]) -> None:
    palette, call = app.palette, line.event.call
    imgui.table_next_column()
    imgui.push_style_color(imgui.Col_.text, rgb(palette.faint))
    label = f"{line.at.astimezone():%H:%M:%S}##{call.id}"
    if imgui.selectable(label, False, imgui.SelectableFlags_.span_all_columns)[0]:
        view.opened, view.lines = line, _texts(line)
    imgui.pop_style_color()
    cell(app, legible(call.name), palette.text, mono=True)
    risk = risks.get(call.name, "?")
    cell(app, risk, _risk_colour(app, risk))
    cell(app, legible(call.arguments[:200].replace("\n", " ")), mono=True)
    figure_cell(app, seconds(line.event.seconds))
    outcome = outcome_of(line)
    tip = legible(line.event.result.content[:1000]) if outcome != "done" else ""
    cell(app, outcome, {"done": palette.good, "refused": palette.warn}.get(outcome, palette.bad), tip=tip)


def _risk_colour(app: App, risk: str) -> str:
    palette = app.palette
    return {"READ": palette.good, "WRITE": palette.warn, "EXECUTE": palette.bad, "NETWORK": palette.accent}.get(
        risk, palette.faint
    )


def _detail(app: App, view: View, line: ToolLine, risks: Mapping[str, Risk]) -> None:
    if imgui.button(f"{icons.ICON_FA_ARROW_LEFT}  All tools"):
        view.opened = None
    beside(S)
    if imgui.button(f"{icons.ICON_FA_COPY}  Copy"):
        imgui.set_clipboard_text("\n".join(map(legible, view.lines)))
    hint("The call and its result, with every key taken out")
    beside(M)
    imgui.align_text_to_frame_padding()
    put(app, legible(line.event.call.name), app.palette.text, "strong")
    risk = risks.get(line.event.call.name, "?")
    for text, colour in (
        (risk, _risk_colour(app, risk)),
        (outcome_of(line), app.palette.soft),
        (f"{seconds(line.event.seconds)} at {line.at.astimezone():%H:%M:%S}", app.palette.faint),
    ):
        beside(M)
        put(app, text, colour)
    draw_lines(app, f"call{line.event.call.id}", view.lines)


def _texts(line: ToolLine) -> tuple[str, ...]:
    """Arguments and result as lines, without keys."""
    try:
        arguments = json.dumps(json.loads(line.event.call.arguments or "{}"), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        arguments = line.event.call.arguments
    return tuple(lines_of(redactor.redact(f"{arguments}\n\n{line.event.result.content}")))

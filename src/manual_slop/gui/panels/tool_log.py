"""Every tool that ran, in all conversations, with how long it took and what came of it."""

from __future__ import annotations

from imgui_bundle import imgui

from manual_slop.gui.context import App
from manual_slop.gui.widgets import empty, hint, put

TITLE = "Tool log"


def draw(app: App) -> None:
    """A table, the newest at the top, only the rows in view are drawn."""
    lines = app.state.tool_log
    if not lines:
        empty(app, "No tool has run yet", "Each tool a model runs is listed here with its time and its result.")
        return
    flags = imgui.TableFlags_.borders_inner_h | imgui.TableFlags_.scroll_y | imgui.TableFlags_.sizing_stretch_prop
    if not imgui.begin_table("tools", 5, flags):
        return
    imgui.table_setup_scroll_freeze(0, 1)
    for heading, weight in (("Time", 1.0), ("Tool", 1.6), ("Arguments", 5.0), ("Took", 0.8), ("Result", 1.0)):
        imgui.table_setup_column(heading, imgui.TableColumnFlags_.width_stretch, weight)
    imgui.table_headers_row()
    clipper = imgui.ListClipper()
    clipper.begin(len(lines))
    while clipper.step():
        for row in range(clipper.display_start, clipper.display_end):
            _row(app, len(lines) - 1 - row)
    imgui.end_table()


def _row(app: App, index: int) -> None:
    line = app.state.tool_log[index]
    result, palette = line.event.result, app.palette
    cells = (
        (f"{line.at.astimezone():%H:%M:%S}", palette.faint),
        (line.event.call.name, palette.text),
        (line.event.call.arguments.replace("\n", " ")[:200], palette.soft),
        (f"{line.event.seconds:.1f} s", palette.soft),
        ("error" if result.is_error else "ok", palette.bad if result.is_error else palette.good),
    )
    imgui.table_next_row()
    for text, colour in cells:
        imgui.table_next_column()
        put(app, text, colour, "mono")
    hint(result.content[:1000])

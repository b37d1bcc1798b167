"""What the program said, newest below."""

from __future__ import annotations

from imgui_bundle import imgui

from manual_slop.gui.context import App
from manual_slop.gui.widgets import beside, empty, put

TITLE = "Log"


def draw(app: App) -> None:
    """A line a word, only those in view are drawn."""
    lines = app.state.log
    if not lines:
        empty(app, "Nothing to report", "What the program has to say while it works is listed here.")
        return
    colours = {"good": app.palette.good, "warn": app.palette.warn, "bad": app.palette.bad}
    clipper = imgui.ListClipper()
    clipper.begin(len(lines))
    while clipper.step():
        for index in range(clipper.display_start, clipper.display_end):
            line = lines[index]
            put(app, f"{line.at.astimezone():%H:%M:%S}", app.palette.faint, "mono")
            beside()
            put(app, line.text, colours.get(line.loudness, app.palette.soft))

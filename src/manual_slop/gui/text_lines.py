"""Very long texts: lines in the mono face, scrolled both ways, of which only those in view are drawn."""

from __future__ import annotations

from collections.abc import Sequence

from imgui_bundle import ImVec2, imgui, imgui_ctx

from manual_slop.gui.context import App
from manual_slop.gui.legible import legible
from manual_slop.gui.theme import S, rgb
from manual_slop.gui.widgets import voice


def draw_lines(app: App, name: str, lines: Sequence[str], height: float = 0.0) -> None:
    """A box of them; `height` as ImGui wants it, 0 for all the room there is."""
    flags = imgui.ChildFlags_.always_use_window_padding
    with (
        imgui_ctx.push_style_color(imgui.Col_.child_bg, rgb(app.palette.base)),
        imgui_ctx.push_style_var(imgui.StyleVar_.window_padding, ImVec2(S, S)),
        imgui_ctx.begin_child(name, ImVec2(0, height), flags, imgui.WindowFlags_.horizontal_scrollbar),
        voice(app, "mono", app.palette.soft),
    ):
        clipper = imgui.ListClipper()
        clipper.begin(len(lines))
        while clipper.step():
            for index in range(clipper.display_start, clipper.display_end):
                imgui.text_unformatted(legible(lines[index]))

"""A raised surface behind things, as high as they are in the very same frame: nothing flickers while it scrolls by."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from imgui_bundle import ImVec2, imgui

from manual_slop.gui.context import App
from manual_slop.gui.theme import M, S, rgb


@contextmanager
def surface(app: App, colour: str = "", edge: str = "") -> Iterator[None]:
    """What is drawn within stands on it, with room around, as wide as there is room; `edge` marks its left side."""
    across, down = M * app.scale, S * app.scale
    low, width = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
    draw, splitter = imgui.get_window_draw_list(), imgui.ImDrawListSplitter()
    splitter.split(draw, 2)
    splitter.set_current_channel(draw, 1)
    imgui.begin_group()
    imgui.dummy(ImVec2(0, max(0.0, down - imgui.get_style().item_spacing.y)))
    imgui.indent(across)
    try:
        yield
    finally:
        imgui.unindent(across)
        imgui.dummy(ImVec2(0, max(0.0, down - imgui.get_style().item_spacing.y)))
        imgui.end_group()
        high = ImVec2(low.x + width, imgui.get_item_rect_max().y)
        splitter.set_current_channel(draw, 0)
        rounding = imgui.get_style().child_rounding
        draw.add_rect_filled(low, high, imgui.get_color_u32(rgb(colour or app.palette.raised)), rounding)
        if edge:
            mark = ImVec2(low.x + 3 * app.scale, high.y)
            draw.add_rect_filled(low, mark, imgui.get_color_u32(rgb(edge)), rounding)
        splitter.merge(draw)

"""The exact text of what waits, row by row; only those in view are drawn, and how far the person came is told."""

from __future__ import annotations

from collections.abc import Sequence

from imgui_bundle import ImVec2, imgui

from manual_slop.app.consent_columns import Pair
from manual_slop.gui.context import App
from manual_slop.gui.theme import S, rgb
from manual_slop.gui.widgets import voice
from manual_slop.safety.consent import Row

_GUTTER = 6


def columns(app: App, width: float) -> int:
    """How many characters fit beside the line numbers within `width` pixels."""
    with voice(app, "mono"):
        letter = imgui.calc_text_size("0").x
    return max(16, int(width / letter) - _GUTTER - 1)


def draw_rows(app: App, rows: Sequence[Row]) -> int:
    """One below the other. How many have come into view down to the last that is whole."""
    clipper, seen = imgui.ListClipper(), 0
    with voice(app, "mono"):
        clipper.begin(len(rows))
        while clipper.step():
            for index in range(clipper.display_start, clipper.display_end):
                _row(app, rows[index], imgui.get_content_region_avail().x)
                if _whole():
                    seen = max(seen, index + 1)
    return seen


def draw_pairs(app: App, pairs: Sequence[Pair]) -> int:
    """Two columns: as it was, as it will be. How many rows have come into view, as `draw_rows` counts."""
    clipper, seen = imgui.ListClipper(), 0
    half = (imgui.get_content_region_avail().x - S) / 2
    with voice(app, "mono"):
        clipper.begin(len(pairs))
        while clipper.step():
            for index in range(clipper.display_start, clipper.display_end):
                left, right = pairs[index]
                _row(app, left, half)
                imgui.same_line(0.0, S)
                _row(app, right, half)
                if _whole():
                    seen = max(seen, index + 1)
    return seen


def _row(app: App, row: Row | None, width: float) -> None:
    """A row as high as every other."""
    at, line = imgui.get_cursor_screen_pos(), imgui.get_text_line_height()
    gap, letter = imgui.get_style().item_spacing.y, imgui.calc_text_size("0").x
    if row is not None:
        colour, tint = _colours(app, row)
        draw = imgui.get_window_draw_list()
        if tint:
            end = ImVec2(at.x + width, at.y + line + gap)
            draw.add_rect_filled(at, end, imgui.get_color_u32(rgb(tint, 0.13)))
        number = "" if row.continued else f"{row.number:>{_GUTTER - 1}}"
        draw.add_text(at, imgui.get_color_u32(rgb(app.palette.faint)), number)
        text_at = ImVec2(at.x + letter * _GUTTER, at.y)
        draw.push_clip_rect(at, ImVec2(at.x + width, at.y + line + gap), True)
        draw.add_text(text_at, imgui.get_color_u32(rgb(colour)), row.text)
        draw.pop_clip_rect()
    imgui.dummy(ImVec2(width, line))


def _colours(app: App, row: Row) -> tuple[str, str]:
    """Of the words and of what is behind them."""
    palette = app.palette
    match row.kind:
        case "added":
            return palette.text, palette.good
        case "removed":
            return palette.text, palette.bad
        case "hunk":
            return palette.accent, ""
        case "header" | "note":
            return palette.soft, ""
        case _:
            return palette.text, ""


def _whole() -> bool:
    """Whether all of the thing before is within what the window shows."""
    top, bottom = imgui.get_item_rect_min().y, imgui.get_item_rect_max().y
    clip = imgui.get_window_draw_list()
    return top >= clip.get_clip_rect_min().y - 1 and bottom <= clip.get_clip_rect_max().y + 1

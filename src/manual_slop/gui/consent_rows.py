"""The exact text of a change or command, row by row; only those in view are drawn, and how far one came is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from imgui_bundle import ImVec2, imgui

from manual_slop.app.consent_columns import Pair
from manual_slop.gui.context import App
from manual_slop.gui.syntax import colour_of, spans
from manual_slop.gui.theme import XS, S, rgb
from manual_slop.gui.widgets import voice
from manual_slop.safety.consent import Row

_GUTTER = 6
_CODE = frozenset(("added", "removed", "context"))


def columns(app: App, width: float) -> int:
    """How many characters fit beside the line numbers within `width` pixels."""
    with voice(app, "mono"):
        letter = imgui.calc_text_size("0").x
    return max(16, int(width / letter) - _GUTTER - 1)


def draw_rows(app: App, rows: Sequence[Row], language: str = "", width: float = 0.0) -> int:
    """One below the other, coloured as `language`, `width` pixels wide or all there is.

    How many have come into view down to the last that is whole.
    """
    clipper, seen = imgui.ListClipper(), 0
    with voice(app, "mono"), _tight(app):
        clipper.begin(len(rows))
        while clipper.step():
            for index in range(clipper.display_start, clipper.display_end):
                _row(app, rows[index], width or imgui.get_content_region_avail().x, language)
                if _whole():
                    seen = max(seen, index + 1)
    return seen


def draw_pairs(app: App, pairs: Sequence[Pair], language: str = "", width: float = 0.0) -> int:
    """Two columns: as it was, as it will be. How many rows have come into view, as `draw_rows` counts."""
    clipper, seen = imgui.ListClipper(), 0
    half = ((width or imgui.get_content_region_avail().x) - S) / 2
    with voice(app, "mono"), _tight(app):
        clipper.begin(len(pairs))
        while clipper.step():
            for index in range(clipper.display_start, clipper.display_end):
                left, right = pairs[index]
                _row(app, left, half, language)
                imgui.same_line(0.0, S)
                _row(app, right, half, language)
                if _whole():
                    seen = max(seen, index + 1)
    return seen


@contextmanager
def _tight(app: App) -> Iterator[None]:
    """Lines of code stand as near to each other as in an editor."""
    imgui.push_style_var(imgui.StyleVar_.item_spacing, ImVec2(S, XS * app.scale))
    try:
        yield
    finally:
        imgui.pop_style_var()


def _row(app: App, row: Row | None, width: float, language: str) -> None:
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
        if language and row.kind in _CODE:
            _code(app, row, text_at, language)
        else:
            draw.add_text(text_at, imgui.get_color_u32(rgb(colour)), row.text)
        draw.pop_clip_rect()
    imgui.dummy(ImVec2(width, line))


def _code(app: App, row: Row, at: ImVec2, language: str) -> None:
    """The sign, then the line of code in its colours."""
    sign = 0 if row.continued else 1
    draw, palette = imgui.get_window_draw_list(), app.palette
    strong = {"added": palette.good, "removed": palette.bad}.get(row.kind, palette.text)
    x = at.x
    for text, colour in (
        (row.text[:sign], strong),
        *((text, colour_of(palette, kind)) for text, kind in spans(row.text[sign:], language)),
    ):
        if text:
            draw.add_text(ImVec2(x, at.y), imgui.get_color_u32(rgb(colour)), text)
            x += imgui.calc_text_size(text).x


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

"""Small things that panels are made of: text in a voice, chips, buttons, cards, figures, help."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from imgui_bundle import ImVec2, imgui, imgui_ctx

from manual_slop.gui.context import App
from manual_slop.gui.theme import XS, M, S, rgb

Voice = Literal["text", "strong", "mono", "title"]


@contextmanager
def voice(app: App, name: Voice, colour: str = "") -> Iterator[None]:
    """Everything within is set in this typeface and colour."""
    font: imgui.ImFont = getattr(app.fonts, name)
    imgui.push_font(font, font.legacy_size)
    imgui.push_style_color(imgui.Col_.text, rgb(colour or app.palette.text))
    try:
        yield
    finally:
        imgui.pop_style_color()
        imgui.pop_font()


def put(app: App, text: str, colour: str = "", name: Voice = "text") -> None:
    """A text on one line."""
    with voice(app, name, colour):
        imgui.text_unformatted(text)


def put_wrapped(app: App, text: str, colour: str = "", name: Voice = "text") -> None:
    """A text over as many lines as it needs."""
    with voice(app, name, colour):
        imgui.push_text_wrap_pos(0.0)
        imgui.text_unformatted(text)
        imgui.pop_text_wrap_pos()


def beside(gap: float = S) -> None:
    """What comes next stands on the same line."""
    imgui.same_line(0.0, gap)


def to_the_right(width: float) -> None:
    """What comes next, so wide, stands at the right end of the same line."""
    imgui.same_line()
    here = imgui.get_cursor_pos_x()
    imgui.set_cursor_pos_x(max(here, here + imgui.get_content_region_avail().x - width))


def space(height: float = S) -> None:
    """Some room."""
    imgui.dummy(ImVec2(0, height))


def chip(app: App, text: str, colour: str) -> None:
    """A word in a tinted box: a risk, a state."""
    at, size = imgui.get_cursor_screen_pos(), imgui.calc_text_size(text)
    across, down = 7.0, 2.0
    end = ImVec2(at.x + size.x + 2 * across, at.y + size.y + 2 * down)
    draw = imgui.get_window_draw_list()
    draw.add_rect_filled(at, end, imgui.get_color_u32(rgb(colour, 0.16)), 4)
    draw.add_text(ImVec2(at.x + across, at.y + down), imgui.get_color_u32(rgb(colour)), text)
    imgui.dummy(ImVec2(end.x - at.x, end.y - at.y))


def primary(app: App, label: str, width: float = 0) -> bool:
    """The one button that most people want here."""
    colours, accent = imgui.Col_, app.palette.accent
    with (
        imgui_ctx.push_style_color(colours.button, rgb(accent)),
        imgui_ctx.push_style_color(colours.button_hovered, rgb(accent, 0.88)),
        imgui_ctx.push_style_color(colours.button_active, rgb(accent, 0.76)),
        imgui_ctx.push_style_color(colours.text, rgb(app.palette.on_accent)),
    ):
        return imgui.button(label, ImVec2(width, 0))


def quiet(app: App, label: str, tip: str = "", colour: str = "") -> bool:
    """A small button that stays in the background until it is pointed at."""
    colours = imgui.Col_
    with (
        imgui_ctx.push_style_color(colours.button, rgb(app.palette.panel, 0.0)),
        imgui_ctx.push_style_color(colours.text, rgb(colour or app.palette.soft)),
    ):
        pressed = imgui.small_button(label)
    if tip:
        hint(tip)
    return pressed


def tick(app: App, label: str, ticked: bool) -> bool:
    """A small box with an edge, at the height of what stands beside it; whether it is ticked now."""
    lower = max(0.0, (imgui.get_frame_height() - imgui.get_font_size()) / 2 - XS / 2)
    imgui.begin_group()
    imgui.set_cursor_pos_y(imgui.get_cursor_pos_y() + lower)
    with (
        imgui_ctx.push_style_var(imgui.StyleVar_.frame_padding, ImVec2(XS / 2, XS / 2)),
        imgui_ctx.push_style_var(imgui.StyleVar_.frame_border_size, 1),
        imgui_ctx.push_style_color(imgui.Col_.border, rgb(app.palette.faint)),
    ):
        ticked = imgui.checkbox(label, ticked)[1]
    imgui.end_group()
    return ticked


@contextmanager
def card(app: App, name: str) -> Iterator[bool]:
    """A raised surface as high as what is on it."""
    flags = imgui.ChildFlags_.auto_resize_y | imgui.ChildFlags_.always_use_window_padding
    with (
        imgui_ctx.push_style_color(imgui.Col_.child_bg, rgb(app.palette.raised)),
        imgui_ctx.push_style_var(imgui.StyleVar_.window_padding, ImVec2(M, S)),
        imgui_ctx.begin_child(name, ImVec2(0, 0), flags) as shown,
    ):
        yield bool(shown)


def hint(text: str) -> None:
    """Explains the thing before it to who rests the pointer there."""
    if imgui.is_item_hovered(imgui.HoveredFlags_.delay_normal):
        imgui.set_tooltip(text)


def empty(app: App, headline: str, advice: str) -> None:
    """What stands where there is nothing yet: what this is and what to do."""
    space(M)
    put(app, headline, app.palette.soft, "strong")
    put_wrapped(app, advice, app.palette.faint)

"""A palette and a scale of distances, put into ImGui's style."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from imgui_bundle import ImVec2, ImVec4, hello_imgui, imgui

from manual_slop.gui.palette import Palette

XS, S, M, L = 4.0, 8.0, 12.0, 20.0
"""The distances, in pixels at a scale of 1."""

_ROUNDING = 5.0


@functools.cache
def rgb(colour: str, alpha: float = 1.0) -> ImVec4:
    """`RRGGBB` as ImGui's colour."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4))
    return ImVec4(red, green, blue, alpha)


def apply_theme(palette: Palette, scale: float = 1.0) -> None:
    """Colours and distances from now on, every size times `scale` and the display's own. Needs a context."""
    style = imgui.get_style()
    style.font_scale_main = scale
    for slot, colour in _slots(palette).items():
        style.set_color_(slot, rgb(colour))
    style.set_color_(imgui.Col_.text_selected_bg, rgb(palette.accent, 0.3))
    style.set_color_(imgui.Col_.modal_window_dim_bg, rgb("000000", 0.45))
    style.set_color_(imgui.Col_.docking_preview, rgb(palette.accent, 0.35))
    style.window_padding, style.frame_padding = ImVec2(M, M), ImVec2(M - 2, 6)
    style.item_spacing, style.item_inner_spacing = ImVec2(S, S), ImVec2(S, XS)
    style.cell_padding = ImVec2(S, 5)
    style.window_rounding = 0  # windows are docked edge to edge
    style.child_rounding = style.frame_rounding = _ROUNDING
    style.window_menu_button_position = imgui.Dir.none
    style.popup_rounding = style.grab_rounding = style.scrollbar_rounding = _ROUNDING
    style.window_border_size = style.frame_border_size = style.tab_bar_border_size = 0
    style.popup_border_size = 1
    style.scrollbar_size = 11
    style.docking_separator_size = 2
    style.scale_all_sizes(scale * hello_imgui.dpi_window_size_factor())


def _slots(p: Palette) -> Mapping[imgui.Col_, str]:
    col = imgui.Col_
    return {
        **dict.fromkeys((col.window_bg, col.child_bg, col.scrollbar_bg, col.table_header_bg), p.panel),
        **dict.fromkeys((col.table_row_bg, col.table_row_bg_alt, col.tab_selected), p.panel),
        **dict.fromkeys((col.menu_bar_bg, col.title_bg, col.title_bg_active, col.title_bg_collapsed), p.base),
        **dict.fromkeys((col.tab, col.tab_dimmed, col.docking_empty_bg), p.base),
        **dict.fromkeys((col.popup_bg, col.header, col.tab_hovered), p.raised),
        **dict.fromkeys((col.frame_bg, col.checkbox_selected_bg, col.button), p.field),
        **dict.fromkeys((col.frame_bg_hovered, col.frame_bg_active, col.button_hovered, col.button_active), p.line),
        **dict.fromkeys((col.header_hovered, col.header_active, col.border, col.separator), p.line),
        **dict.fromkeys((col.table_border_light, col.table_border_strong, col.scrollbar_grab), p.line),
        **dict.fromkeys((col.separator_hovered, col.separator_active, col.check_mark, col.slider_grab), p.accent),
        **dict.fromkeys(
            (col.plot_histogram, col.slider_grab_active, col.tab_selected_overline, col.nav_cursor), p.accent
        ),
        **dict.fromkeys((col.resize_grip, col.scrollbar_grab_hovered, col.scrollbar_grab_active), p.faint),
        col.tab_dimmed_selected: p.panel,
        col.tab_dimmed_selected_overline: p.line,
        col.text: p.text,
        col.text_disabled: p.faint,
        col.text_link: p.accent,
    }

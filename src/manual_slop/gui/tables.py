"""Tables of figures that are aligned the same way everywhere."""

from __future__ import annotations

from collections.abc import Sequence

from imgui_bundle import imgui

from manual_slop.gui.context import App
from manual_slop.gui.widgets import put


def figure(app: App, text: str, colour: str = "") -> None:
    """A figure at the right edge of its cell."""
    width = imgui.calc_text_size(text).x
    room = imgui.get_content_region_avail().x
    imgui.set_cursor_pos_x(imgui.get_cursor_pos_x() + max(0.0, room - width - 2))
    put(app, text, colour or app.palette.soft, "mono")


def headings(app: App, names: Sequence[str], right: frozenset[int] = frozenset()) -> None:
    """The heading row of a table; columns in `right` hold figures."""
    imgui.table_next_row(imgui.TableRowFlags_.headers)
    for index, name in enumerate(names):
        imgui.table_set_column_index(index)
        if index in right:
            room, width = imgui.get_content_region_avail().x, imgui.calc_text_size(name).x
            imgui.set_cursor_pos_x(imgui.get_cursor_pos_x() + max(0.0, room - width - 2))
        put(app, name, app.palette.faint)

"""Tables that look and work alike everywhere: frozen headings, aligned figures, sorting, only rows in view drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from imgui_bundle import ImVec2, imgui

from manual_slop.gui.context import App
from manual_slop.gui.widgets import hint, put

_FLAGS = imgui.TableFlags_.borders_inner_h | imgui.TableFlags_.sizing_stretch_prop | imgui.TableFlags_.resizable
_FLAGS |= imgui.TableFlags_.no_borders_in_body_until_resize


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, its share of the width, whether it holds figures, what its rows are sorted by, a word
    of help. Without `key` it cannot be sorted by."""

    name: str
    weight: float = 1.0
    right: bool = False
    key: Callable[[Any], Any] | None = None
    tip: str = ""


def grid(
    app: App,
    name: str,
    columns: Sequence[Column],
    rows: Sequence[Any],
    draw: Callable[[Any], None],
    *,
    revision: object = None,
    height: float = 0.0,
    scrolls: bool = True,
) -> None:
    """A table of `rows`; `draw` fills the cells of one, `imgui.table_next_column()` before each.

    With `revision` it can be sorted: rows are put in order again only when that, or what the person clicked, changed.
    """
    flags = _FLAGS | (imgui.TableFlags_.scroll_y if scrolls else 0)
    flags |= (imgui.TableFlags_.sortable | imgui.TableFlags_.sort_tristate) if revision is not None else 0
    if not imgui.begin_table(name, len(columns), flags, ImVec2(0, height)):
        return
    imgui.table_setup_scroll_freeze(0, 1)
    for column in columns:
        kind = imgui.TableColumnFlags_.width_stretch | (0 if column.key else imgui.TableColumnFlags_.no_sort)
        kind |= imgui.TableColumnFlags_.prefer_sort_descending if column.right else 0
        imgui.table_setup_column(column.name, kind, column.weight)
    _headings(app, columns)
    ordered = rows if revision is None else _in_order(app, name, columns, rows, revision)
    clipper = imgui.ListClipper()
    clipper.begin(len(ordered))
    while clipper.step():
        for index in range(clipper.display_start, clipper.display_end):
            imgui.table_next_row()
            imgui.push_id(index)
            draw(ordered[index])
            imgui.pop_id()
    imgui.end_table()


def cell(app: App, text: str, colour: str = "", *, mono: bool = False, tip: str = "") -> None:
    """A word in the next column, with more of it for who points at it."""
    imgui.table_next_column()
    put(app, text, colour or app.palette.soft, "mono" if mono else "text")
    if tip:
        hint(tip)


def figure_cell(app: App, text: str, colour: str = "", tip: str = "") -> None:
    """A figure at the right edge of the next column."""
    imgui.table_next_column()
    figure(app, text, colour)
    if tip:
        hint(tip)


def figure(app: App, text: str, colour: str = "") -> None:
    """A figure at the right edge of its cell."""
    font = app.fonts.mono
    imgui.push_font(font, font.legacy_size)
    width = imgui.calc_text_size(text).x
    imgui.pop_font()
    room = imgui.get_content_region_avail().x
    imgui.set_cursor_pos_x(imgui.get_cursor_pos_x() + max(0.0, room - width - 2))
    put(app, text, colour or app.palette.soft, "mono")


def headings(app: App, names: Sequence[str], right: frozenset[int] = frozenset()) -> None:
    """The heading row of a table that cannot be sorted; columns in `right` hold figures."""
    _headings(app, [Column(name, right=index in right) for index, name in enumerate(names)])


def _headings(app: App, columns: Sequence[Column]) -> None:
    imgui.table_next_row(imgui.TableRowFlags_.headers)
    sorted_by = imgui.TableColumnFlags_.is_sorted
    for index, column in enumerate(columns):
        imgui.table_set_column_index(index)
        if column.right:
            arrow = imgui.get_font_size() if imgui.table_get_column_flags(index) & sorted_by else 0.0
            room, width = imgui.get_content_region_avail().x, imgui.calc_text_size(column.name).x
            imgui.set_cursor_pos_x(imgui.get_cursor_pos_x() + max(0.0, room - width - arrow - 2))
        if column.key is None:
            put(app, column.name, app.palette.faint)
        else:
            imgui.push_style_color(imgui.Col_.text, imgui.get_style().color_(imgui.Col_.text_disabled))
            imgui.table_header(column.name)
            imgui.pop_style_color()
        if column.tip:
            hint(column.tip)


def _in_order(app: App, name: str, columns: Sequence[Column], rows: Sequence[Any], revision: object) -> Sequence[Any]:
    specs = imgui.table_get_sort_specs()
    wanted: tuple[int, bool] | None = None
    if specs is not None and specs.specs_count:
        first = specs.get_specs(0)
        wanted = first.column_index, first.sort_direction == imgui.SortDirection.descending
    memo: dict[str, tuple[object, Sequence[Any]]] = app.memo.setdefault("sorted rows", {})
    state = (revision, wanted)
    if name not in memo or memo[name][0] != state:
        memo[name] = (state, _sorted(columns, rows, wanted))
    return memo[name][1]


def _sorted(columns: Sequence[Column], rows: Sequence[Any], wanted: tuple[int, bool] | None) -> Sequence[Any]:
    key = columns[wanted[0]].key if wanted else None
    return sorted(rows, key=key, reverse=wanted[1]) if wanted and key else rows

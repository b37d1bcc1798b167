"""A unified diff with the numbers of its lines before and after, and colour behind what goes and what comes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from imgui_bundle import ImVec2, imgui

from manual_slop.gui.context import App
from manual_slop.gui.legible import legible
from manual_slop.gui.theme import rgb
from manual_slop.gui.widgets import put, quiet

_ROWS = 24
_HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)")


@dataclass(frozen=True, slots=True)
class DiffRow:
    """A line of a diff: its numbers (0: it is not there), its sign and its text without it."""

    before: int
    after: int
    sign: str
    text: str


def diff_rows(diff: str) -> Iterator[DiffRow]:
    """The lines of a unified diff that a person reads; the names at its head stand elsewhere."""
    before = after = 0
    for line in legible(diff).splitlines():
        sign, text = line[:1], line[1:].replace("\t", "    ")
        if hunk := _HUNK.match(line):
            before, after = int(hunk[1]), int(hunk[2])
            yield DiffRow(0, 0, "@", line)
        elif before or after:
            yield DiffRow(before if sign != "+" else 0, after if sign != "-" else 0, sign, text)
            before, after = before + (sign in " -"), after + (sign in " +")


def draw_diff(app: App, rows: Sequence[DiffRow], unfolded: set[str]) -> None:
    """The first rows, and all of them for who wants them."""
    shown = rows if "diff" in unfolded else rows[:_ROWS]
    digits = len(str(max((max(row.before, row.after) for row in rows), default=0)))
    for row in shown:
        _draw(app, row, digits)
    if len(rows) > _ROWS:
        more = f"show all {len(rows):,} lines of the change" if "diff" not in unfolded else "show less of the change"
        if quiet(app, more):
            unfolded.symmetric_difference_update({"diff"})


def _draw(app: App, row: DiffRow, digits: int) -> None:
    palette = app.palette
    colour = {"+": palette.good, "-": palette.bad}.get(row.sign, "")
    if row.sign == "@":
        put(app, row.text, palette.faint, "mono")
        return
    before, after = row.before or "", row.after or ""
    low, width = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
    if colour:
        high = ImVec2(low.x + width, low.y + imgui.get_text_line_height() + imgui.get_style().item_spacing.y / 2)
        fill = imgui.get_color_u32(rgb(colour, 0.13))
        imgui.get_window_draw_list().add_rect_filled(ImVec2(low.x, low.y - 2), high, fill)
    put(app, f"{before:>{digits}} {after:>{digits}}", palette.faint, "mono")
    imgui.same_line()
    put(app, f"{row.sign} {row.text[:400]}", colour or palette.soft, "mono")

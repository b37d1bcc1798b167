"""A list of things of different heights of which only those in view are drawn; it stays at its end while it grows."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

from imgui_bundle import ImVec2, imgui

_GUESS = 60.0
_NEAR_END = 4.0


class ScrollList:
    """Remembers how high each item was when it was last drawn; what was never drawn is guessed."""

    def __init__(self) -> None:
        self._heights: list[float] = []
        self._tops: list[float] = [0.0]
        self._width = 0.0
        self._dirty_from = 0

    def draw(self, count: int, item: Callable[[int], None]) -> None:
        """Draw the items in view of the child window we are in, and room for the others."""
        at_end = imgui.get_scroll_y() >= imgui.get_scroll_max_y() - _NEAR_END
        self._fit(count)
        gap = imgui.get_style().item_spacing.y
        top = imgui.get_cursor_pos_y()
        self._lay_out(gap)
        first = max(0, bisect_right(self._tops, imgui.get_scroll_y() - top) - 1)
        bottom = imgui.get_scroll_y() + imgui.get_window_height() - top
        if first:
            imgui.dummy(ImVec2(0, self._tops[first] - gap))
        index = first
        while index < count and self._tops[index] < bottom:
            self._draw_one(index, item)
            index += 1
        if index < count:
            imgui.dummy(ImVec2(0, self._tops[count] - self._tops[index] - gap))
        if at_end:
            imgui.set_scroll_here_y(1.0)

    def forget(self) -> None:
        """Everything may have another height now."""
        self._heights.clear()

    def _draw_one(self, index: int, item: Callable[[int], None]) -> None:
        imgui.push_id(index)
        imgui.begin_group()
        item(index)
        imgui.end_group()
        imgui.pop_id()
        height = imgui.get_item_rect_size().y
        if height != self._heights[index]:
            self._heights[index] = height
            self._dirty_from = min(self._dirty_from, index)

    def _fit(self, count: int) -> None:
        width = imgui.get_content_region_avail().x
        if abs(width - self._width) > 1:
            self._width = width
            self._dirty_from = 0
        known = len(self._heights)
        if count < known:
            del self._heights[count:]
            self._dirty_from = min(self._dirty_from, count)
        elif count > known:
            self._heights += [_GUESS] * (count - known)
            self._dirty_from = min(self._dirty_from, known)

    def _lay_out(self, gap: float) -> None:
        """Where each item begins; only what lies below the first change is added up again."""
        count = len(self._heights)
        if self._dirty_from >= count and len(self._tops) == count + 1:
            return
        start = min(self._dirty_from, len(self._tops) - 1)
        del self._tops[start + 1 :]
        top = self._tops[start]
        for height in self._heights[start:]:
            top += height + gap
            self._tops.append(top)
        self._dirty_from = count

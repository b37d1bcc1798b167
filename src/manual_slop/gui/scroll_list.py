"""A list of things of different heights of which only those in view are drawn; it stays at its end while it grows."""

from __future__ import annotations

from collections.abc import Callable

from imgui_bundle import ImVec2, imgui

from manual_slop.gui.heights import Heights

_GUESS = 60.0
_NEAR_END = 4.0


class ScrollList:
    """Remembers how high each item was when it was last drawn; what was never drawn is guessed.

    `at_end` says whether the last item is in view and will stay there; `hovered` is the item under the pointer, or -1.
    """

    def __init__(self) -> None:
        self._heights = Heights()
        self._jump = False
        self.at_end = True
        self.hovered = -1

    def draw(self, count: int, item: Callable[[int], None]) -> None:
        """Draw the items in view of the child window we are in, and room for the others."""
        scroll = imgui.get_scroll_y()
        self.at_end = self._jump or scroll >= imgui.get_scroll_max_y() - _NEAR_END
        self._jump = False
        gap = imgui.get_style().item_spacing.y
        self._heights.fit(count, _GUESS + gap)
        if count:
            self._draw_visible(count, item, scroll - imgui.get_cursor_pos_y(), gap)
        if self.at_end:
            imgui.set_scroll_here_y(1.0)

    def jump_to_end(self) -> None:
        """Show the end with the next frame, and stay there."""
        self._jump = True

    def forget(self) -> None:
        """Everything may have another height now."""
        self._heights = Heights()

    def _draw_visible(self, count: int, item: Callable[[int], None], view: float, gap: float) -> None:
        first, y = self._heights.find(max(0.0, view))
        bottom = view + imgui.get_window_height()
        if first:
            imgui.dummy(ImVec2(0, y - gap))
        index, hovered, grown = first, -1, 0.0
        inside = imgui.is_window_hovered(imgui.HoveredFlags_.child_windows)
        while index < count and y < bottom:
            before = self._heights[index]
            if self._draw_one(index, item, gap) and inside:
                hovered = index
            height = self._heights[index]
            if y < view and height != before:
                grown += height - before
            y += height
            index += 1
        self.hovered = hovered
        if index < count:
            imgui.dummy(ImVec2(0, self._heights.total - y - gap))
        if grown and not self.at_end:
            imgui.set_scroll_y(imgui.get_scroll_y() + grown)  # what is read stays where it is

    def _draw_one(self, index: int, item: Callable[[int], None], gap: float) -> bool:
        """Draw it and note its height; whether the pointer is on it."""
        imgui.push_id(index)
        imgui.begin_group()
        item(index)
        imgui.end_group()
        imgui.pop_id()
        low, high = imgui.get_item_rect_min(), imgui.get_item_rect_max()
        height = high.y - low.y + gap
        if height != self._heights[index]:
            self._heights[index] = height
        mouse = imgui.get_mouse_pos().y
        return low.y <= mouse < high.y

"""The conversation: what was said, thought, called and answered, and the box to say more."""

from __future__ import annotations

from imgui_bundle import ImVec2, imgui
from imgui_bundle.immapp import icons_fontawesome_6 as icons

from manual_slop.gui.composer import composer_height, draw_composer
from manual_slop.gui.context import App
from manual_slop.gui.item_views import draw_item
from manual_slop.gui.pictures import draw_enlarged
from manual_slop.gui.scroll_list import ScrollList
from manual_slop.gui.widgets import empty

TITLE = "Discussion"


def draw(app: App) -> None:
    """The transcript above, the composer below."""
    conversation = app.state.conversation
    shown = _list(app)
    imgui.begin_child("transcript", ImVec2(0, -composer_height(app)))
    if conversation.items:
        items = conversation.items
        pointed = shown.hovered
        shown.draw(len(items), lambda index: draw_item(app, items[index], hovered=index == pointed))
    else:
        empty(
            app,
            "Nothing said yet",
            "Write below what you want done; Ctrl+Enter sends it. The model is chosen in AI Settings.",
        )
    imgui.end_child()
    if conversation.items and not shown.at_end:
        _jump(app, shown)
    if draw_composer(app):
        shown.jump_to_end()
    draw_enlarged(app)


def _jump(app: App, shown: ScrollList) -> None:
    """A button above the end of the transcript that leads there."""
    back, high = imgui.get_cursor_pos(), imgui.get_item_rect_max()
    label = f"{icons.ICON_FA_ARROW_DOWN}  jump to the end"
    padding = imgui.get_style().frame_padding
    text = imgui.calc_text_size(label)
    size = ImVec2(text.x + 2 * padding.x, text.y + 2 * padding.y)
    imgui.set_cursor_screen_pos(ImVec2(high.x - size.x - 24 * app.scale, high.y - size.y - 8 * app.scale))
    imgui.begin_child("jump", size)
    if imgui.button(label, size):
        shown.jump_to_end()
    imgui.end_child()
    imgui.set_cursor_pos(back)


def _list(app: App) -> ScrollList:
    """Where the conversation in view is scrolled to, and how high its items are."""
    lists: dict[str, ScrollList] = app.memo.setdefault("discussion", {})
    return lists.setdefault(app.state.current, ScrollList())

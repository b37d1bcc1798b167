"""The conversation: what was said, thought, called and answered, and the box to say more."""

from __future__ import annotations

from imgui_bundle import ImVec2, imgui

from manual_slop.gui.composer import draw_composer
from manual_slop.gui.context import App
from manual_slop.gui.item_views import draw_item
from manual_slop.gui.scroll_list import ScrollList
from manual_slop.gui.widgets import empty

TITLE = "Discussion"
_COMPOSER = 132.0


def draw(app: App) -> None:
    """The transcript above, the composer below."""
    conversation = app.state.conversation
    imgui.begin_child("transcript", ImVec2(0, -_COMPOSER))
    if conversation.items:
        _list(app).draw(len(conversation.items), lambda index: draw_item(app, conversation.items[index]))
    else:
        empty(
            app,
            "Nothing said yet",
            "Write below what you want done; Ctrl+Enter sends it. The model is chosen in AI Settings.",
        )
    imgui.end_child()
    draw_composer(app)


def _list(app: App) -> ScrollList:
    """Where the conversation in view is scrolled to, and how high its items are."""
    lists: dict[str, ScrollList] = app.memo.setdefault("discussion", {})
    return lists.setdefault(app.state.current, ScrollList())

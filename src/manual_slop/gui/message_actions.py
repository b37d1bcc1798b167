"""What can be done with a message: copy it, say it anew, ask another model, go on from there, leave it out."""

from __future__ import annotations

from imgui_bundle import imgui
from imgui_bundle.immapp import icons_fontawesome_6 as icons

from manual_slop.app.items import Answered, Said
from manual_slop.gui.context import App
from manual_slop.gui.legible import legible
from manual_slop.gui.views import view_of
from manual_slop.gui.widgets import put, quiet, to_the_right

_BUTTON = 26.0
_MODELS = 24


def draw_actions(app: App, item: Said | Answered, *, hovered: bool) -> None:
    """Quiet buttons at the right end of the line: the usual ones while the pointer is on the message, and a menu."""
    width = _BUTTON * app.scale
    buttons = 1 + hovered * (1 + isinstance(item, Said))
    to_the_right(buttons * width)
    if hovered:
        if quiet(app, f"{icons.ICON_FA_COPY}##copy", "Copy"):
            copy(item)
        imgui.same_line(0, 0)
        if isinstance(item, Said):
            if quiet(app, f"{icons.ICON_FA_PEN}##edit", "Edit and send again, in a branch"):
                edit(app, item)
            imgui.same_line(0, 0)
    if quiet(app, f"{icons.ICON_FA_ELLIPSIS}##actions", "What can be done with this message"):
        imgui.open_popup("message")
    if imgui.begin_popup("message"):
        _menu(app, item)
        imgui.end_popup()


def copy(item: Said | Answered) -> None:
    """Its text, as it was written, to the clipboard."""
    text = item.text if isinstance(item, Said) else item.text.text
    imgui.set_clipboard_text(legible(text))


def edit(app: App, item: Said) -> None:
    """Put it back into the box; what is sent then begins a branch in its place."""
    draft = app.state.draft
    draft.text, draft.images = item.text, list(item.images)
    draft.instead_of = item.number
    app.memo["focus draft"] = True


def _menu(app: App, item: Said | Answered) -> None:
    if imgui.menu_item_simple("Copy"):
        copy(item)
    code = view_of(app, item).text.code if isinstance(item, Answered) else ""
    if code and imgui.menu_item_simple("Copy code"):
        imgui.set_clipboard_text(code)
    conversation = app.state.conversation
    if item.number < 0 or not conversation.session_id:
        return
    imgui.separator()
    asked = item if isinstance(item, Said) else _prompt_of(app, item)
    if isinstance(item, Said) and imgui.menu_item_simple("Edit and send again…"):
        edit(app, item)
    if asked is not None and asked.number >= 0 and imgui.begin_menu("Ask again with"):
        for model in known_models(app):
            if imgui.menu_item_simple(model):
                app.controller.branch(asked.number, asked.text, asked.images, model)
        imgui.end_menu()
    if imgui.menu_item_simple("Fork from here"):
        app.controller.branch(item.number + 1)
    if item.number > 0 and imgui.menu_item_simple("Go on without this and what follows"):
        app.controller.branch(item.number)
    put(app, "Branches are new sessions; this one stays as it is.", app.palette.faint)


def _prompt_of(app: App, item: Answered) -> Said | None:
    """What the person said that this answers."""
    said = None
    for other in app.state.conversation.items:
        if other is item:
            return said
        if isinstance(other, Said):
            said = other
    return None


def known_models(app: App) -> list[str]:
    """Models this window knows of: those in use first, then those that were listed."""
    used = [one.model for one in (app.state.conversation, *app.state.conversations.values())]
    listed = [
        model.model
        for fetched in app.state.loaded.get("offers", {}).values()
        for model in getattr(fetched.value, "models", ())[:_MODELS]
    ]
    return [name for name in dict.fromkeys((*used, *listed)) if name][:_MODELS]

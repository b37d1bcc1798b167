"""Where the person writes: the draft, its pictures, the model it goes to, and the button that sends or stops."""

from __future__ import annotations

from imgui_bundle import ImVec2, imgui
from imgui_bundle.immapp import icons_fontawesome_6 as icons

from manual_slop.gui.context import App
from manual_slop.gui.widgets import primary, put

_BUTTON = 104.0


def draw_composer(app: App) -> None:
    """The box and the line beneath it."""
    draft, conversation = app.state.draft, app.state.conversation
    _, draft.text = imgui.input_text_multiline("##draft", draft.text, ImVec2(-1, 84))
    send = imgui.is_item_focused() and imgui.is_key_chord_pressed(imgui.Key.mod_ctrl | imgui.Key.enter)
    put(app, conversation.model or "choose a model in AI Settings", app.palette.accent, "mono")
    imgui.same_line(imgui.get_window_width() - _BUTTON - imgui.get_style().window_padding.x)
    if conversation.running:
        if imgui.button(f"{icons.ICON_FA_STOP}  Stop", ImVec2(_BUTTON, 0)):
            app.controller.stop()
    elif primary(app, f"{icons.ICON_FA_PAPER_PLANE}  Send", _BUTTON) or send:
        text, images = draft.text, tuple(draft.images)
        if text.strip():
            draft.text = ""
            draft.images.clear()
            app.controller.send(text, images)

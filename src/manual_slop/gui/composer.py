"""Where the person writes: the draft, what goes with it, what it may cost, and the button that sends or stops."""

from __future__ import annotations

from imgui_bundle import ImVec2, imgui
from imgui_bundle.immapp import icons_fontawesome_6 as icons

from manual_slop.app.app_state import Draft
from manual_slop.gui.attachments import draw_adding, draw_attachments, looks_like_path
from manual_slop.gui.context import App
from manual_slop.gui.forecast_line import draw_forecast
from manual_slop.gui.theme import XS, M
from manual_slop.gui.widgets import beside, primary, put, quiet, space, to_the_right

_BUTTON, _BOX = 104.0, 84.0


def composer_height(app: App) -> float:
    """How high it was last time, in pixels."""
    return float(app.memo.get("composer height", 140.0 * app.scale))


def draw_composer(app: App) -> bool:
    """The box and the lines around it; whether something was sent."""
    top = imgui.get_cursor_pos_y()
    space(XS)
    _instead(app)
    draw_attachments(app)
    send = _box(app)
    sent = _foot(app, send)
    app.memo["composer height"] = imgui.get_cursor_pos_y() - top + imgui.get_style().item_spacing.y
    return sent


def _instead(app: App) -> None:
    """Says that an earlier message is being written anew."""
    draft = app.state.draft
    if draft.instead_of < 0:
        return
    put(app, f"{icons.ICON_FA_CODE_BRANCH}  Sending this begins a branch in the place of an earlier message.")
    beside()
    if quiet(app, "Cancel##edit", "Leave the earlier message as it is"):
        draft.instead_of, draft.text = -1, ""
        draft.images.clear()


def _box(app: App) -> bool:
    """The text itself; whether the keys that send were pressed."""
    draft = app.state.draft
    if app.memo.pop("focus draft", False):
        imgui.set_keyboard_focus_here()
    # What is being written here is not put into another conversation, nor over what the program gave back.
    imgui.push_id(f"{app.state.current} {draft.given}")
    _, draft.text = imgui.input_text_multiline(
        "##draft",
        draft.text,
        ImVec2(-1, _BOX * app.scale),
        imgui.InputTextFlags_.callback_always | imgui.InputTextFlags_.word_wrap,
        lambda data: recall(draft, data),
    )
    imgui.pop_id()
    if not imgui.is_item_focused():
        return False
    keys = imgui.Key
    if imgui.is_key_chord_pressed(keys.mod_ctrl | keys.v) and not imgui.get_clipboard_text():
        app.controller.attaching.paste()
    return imgui.is_key_chord_pressed(keys.mod_ctrl | keys.enter)


def recall(draft: Draft, data: imgui.InputTextCallbackData) -> int:
    """Up and Down in an empty box, or in one that shows an earlier prompt, go through what was sent before."""
    up, down = imgui.is_key_pressed(imgui.Key.up_arrow), imgui.is_key_pressed(imgui.Key.down_arrow)
    if up == down or not draft.history:
        return 0
    shown = draft.history[-draft.recalled] if draft.recalled else ""
    held = str(data.buf)
    if held != shown:
        draft.recalled = 0
        if held:
            return 0
    draft.recalled = min(len(draft.history), max(0, draft.recalled + (1 if up else -1)))
    data.delete_chars(0, data.buf_text_len)
    data.insert_chars(0, draft.history[-draft.recalled] if draft.recalled else "")
    return 0


def _foot(app: App, send: bool) -> bool:
    draft, conversation = app.state.draft, app.state.conversation
    draw_adding(app)
    beside(M)
    put(app, conversation.model or "choose a model in AI Settings", app.palette.accent, "mono")
    beside(M)
    if looks_like_path(draft.text):
        if quiet(app, f"{icons.ICON_FA_PAPERCLIP}  Attach this file", "Read the file at this path"):
            app.controller.attaching.file(draft.text, app.controller.project)
            draft.text = ""
    else:
        draw_forecast(app)
    button = _BUTTON * app.scale
    to_the_right(button)
    if conversation.running:
        if imgui.button(f"{icons.ICON_FA_STOP}  Stop", ImVec2(button, 0)):
            app.controller.stop()
        return False
    if primary(app, f"{icons.ICON_FA_PAPER_PLANE}  Send", button) or send:
        return _send(app)
    return False


def _send(app: App) -> bool:
    draft = app.state.draft
    words, images, number = draft.words, tuple(draft.images), draft.instead_of
    if not words.strip():
        return False
    draft.text, draft.instead_of = "", -1
    draft.images.clear()
    draft.files.clear()
    app.memo["focus draft"] = True
    if number >= 0:
        app.controller.branch(number, words, images)
    else:
        app.controller.send(words, images)
    return True

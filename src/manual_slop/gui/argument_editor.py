"""Fields for a call's arguments; what is written there is asked about again before it runs."""

from __future__ import annotations

from imgui_bundle import ImVec2, imgui

from manual_slop.app.argument_draft import ArgumentDraft, Field
from manual_slop.gui.context import App
from manual_slop.gui.theme import S
from manual_slop.gui.widgets import put, put_wrapped, space, voice

_LEAST = 90.0


def draw_editor(app: App, draft: ArgumentDraft, height: float) -> str:
    """The fields within `height` pixels. What is wrong with what they hold, empty when it can be sent."""
    imgui.begin_child("arguments", ImVec2(0, height))
    put_wrapped(
        app,
        "Change what would run. It is shown again, as it would run then, before anything happens.",
        app.palette.faint,
    )
    longs = sum(field.long for field in draft.fields)
    room = max(_LEAST, (height - 60 - 46 * len(draft.fields)) / max(1, longs))
    for field in draft.fields:
        _field(app, field, room)
    imgui.end_child()
    try:
        draft.written()
    except ValueError as error:
        return str(error)
    return "" if draft.changed else "nothing is changed yet"


def _field(app: App, field: Field, room: float) -> None:
    space(S / 2)
    put(app, field.name if field.plain else f"{field.name} (JSON)", app.palette.faint)
    with voice(app, "mono"):
        if field.long:
            _, field.text = imgui.input_text_multiline(f"##{field.name}", field.text, ImVec2(-1, room))
        else:
            imgui.set_next_item_width(-1)
            _, field.text = imgui.input_text(f"##{field.name}", field.text)

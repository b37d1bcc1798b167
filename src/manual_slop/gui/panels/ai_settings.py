"""Which model answers: providers, their models, and what is known of each."""

from __future__ import annotations

from imgui_bundle import imgui

from manual_slop import ai_client
from manual_slop.gui.context import App
from manual_slop.gui.theme import S
from manual_slop.gui.widgets import put, put_wrapped, space
from manual_slop.providers.discovery import ModelList

TITLE = "AI Settings"


def draw(app: App) -> None:
    """Provider, model, and where the list of models comes from."""
    chosen: str = app.memo.setdefault("provider", "rehearsal")
    put(app, "Provider", app.palette.faint)
    imgui.set_next_item_width(-1)
    if imgui.begin_combo("##provider", chosen):
        for name in ai_client.PROVIDERS:
            if imgui.selectable(name, name == chosen)[0]:
                app.memo["provider"] = chosen = name
        imgui.end_combo()
    space(S)
    fetched = app.state.fetched("models", chosen)
    if fetched.value is None and not fetched.error:
        app.controller._fetch_models(chosen)
    put(app, "Model", app.palette.faint)
    _, text = imgui.input_text_with_hint("##filter", "search", app.memo.get("model filter", ""))
    app.memo["model filter"] = text
    if fetched.loading:
        put(app, "asking …", app.palette.faint)
    if fetched.error:
        put_wrapped(app, fetched.error, app.palette.bad)
    if isinstance(fetched.value, ModelList):
        _models(app, fetched.value, text)


def _models(app: App, listed: ModelList, wanted: str) -> None:
    put_wrapped(app, listed.note or f"{len(listed.models)} models from the provider's own list", app.palette.faint)
    shown = [model for model in listed.models if wanted.lower() in model.id.lower()]
    clipper = imgui.ListClipper()
    imgui.begin_child("models")
    clipper.begin(len(shown))
    while clipper.step():
        for index in range(clipper.display_start, clipper.display_end):
            model = shown[index]
            if imgui.selectable(model.model, model.model == app.state.conversation.model)[0]:
                app.controller.choose_model(model.model)
    imgui.end_child()

"""Choosing models by a few letters of their names: one of them, or several."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from imgui_bundle import ImVec2, imgui

from manual_slop.app.spending import COMPARABLE
from manual_slop.gui.context import App
from manual_slop.gui.dashboard.view import view_of
from manual_slop.gui.widgets import hint, put, tick

_ROOM = (380.0, 320.0)


def pick_one(app: App, name: str, chosen: str) -> str:
    """A field that shows the chosen model and opens the list; the model that is chosen now."""
    imgui.set_next_item_width(-1)
    picked = chosen
    imgui.set_next_window_size_constraints(ImVec2(_ROOM[0] * app.scale, 0), ImVec2(1e9, 1e9))
    if imgui.begin_combo(f"##{name}", chosen.rpartition("/")[2], imgui.ComboFlags_.height_largest):

        def one(model: str, taken: bool) -> None:
            nonlocal picked
            if imgui.selectable(model, model == chosen)[0] or taken:
                picked = model
            if taken:
                imgui.close_current_popup()

        _listed(app, one)
        imgui.end_combo()
    hint(chosen)
    return picked


def pick_many(app: App, label: str, chosen: tuple[str, ...]) -> tuple[str, ...]:
    """A button that opens the list; those that are chosen now, in the order they were."""
    if imgui.button(f"{label}##pick"):
        imgui.open_popup("models")
    picked = chosen
    if imgui.begin_popup("models"):

        def one(model: str, taken: bool) -> None:
            nonlocal picked
            ticked = tick(app, model, model in picked)
            if taken:
                ticked = model not in picked
            if ticked != (model in picked):
                picked = (*picked, model) if ticked else tuple(known for known in picked if known != model)

        _listed(app, one, first=chosen)
        imgui.end_popup()
    return picked


def _listed(app: App, draw: Callable[[str, bool], None], first: Sequence[str] = ()) -> None:
    """A search field and the models that have all its words in their names; Enter takes the first of them."""
    view, fetched = view_of(app), app.state.fetched(COMPARABLE)
    if fetched.at is None and not fetched.loading and not fetched.error:
        app.controller.spending.list_models()
    if imgui.is_window_appearing():
        imgui.set_keyboard_focus_here()
        view.words = ""
    imgui.set_next_item_width(_ROOM[0] * app.scale)
    flags = imgui.InputTextFlags_.enter_returns_true
    taken, view.words = imgui.input_text_with_hint("##words", "search models", view.words, flags)
    if taken:
        imgui.set_keyboard_focus_here(-1)
    if fetched.value is None:
        put(app, fetched.error or "Reading which models there are…", app.palette.faint)
        return
    models = _found(app, fetched.value, view.words, first)
    if not models:
        put(app, "no model of that name", app.palette.faint)
    imgui.begin_child("list", ImVec2(_ROOM[0] * app.scale, _ROOM[1] * app.scale))
    clipper = imgui.ListClipper()
    clipper.begin(len(models))
    while clipper.step():
        for index in range(clipper.display_start, clipper.display_end):
            draw(models[index], taken and index == 0 and bool(view.words.strip()))
    imgui.end_child()


def _found(app: App, models: Sequence[str], words: str, first: Sequence[str]) -> Sequence[str]:
    """Sifted once a change of words; those in `first` on top while nothing is sought."""
    memo: dict[str, tuple[object, Sequence[str]]] = app.memo.setdefault("models found", {})
    state = (id(models), words, tuple(first))
    if memo.get("", (None, ()))[0] != state:
        sought = words.lower().split()
        found = [model for model in models if all(word in model.lower() for word in sought)]
        memo[""] = state, (found if sought else list(dict.fromkeys((*first, *found))))
    return memo[""][1]

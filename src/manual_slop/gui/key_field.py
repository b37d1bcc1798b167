"""A key is typed here and goes to the person's credentials file; it is never shown, copied or kept in the window."""

from __future__ import annotations

from imgui_bundle import imgui

from manual_slop.app.catalogue import keep_key
from manual_slop.app.offers import Standing
from manual_slop.gui.context import App
from manual_slop.gui.widgets import beside, hint, put, put_wrapped

_SAVED = "key saved"


def draw_key(app: App, standing: Standing) -> None:
    """How we stand with a provider's key, and a field for a new one."""
    palette = app.palette
    colours = {"found": palette.good, "missing": palette.warn, "wrong": palette.bad}
    put_wrapped(app, _words(standing), colours.get(standing.key, palette.soft))
    typed: dict[str, str] = app.memo.setdefault("typed keys", {})
    for other in typed.keys() - {standing.provider}:
        del typed[other]  # looked away from: not kept
    imgui.set_next_item_width(max(120.0, imgui.get_content_region_avail().x - 110 * app.scale))
    flags = imgui.InputTextFlags_.password | imgui.InputTextFlags_.no_undo_redo
    _, text = imgui.input_text_with_hint(
        f"##key {standing.provider}", "paste a key", typed.get(standing.provider, ""), flags
    )
    typed[standing.provider] = text
    beside()
    imgui.begin_disabled(not text.strip())
    save = imgui.button("Save key")
    imgui.end_disabled()
    hint("Written to credentials.toml, which only you can read. It is not shown again.")
    if save and text.strip():
        del typed[standing.provider]
        provider = standing.provider
        app.state.fetched(_SAVED, provider).value = None
        app.controller.load(_SAVED, provider, lambda: keep_key(provider, text))
    _outcome(app, standing)


def _words(standing: Standing) -> str:
    match standing.key:
        case "found":
            return f"key: {standing.key_note}"
        case "missing":
            where = f" in {standing.key_note}" if standing.key_note else ""
            return f"no key{where}: set that variable, or save a key here"
        case "not needed":
            return "no key is needed"
        case _:
            return standing.key_note


def _outcome(app: App, standing: Standing) -> None:
    """What came of saving; once it is done, everything that depends on keys is asked for again."""
    saved = app.state.fetched(_SAVED, standing.provider)
    if saved.error:
        put_wrapped(app, saved.error, app.palette.bad)
    if not isinstance(saved.value, str):
        return
    put(app, f"saved in {saved.value}", app.palette.good)
    if app.memo.get("key seen") != saved.at:
        app.memo["key seen"] = saved.at
        app.state.loaded.pop("standings", None)
        app.state.loaded.get("offers", {}).pop(standing.provider, None)

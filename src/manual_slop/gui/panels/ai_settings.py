"""Which model answers: providers and how we stand with them, keys, and their models with abilities and prices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from imgui_bundle import imgui
from imgui_bundle.immapp import icons_fontawesome_6 as icons

from manual_slop.app.catalogue import Sieve, offers_now, servers_now, standings_now
from manual_slop.app.offers import KeyState, Offers, Standing
from manual_slop.gui.context import App
from manual_slop.gui.key_field import draw_key
from manual_slop.gui.model_table import draw_models, draw_sieve
from manual_slop.gui.theme import S
from manual_slop.gui.widgets import beside, hint, put, put_wrapped, quiet, space

TITLE = "AI Settings"
_MARKS: Mapping[KeyState, str] = {"found": "✓", "not needed": "✓", "ambient": "?", "missing": "–", "wrong": "✗"}


def draw(app: App) -> None:
    """Provider, its key, its models."""
    put(app, app.state.conversation.model or "no model chosen", app.palette.accent, "mono")
    hint("Which model the next prompt goes to; click another one below")
    known = app.state.fetched("standings")
    if known.value is None and not known.error:
        app.controller.load("standings", "", standings_now)
        app.controller.load("local servers", "", servers_now)
    if known.error:
        put_wrapped(app, known.error, app.palette.bad)
        if imgui.button("Try again"):
            app.state.loaded.pop("standings", None)
    standings: tuple[Standing, ...] = known.value or ()
    if not standings:
        if not known.error:
            put(app, "looking for providers and keys …", app.palette.faint)
        return
    chosen = _chosen(app, standings)
    _providers(app, standings, chosen)
    if chosen.key != "not needed":
        draw_key(app, chosen)
    _local(app)
    space(S / 2)
    _listed(app, chosen.provider)


def _chosen(app: App, standings: tuple[Standing, ...]) -> Standing:
    """The provider that is looked at: the one clicked, else that of the model in use."""
    name = app.memo.get("provider") or app.state.conversation.model.partition("/")[0]
    return next((one for one in standings if one.provider == name), standings[0])


def _providers(app: App, standings: tuple[Standing, ...], chosen: Standing) -> None:
    imgui.set_next_item_width(-1)
    if not imgui.begin_combo("##provider", f"{_MARKS[chosen.key]}  {chosen.title}", imgui.ComboFlags_.height_large):
        return
    for one in standings:
        count = f"{one.models:,} models" if one.models else ""
        label = f"{_MARKS[one.key]}  {one.title}   {count}###{one.provider}"
        if imgui.selectable(label, one.provider == chosen.provider)[0]:
            app.memo["provider"] = one.provider
        hint(f"{one.provider}: {one.key_note or one.key}")
    imgui.end_combo()


def _local(app: App) -> None:
    """Servers that were found on this computer, a click leads to their models."""
    for server in app.state.fetched("local servers").value or ():
        if quiet(app, f"{icons.ICON_FA_SERVER}  {server.provider} runs here: {len(server.models)} models"):
            app.memo["provider"] = server.provider
        hint(server.base_url)


def _listed(app: App, provider: str) -> None:
    fetched = app.state.fetched("offers", provider)
    if fetched.value is None and not fetched.error:
        app.controller.load("offers", provider, lambda: offers_now(provider))
    if fetched.loading:
        put(app, "asking which models there are …", app.palette.faint)
    elif quiet(app, f"{icons.ICON_FA_ROTATE}  refresh", "Ask the provider again"):
        app.controller.load("offers", provider, lambda: offers_now(provider, refresh=True))
    if fetched.error:
        put_wrapped(app, fetched.error, app.palette.bad)
    if not isinstance(fetched.value, Offers):
        return
    listed = fetched.value
    beside()
    put(app, _age(listed), app.palette.faint)
    if listed.note:
        put_wrapped(app, listed.note, app.palette.faint)
    sieve: Sieve = app.memo.setdefault("sieve", Sieve())
    draw_sieve(app, sieve)
    draw_models(app, listed, sieve)


def _age(listed: Offers) -> str:
    if listed.fetched_at is None:
        return "not asked of the provider itself"
    minutes = int((datetime.now(UTC) - listed.fetched_at).total_seconds() // 60)
    return (
        "asked just now"
        if minutes < 1
        else f"asked {minutes} min ago"
        if minutes < 120
        else f"asked {minutes // 60} h ago"
    )

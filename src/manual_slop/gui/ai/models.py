"""Provider, its key, servers on this computer, and the models."""

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
from manual_slop.gui.theme import M
from manual_slop.gui.widgets import beside, hint, put, put_wrapped, quiet

_MARKS: Mapping[KeyState, str] = {"found": "✓", "not needed": "✓", "ambient": "?", "missing": "–", "wrong": "✗"}
_SERVERS = "local servers"


def draw_model_tab(app: App) -> None:
    """Choose a provider, then one of its models."""
    known = app.state.fetched("standings")
    if known.value is None and not known.error:
        app.controller.load("standings", "", standings_now)
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
    """Servers on this computer, looked for when a person says so; a click leads to their models."""
    found = app.state.fetched(_SERVERS)
    beside(M)
    if found.loading:
        put(app, "looking for local servers …", app.palette.faint)
    elif quiet(app, f"{icons.ICON_FA_SERVER}  Look for local servers", "Ollama, LM Studio, llama.cpp and vLLM here"):
        app.controller.load(_SERVERS, "", servers_now)
    if found.error:
        put_wrapped(app, found.error, app.palette.bad)
    if found.value is None or found.loading:
        return
    if not found.value:
        put(app, "no local server answers on the usual ports", app.palette.faint)
    for server in found.value:
        count = f"{len(server.models)} model{'s' * (len(server.models) != 1)}"
        if quiet(app, f"{icons.ICON_FA_CHECK}  {server.provider} runs here: {count}###local {server.provider}"):
            app.memo["provider"] = server.provider
            app.state.loaded.get("offers", {}).pop(server.provider, None)
        hint(f"{server.base_url}: show its models")


def _listed(app: App, provider: str) -> None:
    fetched = app.state.fetched("offers", provider)
    if fetched.value is None and not fetched.error:
        app.controller.load("offers", provider, lambda: offers_now(provider))
    listed = fetched.value
    if fetched.loading:
        put(app, "asking which models there are …", app.palette.faint)
    elif quiet(app, f"{icons.ICON_FA_ROTATE}  refresh", "Ask the provider again"):
        app.controller.load("offers", provider, lambda: offers_now(provider, refresh=True))
    if isinstance(listed, Offers):
        beside()
        put(app, _age(listed), app.palette.faint)
        if listed.note:
            hint(listed.note)
    _local(app)
    if fetched.error:
        put_wrapped(app, fetched.error, app.palette.bad)
    if not isinstance(listed, Offers):
        return
    sieve: Sieve = app.memo.setdefault("sieve", Sieve())
    draw_sieve(app, sieve)
    draw_models(app, listed, sieve)


def _age(listed: Offers) -> str:
    if listed.fetched_at is None:
        return "not asked of the provider itself"
    minutes = int((datetime.now(UTC) - listed.fetched_at).total_seconds() // 60)
    if minutes < 1:
        return "asked just now"
    return f"asked {minutes} min ago" if minutes < 120 else f"asked {minutes // 60} h ago"

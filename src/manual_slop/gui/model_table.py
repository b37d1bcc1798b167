"""The models of a provider in a table: what they can do, what they cost, when they go; one is chosen by a click."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TypeVar

from imgui_bundle import ImVec2, imgui
from imgui_bundle.immapp import icons_fontawesome_6 as icons

from manual_slop.app.catalogue import Sieve, sifted
from manual_slop.app.offers import Offer, Offers
from manual_slop.gui.context import App
from manual_slop.gui.tables import figure, headings
from manual_slop.gui.theme import M
from manual_slop.gui.widgets import beside, hint, put, tick
from manual_slop.money.rates import plain, retirement_note

Number = TypeVar("Number", int, float)
_COLUMNS = ("Model", "Can", "Window", "In", "Cached", "Out", "Source", "Retires")
_WINDOWS = ((0, "any window"), (32_000, "32k or more"), (128_000, "128k or more"), (1_000_000, "1M or more"))
_PRICES = ((0.0, "any price"), (1.0, "$1 out or less"), (5.0, "$5 out or less"), (20.0, "$20 out or less"))


def draw_sieve(app: App, sieve: Sieve) -> None:
    """Search, abilities, window and price."""
    imgui.set_next_item_width(-1)
    _, sieve.words = imgui.input_text_with_hint("##search", "search models", sieve.words)
    sieve.vision = tick(app, "vision", sieve.vision)
    beside(M)
    sieve.tools = tick(app, "tools", sieve.tools)
    beside(M)
    sieve.reasoning = tick(app, "reasoning", sieve.reasoning)
    beside(M)
    sieve.window = _choice("##window", _WINDOWS, sieve.window, app)
    beside()
    sieve.price = _choice("##price", _PRICES, sieve.price, app)


def _choice(label: str, choices: Sequence[tuple[Number, str]], chosen: Number, app: App) -> Number:
    words = [word for _, word in choices]
    at = next((index for index, (value, _) in enumerate(choices) if value == chosen), 0)
    imgui.set_next_item_width(128 * app.scale)
    _, at = imgui.combo(label, at, words)
    return choices[at][0]


def draw_models(app: App, listed: Offers, sieve: Sieve) -> None:
    """The rows that the sieve keeps; only those in view are drawn. Prices are USD per million tokens."""
    shown = _sifted(app, listed, sieve)
    put(app, f"{len(shown):,} of {len(listed.models):,} models, USD per million tokens", app.palette.faint)
    flags = imgui.TableFlags_.scroll_y | imgui.TableFlags_.borders_inner_h | imgui.TableFlags_.sizing_stretch_prop
    if not imgui.begin_table("models", len(_COLUMNS), flags, ImVec2(0, max(140.0, imgui.get_content_region_avail().y))):
        return
    imgui.table_setup_scroll_freeze(0, 1)
    for name, weight in zip(_COLUMNS, (4.2, 1.1, 1.1, 0.9, 1.0, 0.9, 1.1, 1.2), strict=True):
        imgui.table_setup_column(name, imgui.TableColumnFlags_.width_stretch, weight)
    headings(app, _COLUMNS, frozenset(range(2, 6)))
    today = datetime.now(UTC).date()
    clipper = imgui.ListClipper()
    clipper.begin(len(shown))
    while clipper.step():
        for index in range(clipper.display_start, clipper.display_end):
            _row(app, shown[index], today)
    imgui.end_table()


def _sifted(app: App, listed: Offers, sieve: Sieve) -> tuple[Offer, ...]:
    """Sifted anew only where something has changed."""
    wanted = (id(listed), sieve.words, sieve.vision, sieve.tools, sieve.reasoning, sieve.window, sieve.price)
    known, shown = app.memo.get("sifted", (None, ()))
    if known != wanted:
        shown = sifted(listed.models, sieve)
        app.memo["sifted"] = (wanted, shown)
    kept: tuple[Offer, ...] = shown
    return kept


def _row(app: App, offer: Offer, today: date) -> None:
    facts, rates, palette = offer.facts, offer.rates, app.palette
    imgui.table_next_row()
    imgui.table_next_column()
    chosen = offer.model == app.state.conversation.model
    going = retirement_note(offer.retires, today, offer.model)
    place = imgui.get_cursor_pos_x()
    if imgui.selectable(f"##{offer.model}", chosen, imgui.SelectableFlags_.span_all_columns)[0]:
        app.controller.choose_model(offer.model)
    source = rates.origin if rates else "free: it runs here" if offer.local else "no price is known"
    hint(f"{offer.model}\nprice: {source}" + (f"\nretires: {offer.retires}" if offer.retires else ""))
    imgui.same_line(place)
    put(
        app,
        offer.model.partition("/")[2],
        palette.warn if going else palette.accent if chosen else palette.text,
        "mono",
    )
    imgui.table_next_column()
    can = (
        (facts.vision, icons.ICON_FA_EYE),
        (facts.tools, icons.ICON_FA_WRENCH),
        (facts.reasoning, icons.ICON_FA_BRAIN),
    )
    put(app, " ".join(icon for able, icon in can if able), palette.soft)
    imgui.table_next_column()
    figure(app, _tokens(facts.max_input_tokens))
    for rate in (rates.input, rates.cached_input, rates.output) if rates else (None, None, None):
        imgui.table_next_column()
        figure(app, _money(rate, offer.local))
    imgui.table_next_column()
    put(app, _origin(source, offer), palette.faint)
    hint(source)
    imgui.table_next_column()
    put(app, f"{offer.retires:%Y-%m}" if offer.retires else "", palette.warn if going else palette.faint, "mono")
    if going:
        hint(going)


def _origin(source: str, offer: Offer) -> str:
    """Where the price is from, in a word: litellm's map, a file of prices, the person's own settings."""
    if offer.rates is None:
        return "" if offer.local else "unknown"
    known = (("litellm map", "map"), ("pricing/", "file"), ("config.toml", "yours"))
    return next((word for start, word in known if source.startswith(start)), source.partition(" ")[0])


def _tokens(count: int | None) -> str:
    if count is None:
        return "?"
    return f"{count / 1_000_000:.3g}M" if count >= 1_000_000 else f"{count / 1000:.4g}k"


def _money(rate: Decimal | None, local: bool) -> str:
    return f"{plain(rate):f}" if rate is not None else "free" if local else "–"

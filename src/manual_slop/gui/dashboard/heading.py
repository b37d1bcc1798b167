"""The dashboard's head: which calls are counted, what they come to, and how much of each budget is spent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from imgui_bundle import ImVec2, imgui
from imgui_bundle.immapp import icons_fontawesome_6 as icons

from manual_slop.app.figures import Figures, spent_share
from manual_slop.app.spending import BOOK, BUDGETS
from manual_slop.gui.context import App
from manual_slop.gui.dashboard.bill import bill_hint
from manual_slop.gui.dashboard.view import DAYS, GROUPINGS, SCOPES, View, lowered
from manual_slop.gui.theme import XS, L, S, rgb
from manual_slop.gui.widgets import beside, chip, hint, put, put_wrapped, quiet
from manual_slop.gui.wording import short_cost, tokens
from manual_slop.values.budget import WARN_AT, NodeState, node_name
from manual_slop.values.usage import format_usd

T = TypeVar("T")


def draw_scope(app: App, view: View) -> None:
    """Whose calls, from when, in which groups; and reading the ledger again."""
    view.scope = choice("##scope", SCOPES, view.scope, 140 * app.scale)
    hint("Whose calls are counted: of the session in view and all it began, of its tracks, the track in view, or all")
    beside(S)
    view.days = choice("##days", DAYS, view.days, 128 * app.scale)
    hint("Days begin at midnight in UTC, as providers bill them")
    beside(S)
    view.by = choice("##by", GROUPINGS, view.by, 110 * app.scale)
    hint("What the costs are grouped by")
    beside(S)
    if imgui.button(f"{icons.ICON_FA_ARROWS_ROTATE}##again"):
        app.controller.spending.read_again()
    hint("Read the ledger again: other programs make calls too")


def choice(label: str, words: Mapping[T, str], chosen: T, width: float) -> T:
    """One of several, by its words."""
    imgui.set_next_item_width(width)
    keys = list(words)
    _, at = imgui.combo(label, keys.index(chosen), list(words.values()))
    return keys[at]


def draw_total(app: App, figures: Figures) -> None:
    """The sum in large, what it leaves out, and the tokens."""
    palette, total = app.palette, figures.total
    put(app, short_cost(total.cost) if total.cost.calls else "$0", palette.text, "title")
    bill_hint(app, "tier", "", total.cost, figures)
    if total.cost.unpriced:
        beside(S)
        lowered(app, 3)
        chip(app, f"+ {total.cost.unpriced:,} unpriced", palette.warn)
        hint("Calls whose price nobody knows. They are counted, and not taken for zero: the sum is a lower bound.")
    beside(S)
    lowered(app, 5)
    usage = total.usage
    cached = f" ({tokens(usage.cache_read_tokens)} cached)" if usage.cache_read_tokens else ""
    calls = f"{total.cost.calls:,} call{'s' * (total.cost.calls != 1)}"
    put(app, f"{calls}   {tokens(usage.input_tokens)} in{cached}   {tokens(usage.output_tokens)} out", palette.faint)
    hint(f"{usage.input_tokens:,} tokens in, {usage.cache_read_tokens:,} of them cached, {usage.output_tokens:,} out")


def draw_troubles(app: App, view: View) -> None:
    """What could not be read."""
    key = "" if view.scope in ("everything", "track") else app.state.conversation.session_id
    book = app.state.loaded.get(BOOK, {}).get(key)
    if book is not None and book.error:
        put_wrapped(app, f"The ledger cannot be read: {book.error}", app.palette.bad)


@dataclass(frozen=True, slots=True)
class Bar:
    """One limit of a node: how much of it is spent, from 0 on, and in words."""

    node: NodeState
    share: float
    words: str


def draw_budgets(app: App, view: View) -> None:
    """The limit that is nearest, and on request all that the next call of this session counts for."""
    fetched = app.state.fetched(BUDGETS, app.state.conversation.session_id)
    if fetched.error:
        put_wrapped(app, f"The budgets cannot be read: {fetched.error}", app.palette.bad)
    bars = sorted(_bars(fetched.value or []), key=lambda bar: -bar.share)
    more, shown = len(bars) - 1, bars if view.all_budgets else bars[:1]
    room = max((_width(app, bar.words) for bar in shown), default=0.0)
    for index, bar in enumerate(shown):
        _bar(app, bar, room, 64 * app.scale if more else 0.0)
        if more and not index:
            beside(S)
            if quiet(app, "fewer" if view.all_budgets else f"+ {more}", "Other budgets that the next call counts for"):
                view.all_budgets = not view.all_budgets
    if fetched.at is not None and not bars:
        beside(L * app.scale)
        lowered(app, 5)
        put(app, "no budget set", app.palette.faint)
        hint(_HOW)


_HOW = """`per_session = 2.00` under [budgets] in config.toml stops a session before it costs more than $2;
per_day, per_month and total work alike."""


def _bars(nodes: Sequence[NodeState]) -> Iterator[Bar]:
    for node in nodes:
        limit, spent = node.limit, node.spent
        if limit.usd is not None:
            share = spent_share(spent.usd, limit.usd)
            yield Bar(node, share, f"{format_usd(spent.usd)} of {format_usd(limit.usd)}  {100 * share:>3.0f} %")
        if limit.tokens is not None:
            share = spent_share(Decimal(spent.tokens), Decimal(limit.tokens))
            yield Bar(node, share, f"{tokens(spent.tokens)} of {tokens(limit.tokens)} tokens  {100 * share:>3.0f} %")


def _width(app: App, words: str) -> float:
    imgui.push_font(app.fonts.mono, app.fonts.mono.legacy_size)
    width = imgui.calc_text_size(words).x
    imgui.pop_font()
    return width


def _bar(app: App, bar: Bar, words: float, rest: float) -> None:
    """Name, bar and words, so wide; `rest` is left free at the end of the line."""
    palette, share = app.palette, bar.share
    colour = palette.bad if share >= 1 else palette.warn if share >= WARN_AT else palette.good
    put(app, node_name(bar.node.path), palette.soft)
    imgui.same_line(136 * app.scale)
    at, height = imgui.get_cursor_screen_pos(), imgui.get_text_line_height()
    width = max(40.0, imgui.get_content_region_avail().x - words - rest - S)
    draw, low = imgui.get_window_draw_list(), at.y + height / 2 - XS * app.scale
    high, end = low + 2 * XS * app.scale, at.x + width * min(1.0, share)
    draw.add_rect_filled(ImVec2(at.x, low), ImVec2(at.x + width, high), imgui.get_color_u32(rgb(palette.line)), 4)
    draw.add_rect_filled(ImVec2(at.x, low), ImVec2(end, high), imgui.get_color_u32(rgb(colour)), 4)
    imgui.dummy(ImVec2(width, height))
    hint(_bar_tip(bar.node, share))
    beside(S)
    imgui.set_cursor_pos_x(imgui.get_cursor_pos_x() + words - _width(app, bar.words))
    put(app, bar.words, colour if share >= WARN_AT else palette.soft, "mono")


def _bar_tip(node: NodeState, share: float) -> str:
    """What the bar says, in words."""
    lines = ["Nothing more is let through here." if share >= 1 else "Calls that might exceed it are not made."]
    if node.reserved.usd or node.reserved.tokens:
        lines.append(f"Set aside for calls under way: {format_usd(node.reserved.usd)}, {node.reserved.tokens:,} tokens")
    if node.spent.unpriced:
        lines.append(f"{node.spent.unpriced:,} unpriced calls are not in it.")
    return "\n".join(lines)

"""Every request that went out for the conversation in view, and what came back, as it stood on the wire."""

from __future__ import annotations

from collections.abc import Sequence

from imgui_bundle import imgui
from imgui_bundle.immapp import icons_fontawesome_6 as icons

from manual_slop.app.wire import WIRE
from manual_slop.app.wire_lines import WireLine, WireLines, sifted
from manual_slop.gui.context import App
from manual_slop.gui.legible import legible
from manual_slop.gui.tables import Column, cell, figure_cell, grid
from manual_slop.gui.theme import S, rgb
from manual_slop.gui.widgets import beside, empty, hint, put, put_wrapped, tick
from manual_slop.gui.wire_detail import View, draw_detail, hand_out, state_of
from manual_slop.gui.wording import seconds, size

TITLE = "Wire log"

_COLUMNS = (
    Column("Time", 1.1),
    Column("Model", 2.2),
    Column("For", 1.3, tip="What the call was made for; a retry is one more try of the same"),
    Column("Ended", 1.4, tip="The HTTP status, and the kind of error where there was one"),
    Column("First", 1.0, right=True, key=lambda one: one.first or 0.0, tip="Until the first piece of the answer"),
    Column("All", 1.0, right=True, key=lambda one: one.total or 0.0, tip="The whole call"),
    Column("Sent", 1.0, right=True, key=lambda one: one.head.sent),
    Column("Tokens", 1.1, right=True, key=lambda one: one.entry.usage.total_tokens if one.entry else 0),
)
_LIST = 0.36  # of the height, while a call is open
_HIGH = 640.0  # from this height on there is room for the list and a call


def draw(app: App) -> None:
    """The list, and below it the call that was chosen."""
    view: View = app.memo.setdefault("wire view", View())
    hand_out(app, view)
    conversation = app.state.conversation
    if not conversation.session_id:
        empty(app, "Nothing sent yet", "Each request to a model is listed here with what was answered, and how fast.")
        return
    fetched = app.state.fetched(WIRE, conversation.session_id)
    if fetched.at is None and not fetched.loading and not fetched.error:
        app.controller.wire.read(conversation.session_id, conversation.calls)
    if fetched.error:
        put_wrapped(app, f"The wire log cannot be read: {fetched.error}", app.palette.bad)
    known = fetched.value
    if not isinstance(known, WireLines):
        if not fetched.error:
            put(app, "Reading the wire log…", app.palette.faint)
        return
    if not known.lines:
        empty(
            app,
            "Nothing was kept of this conversation",
            "Its requests are kept while it is recorded, unless config.toml says wire_log = false under [sessions].",
        )
        return
    chosen = _chosen(app, view, known) if view.chosen else None
    if chosen is None or imgui.get_content_region_avail().y > _HIGH * app.scale:
        _list(app, view, known, _LIST if chosen else 0.0)
    if chosen is not None:
        draw_detail(app, view, conversation.session_id, chosen)


def _list(app: App, view: View, known: WireLines, part: float) -> None:
    rows = _sifted(app, view, known)
    failures = imgui.calc_text_size("only failures").x + 3.5 * imgui.get_frame_height()
    imgui.set_next_item_width(-failures - (imgui.calc_text_size("000,000 of 000,000").x))
    view.words = imgui.input_text_with_hint("##sieve", "Find a model, purpose, status, address", view.words)[1]
    beside(S)
    view.failures = tick(app, "only failures", view.failures)
    beside(S)
    put(app, f"{len(rows):,} of {len(known.lines):,}", app.palette.faint, "mono")
    height = imgui.get_content_region_avail().y * part
    if not rows:
        empty(app, "No call is like that", "Change the words above, or show those that went well too.")
        return
    revision = (id(known), view.words, view.failures)
    grid(app, "wire", _COLUMNS, rows, lambda line: _row(app, view, line), revision=revision, height=height)


def _chosen(app: App, view: View, known: WireLines) -> WireLine | None:
    """The line of the call that is open, looked up when something changed."""
    memo: tuple[object, WireLine | None] | None = app.memo.get("wire chosen")
    if memo is None or memo[0] != (id(known), view.chosen):
        found = next((line for line in known.lines if line.id == view.chosen), None)
        memo = app.memo["wire chosen"] = ((id(known), view.chosen), found)
    return memo[1]


def _sifted(app: App, view: View, known: WireLines) -> Sequence[WireLine]:
    """The rows wanted, worked out when something changed."""
    state = (id(known), known.last, view.words, view.failures)
    memo: tuple[object, Sequence[WireLine]] | None = app.memo.get("wire rows")
    if memo is None or memo[0] != state:
        memo = (state, sifted(known.lines, view.words, failures=view.failures))
        app.memo["wire rows"] = memo
    return memo[1]


def _row(app: App, view: View, line: WireLine) -> None:
    palette = app.palette
    imgui.table_next_column()
    flags = imgui.SelectableFlags_.span_all_columns
    imgui.push_style_color(imgui.Col_.text, rgb(palette.faint))
    if imgui.selectable(f"{line.began.astimezone():%H:%M:%S}##{line.id}", view.chosen == line.id, flags)[0]:
        view.chosen = "" if view.chosen == line.id else line.id
    imgui.pop_style_color()
    cell(app, legible(line.model.rpartition("/")[2]), palette.text, mono=True, tip=legible(line.model))
    retry = line.purpose == "retry"
    sign = f"{icons.ICON_FA_ROTATE_RIGHT}  " if retry else ""
    cell(app, f"{sign}{line.purpose or '–'}", palette.warn if retry else "")
    word, colour = state_of(app, line)
    cell(app, word, colour)
    figure_cell(app, "–" if line.first is None else seconds(line.first))
    figure_cell(app, "–" if line.total is None else seconds(line.total))
    figure_cell(app, size(line.head.sent))
    figure_cell(app, f"{line.entry.usage.total_tokens:,}" if line.entry else "–")
    if line.entry:
        hint(f"{line.entry.usage.input_tokens:,} in, {line.entry.usage.output_tokens:,} out")

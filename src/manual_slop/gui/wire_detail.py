"""One call of the wire log: its times and tokens, and what was sent and received, word for word but for keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from imgui_bundle import imgui
from imgui_bundle.immapp import icons_fontawesome_6 as icons

from manual_slop.app.app_state import Fetched
from manual_slop.app.wire import WIRE_CALL, WIRE_JSON
from manual_slop.app.wire_lines import WireLine
from manual_slop.app.wire_page import WirePage
from manual_slop.gui.context import App
from manual_slop.gui.legible import legible
from manual_slop.gui.provenance import cost_hint
from manual_slop.gui.text_lines import draw_lines
from manual_slop.gui.theme import M, S
from manual_slop.gui.widgets import beside, hint, put, put_wrapped
from manual_slop.gui.wording import seconds, size
from manual_slop.values.usage import format_usd

_ACROSS = 5  # facts beside each other


@dataclass(slots=True)
class View:
    """What the person does in the panel: words sought, the call chosen, and a text that is to be copied."""

    words: str = ""
    failures: bool = False
    chosen: str = ""
    copies: str = ""


def draw_detail(app: App, view: View, session_id: str, line: WireLine) -> None:
    """The facts above, request and response as tabs below."""
    _head(app, view, session_id, line)
    fetched = app.state.fetched(WIRE_CALL, line.id)
    page = fetched.value
    if fetched.error:
        put_wrapped(app, f"It cannot be read: {fetched.error}", app.palette.bad)
    if not isinstance(page, WirePage):
        _ask(app, session_id, line, fetched)
        return
    for note in page.notes:
        put_wrapped(app, f"{icons.ICON_FA_CIRCLE_INFO}  {legible(note)}", app.palette.warn)
    if imgui.begin_tab_bar("parts", imgui.TabBarFlags_.draw_selected_overline):
        for name, lines in (("Request", page.request), ("Response", page.response)):
            shown = imgui.begin_tab_item(f"{name}  {len(lines):,} lines###{name}")[0]
            if shown:
                draw_lines(app, f"{name}{line.id}", lines)
                imgui.end_tab_item()
        imgui.end_tab_bar()


def _ask(app: App, session_id: str, line: WireLine, fetched: Fetched) -> None:
    if not fetched.loading and not fetched.error:
        app.controller.wire.show(session_id, line.id)
    if not fetched.error:
        put(app, "Reading the call…", app.palette.faint)


def _head(app: App, view: View, session_id: str, line: WireLine) -> None:
    palette = app.palette
    if imgui.button(f"{icons.ICON_FA_ARROW_LEFT}  All calls"):
        view.chosen = ""
    beside(S)
    if imgui.button(f"{icons.ICON_FA_COPY}  Copy as JSON"):
        view.copies = line.id
        app.controller.wire.as_json(session_id, line.id)
    hint("The whole call, with every key taken out")
    beside(M)
    imgui.align_text_to_frame_padding()
    word, colour = state_of(app, line)
    put(app, word, colour, "strong")
    beside(M)
    put(app, legible(line.model), palette.text, "strong")
    beside(M)
    put(app, f"{line.purpose}  {line.began.astimezone():%H:%M:%S}", palette.faint)
    if imgui.begin_table("facts", _ACROSS, imgui.TableFlags_.sizing_stretch_same):
        for fact in _facts(line):
            _fact(app, line, *fact)
        imgui.end_table()


def _fact(app: App, line: WireLine, name: str, figure: str, tip: str) -> None:
    imgui.table_next_column()
    put(app, name, app.palette.faint)
    hint(tip)
    beside(S / 2)
    put(app, figure, app.palette.soft, "mono")
    hint(tip)
    if name == "cost" and line.entry is not None and imgui.is_item_hovered():
        cost_hint(app, line.entry)


def _facts(line: WireLine) -> Iterator[tuple[str, str, str]]:
    entry, head = line.entry, line.head
    yield "first", _time(line.first), "From when the request went out until the first piece of the answer came"
    yield "last", _time(line.last), "Until its last piece"
    yield "here", _time(line.waited), "Not spent at the provider: waiting for a place, connecting, putting together"
    yield "all", _time(line.total), "The whole call"
    yield "sent", size(head.sent), "The request's body"
    yield "received", size(head.received), "The response's body, unpacked"
    pieces = len(head.call.response.pieces) if head.call.response else 0
    yield "pieces", f"{pieces:,}", "In so many parts it came"
    if entry is not None:
        cost = "unpriced" if entry.cost.usd is None else f"{format_usd(entry.cost.usd)} {entry.cost.basis}"
        yield "in", f"{entry.usage.input_tokens:,}", "Tokens the model read, those from a cache among them"
        yield "out", f"{entry.usage.output_tokens:,}", "Tokens it wrote"
        yield "cost", cost, ""


def state_of(app: App, line: WireLine) -> tuple[str, str]:
    """How it ended, in a word, and the colour for it."""
    if line.error:
        return (f"{line.status} {line.error}" if line.status else line.error).replace("_", " "), app.palette.bad
    if not line.status:
        return "no answer", app.palette.warn
    return str(line.status), app.palette.good if line.status < 400 else app.palette.bad


def hand_out(app: App, view: View) -> None:
    """Put what was asked for on the clipboard, when it has come."""
    fetched = app.state.loaded.get(WIRE_JSON, {}).get(view.copies)
    if not view.copies or fetched is None or fetched.loading:
        return
    if fetched.error:
        app.controller.say(f"the call cannot be copied: {fetched.error}", "bad")
    else:
        imgui.set_clipboard_text(fetched.value)
        app.controller.say(f"copied {size(len(fetched.value))} of JSON, without keys", "good")
    app.state.loaded[WIRE_JSON].pop(view.copies)
    view.copies = ""


def _time(amount: float | None) -> str:
    return "–" if amount is None else seconds(amount)

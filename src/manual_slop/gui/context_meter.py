"""How full a model's window is: a bar of what takes how much, and the same in figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from imgui_bundle import ImVec2, imgui

from manual_slop.gui.context import App
from manual_slop.gui.legible import legible
from manual_slop.gui.palette import Palette
from manual_slop.gui.tables import figure
from manual_slop.gui.theme import S, rgb
from manual_slop.gui.widgets import beside, hint, put
from manual_slop.values.context import ContextMeter, ShareKind

_TIPS: Mapping[ShareKind, str] = {
    "system prompt": "What the model is told of its task, with what the project's AGENTS.md says",
    "files": "The files below, as much of them as is shown",
    "tools": "What the model is told of the tools it may call",
    "summary": "What stands for the oldest messages",
    "person": "What you said",
    "assistant": "What models answered",
    "reasoning": "Thoughts that go back to the model",
    "tool results": "What tools found and did",
    "pictures": "Counted by their size in pixels",
}
_BAR = 12.0
_LOWER = 5.0


def draw_meter(app: App, meter: ContextMeter) -> None:
    """Headline, bar, and the shares in two columns."""
    _headline(app, meter)
    _bar(app, meter)
    if not imgui.begin_table("shares", 6, imgui.TableFlags_.sizing_stretch_prop):
        return
    for weight in (2.0, 1.0, 0.7) * 2:
        imgui.table_setup_column("", imgui.TableColumnFlags_.width_stretch, weight)
    for name, tokens, colour, tip in _rows(app.palette, meter):
        imgui.table_next_column()
        _dot(app, colour)
        put(app, name, app.palette.soft)
        hint(tip)
        imgui.table_next_column()
        figure(app, f"{tokens:,}", app.palette.text)
        imgui.table_next_column()
        figure(app, _percent(tokens / meter.window) if meter.window else "", app.palette.faint)
    imgui.end_table()


def origin(meter: ContextMeter) -> str:
    """How we know."""
    if meter.told is None:
        said = "No provider has counted yet: estimated at four bytes a token."
    else:
        said = f"{meter.told.model} counted {meter.told.usage.input_tokens:,} tokens in its last call; "
        said += "what came since, and the shares, are estimated by that call's ratio."
    if meter.window is None:
        return f'{said}\nNobody says how large the window is: [context.windows] "{meter.model}" in config.toml does.'
    return f"{said}\nThe window is what {meter.window_source} says."


def _headline(app: App, meter: ContextMeter) -> None:
    palette = app.palette
    colour = {"filling": palette.warn, "full": palette.bad}.get(meter.standing, palette.text)
    about = "~" if meter.estimated else ""
    put(app, f"{about}{meter.tokens:,}", colour, "title")
    hint(origin(meter))
    _beside(app)
    window = "tokens, of a window nobody knows" if meter.window is None else f"of {meter.window:,} tokens"
    put(app, window, palette.soft)
    hint(origin(meter))
    if meter.full is not None:
        _beside(app)
        put(app, f"{_percent(meter.full)} of the room", colour, "mono")
        hint(f"{meter.answer_room:,} tokens are kept free for the answer; from {_percent(meter.warn_at)} on it warns")
    _beside(app)
    put(app, legible(meter.model), palette.faint, "mono")


def _beside(app: App) -> None:
    """Beside the large figure, on the line that it stands on."""
    beside(S)
    imgui.set_cursor_pos_y(imgui.get_cursor_pos_y() + _LOWER * app.scale)


def _bar(app: App, meter: ContextMeter) -> None:
    """Each share in its colour; at the right end the room for the answer, and a mark where warning begins."""
    palette, height = app.palette, _BAR * app.scale
    low, width = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
    draw, whole = imgui.get_window_draw_list(), max(meter.window or 0, meter.tokens, 1)
    end = ImVec2(low.x + width, low.y + height)
    draw.add_rect_filled(low, end, imgui.get_color_u32(rgb(palette.line, 0.6)), 3)
    at = low.x
    for share in meter.shares:
        to = min(end.x, at + width * share.tokens / whole)
        draw.add_rect_filled(
            ImVec2(at, low.y), ImVec2(to, end.y), imgui.get_color_u32(rgb(_colour(palette, share.kind)))
        )
        at = to
    if meter.window:
        room = end.x - width * meter.answer_room / whole
        draw.add_rect_filled(ImVec2(room, low.y), end, imgui.get_color_u32(rgb(palette.faint, 0.45)), 3)
        mark = low.x + width * (meter.room or 0) * meter.warn_at / whole
        draw.add_line(ImVec2(mark, low.y - 2), ImVec2(mark, end.y + 2), imgui.get_color_u32(rgb(palette.warn)), 2)
    imgui.dummy(ImVec2(width, height))
    hint(origin(meter))


def _rows(palette: Palette, meter: ContextMeter) -> Iterator[tuple[str, int, str, str]]:
    for share in meter.shares:
        pieces = f"  ({share.count:,})" if share.count > 1 else ""
        yield f"{share.kind}{pieces}", share.tokens, _colour(palette, share.kind), _TIPS[share.kind]
    if meter.window is not None and meter.room is not None:
        yield "for the answer", meter.answer_room, palette.faint, "Windows hold the question and the answer"
        yield "free", max(0, meter.room - meter.tokens), palette.line, "What may still go in"


def _colour(palette: Palette, kind: ShareKind) -> str:
    tiers = palette.tiers
    colours: Mapping[ShareKind, str] = {
        "system prompt": tiers[0],
        "files": tiers[2],
        "tools": palette.faint,
        "summary": palette.good,
        "person": tiers[1],
        "assistant": tiers[3],
        "reasoning": palette.bad,
        "tool results": palette.soft,
        "pictures": palette.text,
    }
    return colours[kind]


def _dot(app: App, colour: str) -> None:
    size = imgui.get_text_line_height()
    at, side = imgui.get_cursor_screen_pos(), 8 * app.scale
    low = ImVec2(at.x, at.y + (size - side) / 2)
    imgui.get_window_draw_list().add_rect_filled(
        low, ImVec2(low.x + side, low.y + side), imgui.get_color_u32(rgb(colour)), 2
    )
    imgui.dummy(ImVec2(side, size))
    beside(S)


def _percent(part: float) -> str:
    shown = part * 100
    if 0 < shown < 0.1:
        return "<0.1 %"
    return f"{shown:.1f} %" if 0 < shown < 10 else f"{shown:.0f} %"

"""What the program said, newest below; sifted by how loud it was and by words, copied as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from imgui_bundle import imgui
from imgui_bundle.immapp import icons_fontawesome_6 as icons

from manual_slop.app.app_state import LogLine
from manual_slop.app.tool_lines import sifted_log
from manual_slop.gui.context import App
from manual_slop.gui.legible import legible
from manual_slop.gui.theme import S
from manual_slop.gui.widgets import beside, empty, hint, put, tick

TITLE = "Log"

_LOUDNESS: Mapping[str, str] = {"": "all", "good": "done", "note": "notes", "warn": "warnings", "bad": "errors"}


@dataclass(slots=True)
class View:
    """What is sought, and whether the end stays in view."""

    words: str = ""
    loudness: str = ""
    follows: bool = True
    rows: tuple[object, Sequence[LogLine]] = (None, ())


def draw(app: App) -> None:
    """A line a word, only those in view are drawn."""
    view: View = app.memo.setdefault("log", View())
    lines = app.state.log
    if not lines:
        empty(app, "Nothing to report", "What the program has to say while it works is listed here.")
        return
    rows = _rows(view, lines)
    _tools(app, view, rows, len(lines))
    if not rows:
        empty(app, "No word is like that", "Change what is looked for above.")
        return
    colours = {"good": app.palette.good, "warn": app.palette.warn, "bad": app.palette.bad}
    imgui.begin_child("lines", window_flags=imgui.WindowFlags_.horizontal_scrollbar)
    clipper = imgui.ListClipper()
    clipper.begin(len(rows))
    while clipper.step():
        for index in range(clipper.display_start, clipper.display_end):
            line = rows[index]
            put(app, f"{line.at.astimezone():%H:%M:%S}", app.palette.faint, "mono")
            beside()
            put(app, legible(line.text.replace("\n", "  ")), colours.get(line.loudness, app.palette.soft))
    if view.follows:
        imgui.set_scroll_here_y(1.0)
    imgui.end_child()


def _rows(view: View, lines: Sequence[LogLine]) -> Sequence[LogLine]:
    """The rows wanted, worked out when something changed."""
    state = (len(lines), id(lines[-1]), view.words, view.loudness)
    if view.rows[0] != state:
        view.rows = (state, sifted_log(lines, view.words, view.loudness))
    return view.rows[1]


def _tools(app: App, view: View, rows: Sequence[LogLine], count: int) -> None:
    line = imgui.get_frame_height()
    imgui.set_next_item_width(max(80.0, imgui.get_content_region_avail().x - 17 * line))
    view.words = imgui.input_text_with_hint("##sieve", "Find words", view.words)[1]
    beside(S)
    imgui.set_next_item_width(imgui.calc_text_size("warnings").x + 2 * line)
    if imgui.begin_combo("##loudness", _LOUDNESS[view.loudness]):
        for loudness, name in _LOUDNESS.items():
            if imgui.selectable(name, loudness == view.loudness)[0]:
                view.loudness = loudness
        imgui.end_combo()
    beside(S)
    view.follows = tick(app, "follow", view.follows)
    hint("The newest line stays in view")
    beside(S)
    if imgui.button(f"{icons.ICON_FA_COPY}  Copy"):
        imgui.set_clipboard_text(
            "\n".join(f"{one.at.isoformat()} {one.loudness:<4} {legible(one.text)}" for one in rows)
        )
    hint("All the lines that are listed")
    beside(S)
    put(app, f"{len(rows):,} of {count:,}", app.palette.faint, "mono")

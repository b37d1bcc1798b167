"""The files that the model of a conversation is shown with each turn: listed, shown otherwise, added, taken out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from imgui_bundle import imgui
from imgui_bundle.immapp import icons_fontawesome_6 as icons

from manual_slop.app.attaching import PATHS
from manual_slop.app.context_view import ContextView, Standing
from manual_slop.app.contexts import FILED
from manual_slop.gui.context import App
from manual_slop.gui.legible import legible
from manual_slop.gui.tables import Column, figure_cell, grid
from manual_slop.gui.theme import S
from manual_slop.gui.widgets import beside, hint, put, put_wrapped, quiet
from manual_slop.session.context_files import MODES, Mode, Shown

_MODE_TIPS: Mapping[Mode, str] = {
    "full": "All of it, with line numbers",
    "outline": "What it defines, with signatures",
    "skeleton": "All but the bodies of functions",
    "summary": "What kind of file it is, how it begins, what it defines at the top",
    "none": "In the list only",
}
_COLUMNS = (
    Column("File", 4.0),
    Column("Shown", 1.5, tip="How much of it the model sees"),
    Column("Tokens", 1.0, right=True),
    Column("", 0.5),
)
_SUGGESTED = 12


@dataclass(slots=True)
class View:
    """What the person does in the panel: a path being typed and how it is to be shown, and a question that is asked."""

    typed: str = ""
    mode: Mode = "full"
    asks: str = ""
    asked_for: object = None


def draw_files(app: App, view: View, found: ContextView) -> None:
    """Instructions first, then the files, then the box to add one."""
    for one in found.instructions:
        _standing(app, one)
    if not found.project:
        put_wrapped(
            app, "With a project folder open, files can be shown to the model with each turn.", app.palette.faint
        )
        return
    _adding(app, view)
    if not found.files:
        put_wrapped(
            app,
            "None yet. A file added here is read anew when it changes; .manual-slop/project.toml can name some too.",
            app.palette.faint,
        )
        return
    grid(app, "files in context", _COLUMNS, found.files, lambda one: _row(app, one), scrolls=len(found.files) > 8)


def _standing(app: App, one: Standing) -> None:
    palette = app.palette
    put(app, f"{icons.ICON_FA_BOOK}  {one.name}", palette.text)
    hint(one.notice)
    beside(S)
    word = "in force, as untrusted text" if one.in_force else "not told to this conversation"
    put(app, f"{word}  ~{one.tokens:,} tokens", palette.faint)
    hint(one.notice)


def _adding(app: App, view: View) -> None:
    source = app.state.current
    put(app, "Files in context", app.palette.text, "strong")
    button = imgui.calc_text_size("skeletonAdd").x + 7 * imgui.get_frame_height()
    imgui.set_next_item_width(max(80.0, imgui.get_content_region_avail().x - button))
    flags = imgui.InputTextFlags_.enter_returns_true
    entered, typed = imgui.input_text_with_hint("##path", "add a file: src/app.py", view.typed, flags)
    if typed != view.typed:
        view.typed = typed
        if typed.strip():
            app.controller.attaching.complete(typed.strip(), app.controller.project)
    beside(S)
    view.mode = _mode(app, "##mode", view.mode) or view.mode
    beside(S)
    busy = app.state.fetched(FILED, source).loading
    if (imgui.button(f"{icons.ICON_FA_PLUS}  Add") or entered) and view.typed.strip() and not busy:
        app.controller.contexts.show(source, view.typed.strip(), view.mode)
        view.typed = ""
    _suggestions(app, view)


def _suggestions(app: App, view: View) -> None:
    """Paths that begin so, as far as they are known; a click takes one."""
    words = view.typed.strip()
    paths = app.state.fetched(PATHS, words).value if words else None
    for path in (paths or ())[:_SUGGESTED]:
        if path != words and quiet(app, f"{legible(path)}##{path}"):
            view.typed = path


def _row(app: App, one: Shown) -> None:
    palette, source = app.palette, app.state.current
    imgui.table_next_column()
    imgui.align_text_to_frame_padding()
    put(app, legible(one.file.path), palette.warn if one.problem else palette.text, "mono")
    hint(legible(one.problem or one.file.path))
    if one.problem:
        beside(S)
        put(app, icons.ICON_FA_TRIANGLE_EXCLAMATION, palette.warn)
        hint(legible(one.problem))
    imgui.table_next_column()
    imgui.set_next_item_width(-1)
    mode = _mode(app, f"##{one.file.path}", one.file.mode)
    if mode is not None and mode != one.file.mode:
        app.controller.contexts.show(source, one.file.path, mode)
    figure_cell(app, f"{one.tokens:,}" if one.text else "–", palette.text, "As guessed: four bytes a token")
    imgui.table_next_column()
    if quiet(app, f"{icons.ICON_FA_XMARK}##out{one.file.path}", "Take it out of the context; the file stays"):
        app.controller.contexts.hide(source, one.file.path)


def _mode(app: App, name: str, mode: Mode) -> Mode | None:
    """A box to choose one; what was chosen now."""
    chosen: Mode | None = None
    if name == "##mode":
        imgui.set_next_item_width(imgui.calc_text_size("skeleton").x + 2.5 * imgui.get_frame_height())
    if imgui.begin_combo(name, mode):
        for one in MODES:
            if imgui.selectable(one, one == mode)[0]:
                chosen = one
            hint(_MODE_TIPS[one])
        imgui.end_combo()
    return chosen

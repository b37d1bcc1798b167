"""Code as it stands in answers and cards: one read-only editor a block, with its language and a copy button."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from imgui_bundle import ImVec2, imgui
from imgui_bundle import imgui_color_text_edit as editors
from imgui_bundle.immapp import icons_fontawesome_6 as icons

from manual_slop.gui.blocks import Block
from manual_slop.gui.context import App
from manual_slop.gui.surface import surface
from manual_slop.gui.widgets import put, quiet, voice

_ROWS = 30
_MOST_ROWS = 1_500
_KEPT = 48  # editors: one of a few hundred lines takes about a megabyte

_Language = editors.TextEditor.Language
_LANGUAGES: Mapping[str, Callable[[], editors.TextEditor.Language]] = {
    **dict.fromkeys(("python", "py", "python3"), _Language.python),
    **dict.fromkeys(("cpp", "c++", "cc", "hpp", "java", "javascript", "js", "ts", "typescript"), _Language.cpp),
    **dict.fromkeys(("rust", "rs", "go", "kotlin", "swift"), _Language.cpp),
    **dict.fromkeys(("c", "h"), _Language.c),
    **dict.fromkeys(("cs", "csharp"), _Language.cs),
    **dict.fromkeys(("json", "jsonc"), _Language.json),
    **dict.fromkeys(("markdown", "md"), _Language.markdown),
    "sql": _Language.sql,
    "lua": _Language.lua,
}


@dataclass(slots=True)
class _Shown:
    """An editor, the block it belongs to and what of it was put in."""

    block: Block
    editor: editors.TextEditor
    text: str = ""
    rows: int = 1
    theme: str = ""


def draw_code(app: App, block: Block) -> None:
    """The block; a long one is cut until somebody wants it all, one that grows shows its end."""
    shown = _editor(app, block)
    if len(block.text) != len(shown.text):
        _take(shown, block.text)
    rows = min(shown.rows, _MOST_ROWS if block.shown_in_full else _ROWS)
    with surface(app, app.palette.raised):
        _head(app, block, shown)
        with voice(app, "mono"):
            line = imgui.get_text_line_height() * 1.2
            if block.open and shown.rows > rows:
                shown.editor.scroll_to_line(shown.rows - 1, editors.TextEditor.Scroll.align_bottom)
            width = max(40.0, imgui.get_content_region_avail().x - 1)
            shown.editor.render(f"##code{block.start}", ImVec2(width, rows * line + imgui.get_style().scrollbar_size))


def _take(shown: _Shown, text: str) -> None:
    """Have the editor show that text; what it shows already is not looked at again."""
    if shown.text and text.startswith(shown.text):
        more = text[len(shown.text) :]
        end = editors.TextEditor.DocPos(shown.rows - 1, len(shown.text) - shown.text.rfind("\n") - 1)
        shown.editor.replace_section_text(end, end, more)
        shown.rows += more.count("\n")
    else:
        shown.editor.set_text(text)
        shown.rows = text.count("\n") + 1
    shown.text = text


def _head(app: App, block: Block, shown: _Shown) -> None:
    imgui.push_id(block.start)
    put(app, block.language or "text", app.palette.faint, "mono")
    imgui.same_line()
    if quiet(app, f"{icons.ICON_FA_COPY}##copy", "Copy this code"):
        imgui.set_clipboard_text(block.text)
    if shown.rows > _ROWS and not block.open:
        imgui.same_line()
        label = "show less" if block.shown_in_full else f"show all {shown.rows:,} lines"
        if quiet(app, label):
            block.shown_in_full = not block.shown_in_full
    imgui.pop_id()


def _editor(app: App, block: Block) -> _Shown:
    kept: OrderedDict[int, _Shown] = app.memo.setdefault("code editors", OrderedDict())
    shown = kept.get(id(block))
    if shown is None or shown.block is not block:
        shown = kept[id(block)] = _Shown(block, _new(block.language))
        if len(kept) > _KEPT:
            kept.popitem(last=False)
    kept.move_to_end(id(block))
    if shown.theme != app.theme:
        shown.theme = app.theme
        dark = app.palette.dark
        shown.editor.set_palette(
            editors.TextEditor.get_dark_palette() if dark else editors.TextEditor.get_light_palette()
        )
    return shown


def _new(language: str) -> editors.TextEditor:
    editor = editors.TextEditor()
    editor.set_read_only_enabled(True)
    editor.set_show_current_line_highlight_enabled(False)
    editor.set_show_scrollbar_mini_map_enabled(False)
    editor.set_carets_visible(False)
    editor.set_show_whitespaces_enabled(False)
    editor.set_find_replace_enabled(False)
    known = _LANGUAGES.get(language.lower())
    if known is not None:
        editor.set_language(known())
    return editor

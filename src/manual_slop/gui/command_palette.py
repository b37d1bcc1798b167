"""Find a command by some of its letters and have it done: arrows choose, Enter does it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from imgui_bundle import ImVec2, imgui

from manual_slop.gui.commands import COMMANDS, Command, run
from manual_slop.gui.context import App
from manual_slop.gui.tables import figure
from manual_slop.gui.widgets import beside, put

_ROWS = 12


@dataclass(slots=True)
class Search:
    """What is looked for and which of the found ones is chosen."""

    words: str = ""
    chosen: int = 0


def matching(words: str, commands: Sequence[Command] = COMMANDS) -> list[Command]:
    """The commands whose menu and title hold all words, those that begin with them first."""
    wanted = words.lower().split()
    found = [one for one in commands if all(word in f"{one.menu} {one.title}".lower() for word in wanted)]
    return sorted(found, key=lambda one: not wanted or not one.title.lower().startswith(wanted[0]))


def draw_palette(app: App) -> None:
    """A field and what it finds."""
    search: Search = app.memo.setdefault("palette", Search())
    if imgui.is_window_appearing():
        app.memo["palette"] = search = Search()
        imgui.set_keyboard_focus_here()
    imgui.set_next_item_width(-1)
    changed, search.words = imgui.input_text_with_hint("##words", "type to find a command", search.words)
    if changed:
        search.chosen = 0
    found = matching(search.words)
    moved = imgui.is_key_pressed(imgui.Key.down_arrow) - imgui.is_key_pressed(imgui.Key.up_arrow)
    search.chosen = max(0, min(len(found) - 1, search.chosen + moved))
    height = imgui.get_frame_height_with_spacing() * _ROWS
    imgui.begin_child("found", ImVec2(0, height))
    picked = None
    for index, command in enumerate(found):
        if _row(app, command, index == search.chosen):
            picked = command
        if moved and index == search.chosen:
            imgui.set_scroll_here_y()
    if not found:
        put(app, "no command is called that", app.palette.faint)
    imgui.end_child()
    if found and imgui.is_key_pressed(imgui.Key.enter):
        picked = found[search.chosen]
    if picked is not None and picked.enabled(app):
        app.close_popup()
        run(app, picked)


def _row(app: App, command: Command, chosen: bool) -> bool:
    """One command; whether it was clicked."""
    enabled, palette = command.enabled(app), app.palette
    flags = imgui.SelectableFlags_.none if enabled else imgui.SelectableFlags_.disabled
    clicked, _ = imgui.selectable(f"##{command.id}", chosen, flags)
    beside(0)
    put(app, command.menu, palette.faint)
    beside()
    put(app, command.title, palette.text if enabled else palette.faint)
    if command.on is not None and command.on(app):
        beside()
        put(app, "on", palette.accent)
    if command.keys:
        imgui.same_line()
        figure(app, command.keys)
    return clicked

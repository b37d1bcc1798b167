"""The menu bar: the table of commands, by menu."""

from __future__ import annotations

from imgui_bundle import imgui

from manual_slop.gui.commands import COMMANDS, MENUS, run
from manual_slop.gui.context import App


def draw_menus(app: App) -> None:
    """Within the window's menu bar."""
    for menu in MENUS:
        if not imgui.begin_menu(menu):
            continue
        for command in COMMANDS:
            if command.menu == menu:
                on = command.on is not None and command.on(app)
                if imgui.menu_item(command.title, command.keys, on, command.enabled(app))[0]:
                    run(app, command)
        imgui.end_menu()

"""Every command of the window: menus, the palette, the keys and the page that lists them all read this table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

from imgui_bundle import hello_imgui

from manual_slop.app.settings import LARGEST, SMALLEST, ThemeName
from manual_slop.gui.context import App
from manual_slop.gui.layout import focus, is_open, reset_layout
from manual_slop.gui.panel_list import PANELS
from manual_slop.values.approval import Answer

Menu = Literal["File", "Session", "View", "Panels", "Help"]
MENUS: tuple[Menu, ...] = get_args(Menu)
_STEP = 0.1


@dataclass(frozen=True, slots=True)
class Command:
    """Something a person can have done. `keys` as in `Ctrl+Shift+P`; `on` says whether it is in force now."""

    id: str
    menu: Menu
    title: str
    run: Callable[[App], object]
    keys: str = ""
    enabled: Callable[[App], bool] = lambda app: True
    on: Callable[[App], bool] | None = None


def find(command_id: str) -> Command:
    """The command of that name."""
    return next(command for command in COMMANDS if command.id == command_id)


def run(app: App, command: Command) -> None:
    """Do it, if it can be done now."""
    if command.enabled(app):
        command.run(app)


def _show(popup: str) -> Callable[[App], None]:
    def ask(app: App) -> None:
        app.popup = popup

    return ask


def _quit(_app: App) -> None:
    hello_imgui.get_runner_params().app_shall_exit = True


def _choose(theme: ThemeName) -> Callable[[App], None]:
    def choose(app: App) -> None:
        app.theme = theme

    return choose


def _scale_by(step: float) -> Callable[[App], None]:
    def scale(app: App) -> None:
        app.scale = round(min(LARGEST, max(SMALLEST, app.scale + step if step else 1.0)), 2)

    return scale


def _calm(app: App) -> None:
    app.reduced_motion = not app.reduced_motion


def _refuse_all(app: App) -> None:
    for request in tuple(app.state.waiting.values()):
        app.controller.answer(request, Answer("refuse", reason="the person refused all that waited", by="you"))


def _undoable(app: App) -> bool:
    return app.controller.undoing.possible


def _go(by: int) -> Callable[[App], None]:
    def go(app: App) -> None:
        names = list(app.state.conversations)
        at = names.index(app.state.current) if app.state.current in names else 0
        app.controller.show(names[(at + by) % len(names)])

    return go


def _panel(title: str, keys: str) -> Command:
    return Command(
        f"show {title.lower()}", "Panels", title, lambda _app: focus(title), keys, on=lambda _app: is_open(title)
    )


def _theme(name: ThemeName, title: str) -> Command:
    return Command(f"theme {name}", "View", f"{title} theme", _choose(name), on=lambda app: app.theme == name)


COMMANDS: tuple[Command, ...] = (
    Command("palette", "Help", "Find a command…", _show("palette"), "Ctrl+Shift+P"),
    Command("new", "Session", "New conversation", lambda app: app.controller.new_conversation(), "Ctrl+N"),
    Command("next", "Session", "Next conversation", _go(1), "Ctrl+PageDown"),
    Command("previous", "Session", "Previous conversation", _go(-1), "Ctrl+PageUp"),
    Command(
        "stop",
        "Session",
        "Stop the answer",
        lambda app: app.controller.stop(),
        "Ctrl+.",
        lambda app: app.state.conversation.running,
    ),
    Command(
        "undo change",
        "Session",
        "Take back the last change of files",
        lambda app: app.controller.undoing.undo(turn=False),
        enabled=_undoable,
    ),
    Command(
        "undo turn",
        "Session",
        "Take back all changes of the last turn",
        lambda app: app.controller.undoing.undo(turn=True),
        enabled=_undoable,
    ),
    Command(
        "redo", "Session", "Do again what was taken back", lambda app: app.controller.undoing.redo(), enabled=_undoable
    ),
    Command("refuse all", "Session", "Refuse all that waits", _refuse_all, "", lambda app: bool(app.state.waiting)),
    Command("open folder", "File", "Open project folder…", _show("folder"), "Ctrl+O"),
    Command("quit", "File", "Quit", _quit, "Ctrl+Q"),
    _theme("dark", "Dark"),
    _theme("light", "Light"),
    _theme("contrast", "High contrast"),
    Command("larger", "View", "Larger", _scale_by(_STEP), "Ctrl+="),
    Command("smaller", "View", "Smaller", _scale_by(-_STEP), "Ctrl+-"),
    Command("usual size", "View", "Usual size", _scale_by(0), "Ctrl+0"),
    Command("calm", "View", "Reduced motion", _calm, on=lambda app: app.reduced_motion),
    Command("reset layout", "View", "Panels back to their places", lambda _app: reset_layout()),
    *(_panel(panel.title, f"Ctrl+{place}" if place < 10 else "") for place, panel in enumerate(PANELS, 1)),
    Command("keys", "Help", "All commands and keys", _show("keys"), "F1"),
    Command("about", "Help", "About Manual Slop", _show("about")),
)

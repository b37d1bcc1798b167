"""`manual-slop` without a command: the window, a picture of it, or, where no window can be, the chat and why."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from manual_slop.terminal.exit_codes import DONE
from manual_slop.values.errors import ConfigError

if TYPE_CHECKING:
    from manual_slop.app.settings import ThemeName
    from manual_slop.gui.context import App
    from manual_slop.terminal.demo import Demo

_SIZE = (1440, 900)
_LARGEST = 7680


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was typed. `screenshot` is the picture to make instead of opening a window."""

    folder: Path | None = None
    screenshot: Path | None = None
    panel: str | None = None
    size: str | None = None
    theme: str | None = None
    demo: bool = False


def show(wanted: Wanted) -> int:
    """Open the window, or make the picture. Returns the exit code; raises `ConfigError` for what cannot be."""
    _check(wanted)
    from manual_slop.gui.available import missing

    reason = missing()
    if reason and wanted.screenshot is not None:
        raise ConfigError(f"no picture: {reason}")
    if reason:
        return _talk(wanted, reason)
    with _scene(wanted) as (app, demo):
        if wanted.screenshot is not None:
            _picture(wanted, app, demo, wanted.screenshot)
            return DONE
        reason = _open(app, demo)
    return _talk(wanted, reason) if reason else DONE


def folder_named(word: str) -> bool:
    """Whether a word that is no command can only be a folder: it is there, or is written as a path."""
    return "/" in word or "\\" in word or word in (".", "..") or word.startswith("~") or Path(word).is_dir()


def _check(wanted: Wanted) -> None:
    if wanted.folder is not None and not wanted.folder.is_dir():
        raise ConfigError(f"{wanted.folder} is no folder: name the project to open")
    if wanted.screenshot is None and (wanted.panel or wanted.size or wanted.theme):
        raise ConfigError("--panel, --size and --theme are for --screenshot; the window itself remembers yours")


@contextmanager
def _scene(wanted: Wanted) -> Iterator[tuple[App, Demo | None]]:
    """The window to show, and who plays in it; a demonstration has a home of its own, which goes with it."""
    from manual_slop.gui.remembered import remembered_window

    if not wanted.demo:
        app = remembered_window(wanted.folder)
        try:
            yield app, None
        finally:
            app.controller.close()
        return
    from manual_slop.store.shared import close_shared_stores
    from manual_slop.terminal.demo import Demo, make_project
    from manual_slop.values.paths import live_in

    home = Path(tempfile.mkdtemp(prefix="manual-slop-demo-"))
    live_in(home)
    app = remembered_window(make_project(home))
    try:
        yield app, Demo(app.controller)
    finally:
        app.controller.close()
        close_shared_stores()
        shutil.rmtree(home, ignore_errors=True)


def _open(app: App, demo: Demo | None) -> str:
    """Show the window until it is closed; else the reason why there is none."""
    from manual_slop.gui.window import NoWindowError, open_window

    try:
        open_window(app, demo.go_on if demo else None)
    except NoWindowError as error:
        return str(error)
    return ""


def _picture(wanted: Wanted, app: App, demo: Demo | None, file: Path) -> None:
    from manual_slop.gui.backends import NoPixelsError
    from manual_slop.gui.panel_list import PANELS
    from manual_slop.gui.screenshot import picture

    panel = next((one.title for one in PANELS if one.title.lower() == (wanted.panel or "").lower()), "")
    if wanted.panel and not panel:
        raise ConfigError(f"there is no panel “{wanted.panel}”: {', '.join(one.title for one in PANELS)}")
    if wanted.theme:
        app.theme = _theme(wanted.theme)
    app.lasting = False
    problem = ""
    try:
        picture(app, file, _size(wanted.size), panel, demo.go_on if demo else lambda: True)
    except NoPixelsError as error:
        problem = str(error)
    if problem:
        raise ConfigError(problem)


def _theme(name: str) -> ThemeName:
    from manual_slop.gui.palette import PALETTES

    for known in PALETTES:
        if known == name:
            return known
    raise ConfigError(f"--theme takes {', '.join(PALETTES)}, not “{name}”")


def _size(text: str | None) -> tuple[int, int]:
    if text is None:
        return _SIZE
    parts = re.fullmatch(r"(\d{3,4})x(\d{3,4})", text)
    if parts is None or int(parts[1]) > _LARGEST or int(parts[2]) > _LARGEST:
        raise ConfigError(f"--size takes WIDTHxHEIGHT in pixels, as in 1440x900, not “{text}”")
    return int(parts[1]), int(parts[2])


def _talk(wanted: Wanted, reason: str) -> int:
    from manual_slop.terminal.chat import talk
    from manual_slop.terminal.conversation import setting_for, text_view
    from manual_slop.terminal.send import Prompt

    view = text_view()
    view.screen.note(f"no window here: {reason}. This is the chat in the terminal.")
    return talk(setting_for(view, folder=wanted.folder), Prompt, view)

"""What every panel is given: the state to read, the controller to command, and how things look."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from manual_slop.app.app_state import AppState
from manual_slop.app.settings import ThemeName
from manual_slop.app_controller import AppController
from manual_slop.gui.boundary import Boundary
from manual_slop.gui.fonts import Fonts
from manual_slop.gui.frame_times import FrameTimes
from manual_slop.gui.palette import PALETTES, Palette
from manual_slop.values.paths import config_dir, data_dir


def own_folders() -> tuple[tuple[str, str], ...]:
    """Where the program keeps things, by what they are."""
    return (("settings", str(config_dir())), ("sessions", str(data_dir())))


@dataclass(slots=True)
class App:
    """The window as its panels know it.

    `scale` multiplies every size; a `lasting` window is remembered as it was left. `memo` keeps what a panel measured
    or prepared, by the panel's own key; `boundaries` say which panels fail, `frames` how long drawing takes; `popup` is
    the question or page of the window's own that is open; `folders` are where the program keeps things.
    """

    controller: AppController
    theme: ThemeName = "dark"
    scale: float = 1.0
    reduced_motion: bool = False
    lasting: bool = True
    memo: dict[str, Any] = field(default_factory=dict)
    boundaries: dict[str, Boundary] = field(default_factory=dict)
    popup: str = ""
    frames: FrameTimes = field(default_factory=FrameTimes)
    folders: tuple[tuple[str, str], ...] = field(default_factory=own_folders)
    _fonts: Fonts | None = None

    @property
    def state(self) -> AppState:
        """What is shown."""
        return self.controller.state

    @property
    def palette(self) -> Palette:
        """The colours in force."""
        return PALETTES[self.theme]

    def close_popup(self) -> None:
        """What is asked is asked no more."""
        self.popup = ""

    @property
    def fonts(self) -> Fonts:
        """The typefaces; there from the first frame on."""
        assert self._fonts is not None, "fonts are loaded before anything is drawn"
        return self._fonts

    @fonts.setter
    def fonts(self, fonts: Fonts) -> None:
        self._fonts = fonts

"""What every panel is given: the state to read, the controller to command, and how things look."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from manual_slop.app.app_state import AppState
from manual_slop.app_controller import AppController
from manual_slop.gui.boundary import Boundary
from manual_slop.gui.fonts import Fonts
from manual_slop.gui.palette import PALETTES, Palette, ThemeName


@dataclass(slots=True)
class App:
    """The window as its panels know it.

    `memo` keeps what a panel measured or prepared, by the panel's own key; `boundaries` say which panels fail.
    """

    controller: AppController
    theme: ThemeName = "dark"
    reduced_motion: bool = False
    memo: dict[str, Any] = field(default_factory=dict)
    boundaries: dict[str, Boundary] = field(default_factory=dict)
    _fonts: Fonts | None = None

    @property
    def state(self) -> AppState:
        """What is shown."""
        return self.controller.state

    @property
    def palette(self) -> Palette:
        """The colours in force."""
        return PALETTES[self.theme]

    @property
    def fonts(self) -> Fonts:
        """The typefaces; there from the first frame on."""
        assert self._fonts is not None, "fonts are loaded before anything is drawn"
        return self._fonts

    @fonts.setter
    def fonts(self, fonts: Fonts) -> None:
        self._fonts = fonts

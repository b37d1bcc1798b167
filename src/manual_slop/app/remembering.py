"""Keeping what a person chose in the window, off the thread that draws."""

from __future__ import annotations

from manual_slop.app.background import Background
from manual_slop.app.settings import Settings, write_settings
from manual_slop.values.errors import ConfigError


class Remembering:
    """Writes settings when they are others than before; the newest only."""

    def __init__(self, background: Background) -> None:
        self._background = background
        self._settings: Settings | None = None

    def remember(self, settings: Settings) -> None:
        """Keep what the person chose; the first that is told is what was read."""
        if settings == self._settings:
            return
        known, self._settings = self._settings, settings
        if known is not None:
            self._background.do("settings", lambda: self._write(settings))

    def _write(self, settings: Settings) -> None:
        if settings is not self._settings:
            return  # newer ones are on their way
        try:
            write_settings(settings)
        except ConfigError as error:
            self._background.say(f"what you chose cannot be remembered: {error}", "warn")

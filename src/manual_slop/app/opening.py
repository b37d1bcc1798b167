"""What the window begins with: a folder to work in."""

from __future__ import annotations

from pathlib import Path

from manual_slop.values.errors import ConfigError

PROJECT, DEFAULT_MODEL = "project folder", "default model"
"""Tables of `AppState.loaded`."""


def find_folder(typed: str) -> Path:
    """The folder that a person means; `~` is their home. Raises `ConfigError` that says what stands there instead."""
    problem = ""
    try:
        path = Path(typed.strip()).expanduser().resolve()
        problem = "" if path.is_dir() else f"{path} is a file" if path.exists() else f"there is no {path}"
    except (OSError, RuntimeError, ValueError) as error:
        problem = str(error)
    if problem:
        raise ConfigError(f"{problem}: name a folder")
    return path


def first_folder(remembered: str) -> Path | None:
    """Where the window works when nobody named a folder: where it did last, else here, if this may be a project."""
    if remembered and Path(remembered).is_dir():
        return Path(remembered)
    try:
        here, home = Path.cwd(), Path.home().resolve()
    except (OSError, RuntimeError):
        return None
    return None if here in (home, Path(here.anchor)) else here

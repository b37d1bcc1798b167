"""What the window remembers from one time to the next: `window.toml` in the config folder."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args

import tomli_w

from manual_slop.providers.own_files import read_own_text, write_own_text
from manual_slop.values.errors import ConfigError
from manual_slop.values.paths import config_dir

ThemeName = Literal["dark", "light", "contrast"]

SMALLEST, LARGEST = 0.6, 3.0
"""How far the window can be scaled."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How the person left the window. `scale` multiplies every size; empty texts mean that nothing was chosen yet.

    `session` is the recorded session that was in view.
    """

    theme: ThemeName = "dark"
    scale: float = 1.0
    reduced_motion: bool = False
    project: str = ""
    model: str = ""
    session: str = ""


def settings_path() -> Path:
    """Where they lie."""
    return config_dir() / "window.toml"


def read_settings() -> tuple[Settings, str]:
    """What was remembered, and what was wrong with it (empty: nothing). Whatever is wrong stays as at first."""
    try:
        text = read_own_text(settings_path())
    except ConfigError as error:
        return Settings(), str(error)
    try:
        table = tomllib.loads(text or "")
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return Settings(), f"{settings_path()} is not TOML, so the window begins as new: {error}"
    return _checked(table)


def write_settings(settings: Settings) -> None:
    """Remember them: whole or not at all; the file before is kept as `window.toml.bak`. Raises `ConfigError`."""
    write_own_text(settings_path(), tomli_w.dumps(asdict(settings)))


def _checked(table: Mapping[str, Any]) -> tuple[Settings, str]:
    good: dict[str, Any] = {}
    wrong = []
    for field in fields(Settings):
        if field.name not in table:
            continue
        value = _value(field.name, field.default, table[field.name])
        if value is None:
            wrong.append(field.name)
        else:
            good[field.name] = value
    return Settings(**good), f"{settings_path()}: {', '.join(wrong)} cannot be that" if wrong else ""


def _value(name: str, default: Any, given: Any) -> Any:
    """What was given, if it may be so; else nothing."""
    if name == "theme":
        return given if given in get_args(ThemeName) else None
    if name == "scale":
        number = isinstance(given, int | float) and not isinstance(given, bool) and math.isfinite(given)
        return min(LARGEST, max(SMALLEST, float(given))) if number else None
    return given if type(given) is type(default) else None

"""What the window remembers from one time to the next: `window.toml` in the config folder."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args

import tomli_w

from manual_slop.app.manner import Manner
from manual_slop.app.manner_table import Fault, as_table, from_table
from manual_slop.providers.own_files import read_own_text, write_own_text
from manual_slop.values.errors import ConfigError
from manual_slop.values.paths import config_dir

ThemeName = Literal["dark", "light", "contrast"]

SMALLEST, LARGEST = 0.6, 3.0
"""How far the window can be scaled."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How the person left the window. `scale` multiplies every size; empty texts mean that nothing was chosen yet.

    `session` is the recorded session that was in view. `manner` is how models are spoken to, without what it decides
    about approval: that is decided anew each time. `compared` are the models that costs are compared with, with commas.
    """

    theme: ThemeName = "dark"
    scale: float = 1.0
    reduced_motion: bool = False
    project: str = ""
    model: str = ""
    session: str = ""
    compared: str = ""
    manner: Manner = field(default_factory=Manner)


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
    write_own_text(settings_path(), tomli_w.dumps(_table(settings)))


def _table(settings: Settings) -> dict[str, Any]:
    manner = replace(settings.manner, mode=None, risks=())
    return {**asdict(settings), "manner": as_table(manner)}


def _checked(table: Mapping[str, Any]) -> tuple[Settings, str]:
    good: dict[str, Any] = {}
    wrong = []
    for known in fields(Settings):
        if known.name not in table:
            continue
        value = _value(known.name, known.default, table[known.name])
        if value is None:
            wrong.append(known.name)
        else:
            good[known.name] = value
    return Settings(**good), f"{settings_path()}: {', '.join(wrong)} cannot be that" if wrong else ""


def _value(name: str, default: Any, given: Any) -> Any:
    """What was given, if it may be so; else nothing."""
    if name == "theme":
        return given if given in get_args(ThemeName) else None
    if name == "manner":
        return _manner(given)
    if name == "scale":
        number = isinstance(given, int | float) and not isinstance(given, bool) and math.isfinite(given)
        return min(LARGEST, max(SMALLEST, float(given))) if number else None
    return given if type(given) is type(default) else None


def _manner(given: Any) -> Manner | None:
    try:
        return replace(from_table(given), mode=None, risks=()) if isinstance(given, dict) else None
    except Fault:
        return None

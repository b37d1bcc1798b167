"""Where things lie: the person's folders, and the data files that travel with the program."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Literal

_PACKAGE = Path(__file__).resolve().parent.parent
_DECIDING = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")
"""What the system's own answer hangs on where it may change while a program runs."""


def config_dir() -> Path:
    """Folder of `config.toml`, `credentials.toml` and `pricing/`; all under `MANUAL_SLOP_HOME` when that is set."""
    return _folder("config")


def data_dir() -> Path:
    """Folder of sessions, caches and logs; under `MANUAL_SLOP_HOME` when that is set."""
    return _folder("data")


def _folder(kind: Literal["config", "data"]) -> Path:
    home = os.environ.get("MANUAL_SLOP_HOME")
    return _below(home, kind) if home else _given_by_the_system(kind, *map(os.environ.get, _DECIDING))


@functools.lru_cache(maxsize=8)  # asked for with every call to a model
def _below(home: str, kind: str) -> Path:
    return Path(home) / kind


@functools.lru_cache(maxsize=8)
def _given_by_the_system(kind: Literal["config", "data"], *_deciding: str | None) -> Path:
    import platformdirs  # 5 ms: not when the home is set, and not to be imported

    given = {"config": platformdirs.user_config_dir, "data": platformdirs.user_data_dir}[kind]
    return Path(given("manual-slop", appauthor=False))


def live_in(home: Path) -> None:
    """Keep everything of this process under another home from now on, as `MANUAL_SLOP_HOME` does."""
    os.environ["MANUAL_SLOP_HOME"] = str(home)


def make_private(folder: Path) -> None:
    """Make a folder of ours, with those above it that are missing, closed to everybody else. Raises `OSError`."""
    for place in reversed((folder, *folder.parents)):
        if not place.is_dir():
            place.mkdir(mode=0o700, exist_ok=True)


def shipped(name: str) -> Path:
    """A data folder that travels with the program (`pricing`, `conductor`), in a checkout or in the wheel."""
    installed = _PACKAGE / "data" / name
    return installed if installed.is_dir() else _PACKAGE.parent.parent / name


def inherited(wanted: Callable[[str], bool]) -> dict[str, str]:
    """The variables of our environment whose names are `wanted`."""
    return {name: value for name, value in os.environ.items() if wanted(name)}

"""Where things lie: the person's folders, and the data files that travel with the program."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def config_dir() -> Path:
    """Folder of `config.toml`, `credentials.toml` and `pricing/`; all under `MANUAL_SLOP_HOME` when that is set."""
    home = os.environ.get("MANUAL_SLOP_HOME")
    if home:
        return Path(home) / "config"
    import platformdirs  # 5 ms: not when the home is set, and not to be imported

    return Path(platformdirs.user_config_dir("manual-slop", appauthor=False))


def data_dir() -> Path:
    """Folder of sessions, caches and logs; under `MANUAL_SLOP_HOME` when that is set."""
    home = os.environ.get("MANUAL_SLOP_HOME")
    if home:
        return Path(home) / "data"
    import platformdirs

    return Path(platformdirs.user_data_dir("manual-slop", appauthor=False))


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

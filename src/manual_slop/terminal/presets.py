"""`--preset NAME`: a model and a manner that were kept under a name; what is typed beside it stands above it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from manual_slop.values.errors import ConfigError

if TYPE_CHECKING:
    from manual_slop.app.manner import Value
    from manual_slop.terminal.send import Setting

Params = tuple[tuple[str, "Value"], ...]


def with_preset(setting: Setting, name: str | None) -> tuple[Setting, Params]:
    """The setting as the preset has it, and its parameters. Raises `ConfigError` where there is no such preset.

    One that came with a project's files may hold back more than `config.toml` does, and never less.
    """
    if name is None:
        return setting, ()
    from manual_slop.app.manner import Manner
    from manual_slop.app.presets import find_preset
    from manual_slop.safety.approval_config import load_policy

    found = find_preset(name, _project(setting))
    manner = found.manner
    if found.project:
        manner = manner.no_looser(Manner(), load_policy()[0].mode)
    manner = replace(
        manner,
        mode=setting.mode or manner.mode,
        off=manner.off if setting.tools is True else (),
        system=manner.system if setting.system is None else None,
    )
    model = setting.model or found.model or None
    return replace(setting, model=model, mode=manner.mode, manner=manner), manner.params


def _project(setting: Setting) -> Path | None:
    if setting.folder is not None:
        return setting.folder if setting.folder.is_dir() else None
    try:
        return Path.cwd()
    except OSError:
        raise ConfigError("nobody can tell which folder this is: --dir names one") from None

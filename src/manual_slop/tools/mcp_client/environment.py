"""What a server process is given of ours: the usual variables, those the person named, and never a provider's key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from manual_slop.providers.rows import builtin_providers
from manual_slop.safety.shell.environment import fresh
from manual_slop.values import paths
from manual_slop.values.secrets import redactor


def server_environment(names: Sequence[str], inherited: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables of a server. A named one may look like a key, for most servers have one of their own."""
    found = paths.inherited(lambda _: True) if inherited is None else inherited
    ours = {name for row in builtin_providers().values() for name in row.key_env}
    named = {
        name: value
        for name, value in found.items()
        if name in names and name not in ours and redactor.redact(value) == value
    }
    return {**fresh((), found), **named}


def server_folder() -> Path:
    """Where servers start: no project, whose files could change what their commands mean."""
    folder = paths.data_dir() / "mcp"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder

"""Who started us: a person, or a command that a model had run. What only a person may do is refused to the latter."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from manual_slop.safety.shell.strays import MARK
from manual_slop.values import paths
from manual_slop.values.errors import ConfigError

_LAUNCHER = b"manual_slop.safety.shell.launcher"


def within_command() -> bool:
    """Whether this process comes from a command that a model had run.

    By the mark in our environment, and by our ancestors: every command has its launcher above it, which takes in
    whatever it starts, also what takes the mark out and what leaves its session. Without `/proc` only the mark tells.
    """
    if paths.inherited(lambda name: name == MARK):
        return True
    return any(_is_launcher(number) for number in _ancestors(os.getppid()))


def require_person(what: str) -> None:
    """Refuse what only a person may do to programs that a model had run. Raises `ConfigError`."""
    if within_command():
        raise ConfigError(f"{what} is for a person: a command that a model runs cannot do it")


def _ancestors(number: int) -> Iterator[int]:
    seen = set()
    while number > 0 and number not in seen:
        seen.add(number)
        yield number
        number = _parent(number)


def _parent(number: int) -> int:
    try:
        return int(Path(f"/proc/{number}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[1])
    except (OSError, IndexError, ValueError):
        return 0


def _is_launcher(number: int) -> bool:
    try:
        return _LAUNCHER in Path(f"/proc/{number}/cmdline").read_bytes()
    except OSError:
        return False

"""Shells for tests, and eyes for what commands leave behind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from manual_slop.safety.sandbox import Method, Sandbox, Walls
from manual_slop.safety.shell.errors import ShellError
from manual_slop.safety.shell.levels import choose
from manual_slop.safety.shell.shell import Limits, Shell

UNCONFINED = Sandbox("off")


def confined(root: Path, method: Method, *, limits: Limits | None = None, **wishes: object) -> Shell:
    """A shell confined by `method`; skips the test, with the reason, where that does not work."""
    sandbox = Sandbox("required", methods=(method,), **wishes)  # type: ignore[arg-type]
    try:
        choose(sandbox, Walls(str(root), str(root), network=False, write_git=False, hidden=()))
    except ShellError as error:
        pytest.skip(f"commands cannot be confined by {method} here: {error}")
    return Shell(root, sandbox, limits)


def processes(marker: str) -> list[int]:
    """The processes, zombies aside, whose command line holds `marker`."""
    return [int(place.parent.name) for place in Path("/proc").glob("[0-9]*/cmdline") if marker.encode() in _read(place)]


def zombies() -> list[int]:
    """Our own children that ended and that nobody waited for."""
    found = []
    for place in Path("/proc").glob("[0-9]*/stat"):
        words = _read(place).rpartition(b")")[2].split()
        if words and words[0] == b"Z" and int(words[1]) == os.getpid():
            found.append(int(place.parent.name))
    return found


def _read(place: Path) -> bytes:
    try:
        return place.read_bytes()
    except OSError:
        return b""

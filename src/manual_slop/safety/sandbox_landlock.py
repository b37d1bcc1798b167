"""Landlock for a command: which files are granted to it, given that only whole folders can be."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from manual_slop.safety.sandbox import Walls, beneath
from manual_slop.safety.shell.landlock import Grant

_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")


def grants(walls: Walls) -> list[Grant]:
    """What a command may do inside `walls`: names may be listed everywhere, contents read where nothing is hidden."""
    hidden = [os.path.realpath(path) for path in walls.hidden]
    return [
        ("/", "list"),
        *_all_but(hidden, "/", "read"),
        *((f"/dev/{name}", "use") for name in _DEVICES),
        (walls.temp, "write"),
        *_all_but([*walls.protected, *(path for path in hidden if path != walls.root)], walls.root, "write"),
        *((path, "read") for path in walls.protected),
    ]


def _all_but(excluded: list[str], folder: str, use: str) -> Iterator[Grant]:
    """Grants for `folder` that leave `excluded` out: itself where none of them lies in it, else what it holds."""
    inside = [path for path in excluded if beneath(path, folder)]
    if folder in inside:
        return
    if not inside:
        yield folder, use
        return
    for name in _names(folder):
        yield from _all_but(inside, str(Path(folder, name)), use)


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208  # names are all that is needed
    except OSError:
        return []

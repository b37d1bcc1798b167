"""Bubblewrap: a command sees the disk through namespaces of its own, read-only but for what it may write."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from manual_slop.safety.sandbox import Walls, beneath, own_places

# Never looked for in PATH: a project's folder may stand there.
_PLACES = ("/usr/bin/bwrap", "/usr/local/bin/bwrap", "/bin/bwrap", "/run/current-system/sw/bin/bwrap")
_SCRATCH = ("/tmp", "/var/tmp")  # noqa: S108  # replaced by the private one
_SERVICES = "/run"  # sockets of services, the message bus first of all
_NAMES_OF_HOSTS = "/etc/resolv.conf"


def find() -> str | None:
    """Where bubblewrap is installed, if it is."""
    return next((place for place in _PLACES if os.access(place, os.X_OK)), None)


def arguments(program: str, walls: Walls, search: str = "") -> list[str]:
    """The command line that the launcher's own is put behind; it then is the first process of its own world.

    `search` is the PATH of the command, whose folders stay to be seen.
    """
    return [
        program,
        *("--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"),
        *(() if walls.network else ("--unshare-net",)),
        *("--as-pid-1", "--cap-drop", "ALL"),
        *("--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", _SERVICES),
        *(word for place in _SCRATCH if Path(place).is_dir() for word in ("--bind", walls.temp, place)),
        *_masks(walls.hidden),
        *_shown_again(walls, search.split(os.pathsep)),
        *("--bind", walls.root, walls.root),
        *_masks(path for path in walls.hidden if beneath(path, walls.root) and path != walls.root),
        *(word for path in walls.protected for word in ("--ro-bind", path, path)),
        *("--chdir", walls.root, "--"),
    ]


def temporary_folder(walls: Walls) -> str:
    """Where a command finds its temporary folder."""
    return _SCRATCH[0] if Path(_SCRATCH[0]).is_dir() else walls.temp


def _masks(hidden: Iterable[str]) -> Iterator[str]:
    for path in hidden:
        real = os.path.realpath(path)
        if Path(real).is_dir():
            yield from ("--tmpfs", real)
        elif Path(real).exists():
            yield from ("--ro-bind", os.devnull, real)


def _shown_again(walls: Walls, search: list[str]) -> Iterator[str]:
    """What lies in a place that was just covered, and is needed: programs, our own, and who is who on the network."""
    covered = [_SERVICES, *_SCRATCH, *map(os.path.realpath, walls.hidden)]
    needed = [*filter(os.path.isabs, search), *own_places()]
    if walls.network:
        needed.append(os.path.realpath(_NAMES_OF_HOSTS))
    for path in needed:
        if any(beneath(path, place) for place in covered) and not beneath(path, walls.root):
            yield from ("--ro-bind-try", path, path)

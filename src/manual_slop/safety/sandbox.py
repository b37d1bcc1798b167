"""How far a command is kept from everything that is none of its business: what is asked for, and what is in force."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import manual_slop
from manual_slop.values import paths

Mode = Literal["auto", "required", "off"]
Method = Literal["bwrap", "landlock"]
Name = Literal["bwrap", "landlock", "none"]

METHODS: tuple[Method, ...] = ("bwrap", "landlock")

# What no command needs and many would like: keys, and sockets of services that do as they are told.
_PRIVATE = (".ssh", ".gnupg", ".aws", ".azure", ".kube", ".docker", ".netrc", ".git-credentials", ".pypirc", ".npmrc")
_PRIVATE_CONFIG = ("gcloud", "gh", "op")


@dataclass(frozen=True, slots=True)
class Sandbox:
    """What the person wants. `auto` takes the best that works, `required` refuses where nothing does, `off` is none.

    `network` and `write_git` are what commands may do unless a call says otherwise. `methods` are tried in order.
    `hidden` are absolute paths whose content no confined command sees; `None` is the usual ones.
    """

    mode: Mode = "auto"
    network: bool = False
    write_git: bool = False
    methods: tuple[Method, ...] = METHODS
    bwrap: str | None = None
    hidden: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Walls:
    """What one command may touch: `root` and `temp` to write, `hidden` not at all, everything else to read."""

    root: str
    temp: str
    network: bool
    write_git: bool
    hidden: tuple[str, ...]

    @property
    def protected(self) -> tuple[str, ...]:
        """What lies in the root and may only be read: git's folder, and the program's own where it runs from here.

        What a command wrote there would be run later, by people or by us, with nothing to confine it.
        """
        git = [] if self.write_git else [str(Path(self.root, ".git"))]
        own = [path for path in own_places() if beneath(path, self.root)]
        return tuple(path for path in [*git, *own] if path != self.root and Path(path).exists())


@dataclass(frozen=True, slots=True)
class Level:
    """The confinement in force: its name, and in words what it means."""

    name: Name
    detail: str

    def __str__(self) -> str:
        return f"{self.name}: {self.detail}"


def describe(method: Method, walls: Walls) -> Level:
    """What `method` does to a command inside `walls`."""
    parts = ["writes only to the project and a private temporary folder"]
    if walls.protected:
        names = [str(Path(path).relative_to(walls.root)) for path in walls.protected]
        parts.append(f"read-only there: {', '.join(names)}")
        if method == "landlock":
            # Its rules can only open folders whole; who may make a file in one may make a `.git/hooks` in it.
            parts.append("so nothing new can be made directly in the folders that hold these")
    parts.append("the network is open" if walls.network else "no network")
    if method == "landlock":
        parts.append("modes and times of other files can be changed")
    return Level(method, ", ".join(parts))


def usual_hidden(home: str) -> tuple[str, ...]:
    """Our own folders, and where keys lie in a home folder."""
    private = [Path(home, name) for name in _PRIVATE] + [Path(home, ".config", name) for name in _PRIVATE_CONFIG]
    return tuple(str(path) for path in (paths.config_dir().absolute(), paths.data_dir().absolute(), *private))


def own_places() -> tuple[str, ...]:
    """Where the program and the Python that runs it are installed."""
    packages = [str(Path(place).resolve()) for place in manual_slop.__path__]
    return tuple(dict.fromkeys([*packages, str(Path(sys.prefix).resolve()), str(Path(sys.base_prefix).resolve())]))


def beneath(path: str, folder: str) -> bool:
    """Whether an absolute path is `folder` or lies in it."""
    return Path(path).is_relative_to(folder)

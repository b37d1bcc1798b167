"""Three ways to open what lies beneath a folder and nothing else; the strongest that works here is taken."""

from __future__ import annotations

import errno
import os
import stat
import weakref
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

from manual_slop.safety import openat2
from manual_slop.safety.folder import Folder
from manual_slop.store.file_lock import locked

Parts = tuple[str, ...]
Kind = Literal["file", "folder", "link", "other"]

_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
_STEP = getattr(os, "O_PATH", os.O_RDONLY) | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
_NAME_SURROGATE = 0x20000000  # set in the reparse tags of Windows that stand for another path


@dataclass(frozen=True, slots=True)
class Entry:
    """What a folder holds under one name. `size` is in bytes, 0 for all but files; links are never followed."""

    name: str
    kind: Kind
    size: int = 0


class Confinement(ABC):
    """Opens descriptors beneath one folder. `parts` are plain names: no `..`, no separators."""

    @abstractmethod
    def open(self, parts: Parts, flags: int) -> int:
        """A descriptor that lies beneath the folder. Raises `OSError`."""

    @abstractmethod
    def folder(self, parts: Parts) -> Folder:
        """A folder held for changing what is in it, reached without following any link. Raises `OSError`."""

    def true_parts(self, descriptor: int, parts: Parts) -> Parts:
        """The names under which the file that was opened as `parts` really lies here. Raises `OSError`."""
        return parts  # no link was followed to it

    @contextmanager
    def alone(self, patience: float) -> Iterator[None]:
        """Nobody else who asks for this folder has it meanwhile, in any process, where the system has such locks.

        Raises `TimeoutError` when somebody else keeps it for `patience` seconds.
        """
        yield

    def scan(self, parts: Parts, limit: int | None = None) -> list[Entry]:
        """The entries of a folder, at most `limit` of them, in no order. Raises `OSError`."""
        folder = self.open(parts, _FOLDER)
        try:
            return _entries(folder, limit)
        finally:
            os.close(folder)


class KernelConfinement(Confinement):
    """By `openat2`: links are followed as long as they stay beneath, and no race can change that."""

    def __init__(self, root: str) -> None:
        self._root = _hold(self, root)

    def open(self, parts: Parts, flags: int) -> int:
        """See `Confinement.open`."""
        return openat2.open_beneath(self._root, "/".join(parts) or ".", flags)

    def true_parts(self, descriptor: int, parts: Parts) -> Parts:
        """See `Confinement.true_parts`. Needs `/proc`."""
        root, path = (str(Path(f"/proc/self/fd/{one}").readlink()) for one in (self._root, descriptor))
        return tuple(path.removeprefix(root).removesuffix(" (deleted)").strip("/").split("/"))

    def folder(self, parts: Parts) -> Folder:
        """See `Confinement.folder`."""
        return Folder(openat2.open_beneath(self._root, "/".join(parts) or ".", _FOLDER, follow=False))

    @contextmanager
    def alone(self, patience: float) -> Iterator[None]:
        """See `Confinement.alone`."""
        with locked(self._root, patience):
            yield


class WalkConfinement(Confinement):
    """Name by name from the held folder, following no link at all: for systems without `openat2`."""

    def __init__(self, root: str) -> None:
        self._root = _hold(self, root)

    def open(self, parts: Parts, flags: int) -> int:
        """See `Confinement.open`."""
        *folders, last = parts or (".",)
        folder = os.dup(self._root)
        try:
            for name in folders:
                deeper = os.open(name, _STEP | _NOFOLLOW, dir_fd=folder)
                os.close(folder)
                folder = deeper
            return os.open(last, flags | _NOFOLLOW, dir_fd=folder)
        finally:
            os.close(folder)

    def folder(self, parts: Parts) -> Folder:
        """See `Confinement.folder`."""
        return Folder(self.open(parts, _FOLDER))

    @contextmanager
    def alone(self, patience: float) -> Iterator[None]:
        """See `Confinement.alone`."""
        with locked(self._root, patience):
            yield


class NameConfinement(Confinement):
    """By whole paths, looked at before and after: for Windows, which cannot open relative to a folder.

    Weaker than the others: whoever swaps a folder for a link and back again, within one call, may not be seen.
    """

    def __init__(self, root: str) -> None:
        self._root = root

    def open(self, parts: Parts, flags: int) -> int:
        """See `Confinement.open`."""
        before = self._chain(parts)
        descriptor = os.open(self._path(parts), flags | getattr(os, "O_BINARY", 0))
        try:
            self._require_same([*before, before[-1]], [*self._chain(parts), os.fstat(descriptor)])
        except OSError:
            os.close(descriptor)
            raise
        return descriptor

    def scan(self, parts: Parts, limit: int | None = None) -> list[Entry]:
        """See `Confinement.scan`."""
        before = self._chain(parts)
        entries = _entries(self._path(parts), limit)
        self._require_same(before, self._chain(parts))
        return entries

    def folder(self, parts: Parts) -> Folder:
        """See `Confinement.folder`."""
        before = self._chain(parts)
        if not stat.S_ISDIR(before[-1].st_mode):
            raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        return Folder(None, self._path(parts), lambda: self._require_same(before, self._chain(parts)))

    def _path(self, parts: Parts) -> str:
        return os.path.join(self._root, *parts)  # noqa: PTH118 - a Path would drop what it takes for noise

    def _chain(self, parts: Parts) -> list[os.stat_result]:
        """Each step from the root to the end, none of which may be a link."""
        steps = [os.lstat(self._root)]
        for count in range(1, len(parts) + 1):
            steps.append(os.lstat(self._path(parts[:count])))
            if _stands_for_another(steps[-1]):
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        return steps

    @staticmethod
    def _require_same(before: list[os.stat_result], after: list[os.stat_result]) -> None:
        if len(before) != len(after) or not all(map(os.path.samestat, before, after)):
            raise OSError(errno.EXDEV, "changed while it was opened")


def strongest(root: str) -> Confinement:
    """The best this system has for `root`. Raises `OSError` where it is no folder that can be read."""
    if openat2.available():
        return KernelConfinement(root)
    return WalkConfinement(root) if os.open in os.supports_dir_fd else NameConfinement(root)


def _hold(owner: Confinement, root: str) -> int:
    descriptor = os.open(root, _FOLDER)
    weakref.finalize(owner, os.close, descriptor)
    return descriptor


def _stands_for_another(status: os.stat_result) -> bool:
    return stat.S_ISLNK(status.st_mode) or bool(getattr(status, "st_reparse_tag", 0) & _NAME_SURROGATE)


def _entries(folder: int | str, limit: int | None) -> list[Entry]:
    with os.scandir(folder) as found:
        return [_entry(item) for item in islice(found, limit)]


def _entry(item: os.DirEntry[str]) -> Entry:
    if item.is_symlink():
        return Entry(item.name, "link")
    if item.is_dir(follow_symlinks=False):
        return Entry(item.name, "folder")
    if not item.is_file(follow_symlinks=False):
        return Entry(item.name, "other")
    try:
        return Entry(item.name, "file", item.stat(follow_symlinks=False).st_size)
    except OSError:
        # Deleted since, or not ours to look at: it still stood there.
        return Entry(item.name, "file")

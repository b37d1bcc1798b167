"""Disks that fail at a chosen step: for tests of what is left behind."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import dataclass, field

from manual_slop.safety.confinement import Confinement, Parts
from manual_slop.safety.folder import Folder

ROOM = frozenset({"create", "write", "make_folder"})
"""Steps that need room on the disk."""


@dataclass
class Faults:
    """Raises `code` at step `at` (counted from 0) of those in `only`, and at all later ones if it `stays`."""

    code: int = errno.EIO
    at: int | None = None
    stays: bool = False
    only: frozenset[str] | None = None
    steps: list[str] = field(default_factory=list)
    fired: int = 0

    def pass_or_fail(self, step: str) -> None:
        """One step begins."""
        if self.only is not None and step not in self.only:
            return
        number = len(self.steps)
        self.steps.append(step)
        if self.at is not None and (number == self.at or (self.stays and number > self.at)):
            self.fired += 1
            raise OSError(self.code, os.strerror(self.code))


class FailingFolder(Folder):
    """A folder on such a disk. A write that fails has written half."""

    def __init__(self, descriptor: int | None, path: str, unchanged: Callable[[], None], faults: Faults) -> None:
        super().__init__(descriptor, path, unchanged)
        self._faults = faults

    def create(self, name: str, mode: int) -> int:
        self._faults.pass_or_fail("create")
        return super().create(name, mode)

    def write(self, file: int, data: bytes) -> None:
        try:
            self._faults.pass_or_fail("write")
        except OSError:
            os.write(file, data[: len(data) // 2])
            raise
        super().write(file, data)

    def set_mode(self, file: int, mode: int) -> None:
        self._faults.pass_or_fail("set_mode")
        super().set_mode(file, mode)

    def status(self, name: str) -> os.stat_result | None:
        self._faults.pass_or_fail("status")
        return super().status(name)

    def replace(self, old: str, new: str) -> None:
        self._faults.pass_or_fail("replace")
        super().replace(old, new)

    def place(self, old: str, new: str, target: Folder | None = None) -> None:
        self._faults.pass_or_fail("place")
        super().place(old, new, target)

    def unlink(self, name: str) -> None:
        self._faults.pass_or_fail("unlink")
        super().unlink(name)

    def make_folder(self, name: str) -> None:
        self._faults.pass_or_fail("make_folder")
        super().make_folder(name)

    def sync(self) -> None:
        self._faults.pass_or_fail("sync")
        super().sync()


def failing(way: type[Confinement], faults: Faults) -> Callable[[str], Confinement]:
    """A confinement on such a disk."""

    class Failing(way):  # type: ignore[misc,valid-type]
        def folder(self, parts: Parts) -> Folder:
            held = super().folder(parts)
            return FailingFolder(held.descriptor, held._path, held._unchanged, faults)

    return Failing

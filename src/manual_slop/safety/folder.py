"""One folder held open, and everything that is ever done to what lies in it."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import TracebackType

from manual_slop.safety.renaming import rename_new

_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL
_ALWAYS = (
    getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
)


class Folder:
    """A folder by its descriptor: renamed, or replaced by a link, it stays the same one.

    Where folders cannot be held (Windows), by its path, with `unchanged` asked before each change; it raises
    `OSError` when the path has come to mean something else. Names are single ones: no separators. Each method raises
    `OSError`.
    """

    def __init__(self, descriptor: int | None, path: str = "", unchanged: Callable[[], None] = lambda: None) -> None:
        self.descriptor = descriptor
        self._path = path
        self._unchanged = unchanged

    def __enter__(self) -> Folder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.descriptor is not None:
            os.close(self.descriptor)

    def status(self, name: str) -> os.stat_result | None:
        """What stands under a name, links not followed; `None` where nothing does."""
        try:
            return os.lstat(self._at(name), dir_fd=self.descriptor)
        except FileNotFoundError:
            return None

    def open(self, name: str) -> int:
        """A descriptor for reading."""
        return os.open(self._at(name), os.O_RDONLY | _ALWAYS, dir_fd=self.descriptor)

    def create(self, name: str, mode: int) -> int:
        """A descriptor for writing a new file; the umask applies to `mode`."""
        self._unchanged()
        return os.open(self._at(name), _CREATE | _ALWAYS, mode, dir_fd=self.descriptor)

    def write(self, file: int, data: bytes) -> None:
        """All of `data`, and on the disk when this returns."""
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(file, rest) :]
        os.fsync(file)

    def liken(self, file: int, old: os.stat_result, attributes: Mapping[str, bytes]) -> None:
        """Give a new file the owner, as far as we may, and the attributes of the one it replaces."""
        if hasattr(os, "fchown"):
            for owner, group in ((old.st_uid, -1), (-1, old.st_gid)):
                with suppress(OSError):
                    os.fchown(file, owner, group)
        for attribute, value in attributes.items():
            with suppress(OSError):
                os.setxattr(file, attribute, value)

    def set_mode(self, file: int, mode: int) -> None:
        """The permission bits, exactly these."""
        if hasattr(os, "fchmod"):
            os.fchmod(file, stat.S_IMODE(mode) & 0o777)

    def replace(self, old: str, new: str) -> None:
        """Rename within the folder, over whatever is there."""
        self._unchanged()
        os.replace(self._at(old), self._at(new), src_dir_fd=self.descriptor, dst_dir_fd=self.descriptor)

    def place(self, old: str, new: str, target: Folder | None = None) -> None:
        """Rename into this or another folder; `FileExistsError` where the name is taken."""
        target = target or self
        self._unchanged()
        target._unchanged()
        rename_new(self._at(old), target._at(new), self.descriptor, target.descriptor)

    def unlink(self, name: str) -> None:
        """Remove a file."""
        self._unchanged()
        os.unlink(self._at(name), dir_fd=self.descriptor)

    def make_folder(self, name: str) -> None:
        """Make a folder."""
        self._unchanged()
        os.mkdir(self._at(name), dir_fd=self.descriptor)

    def remove_folder(self, name: str) -> None:
        """Remove an empty folder."""
        self._unchanged()
        os.rmdir(self._at(name), dir_fd=self.descriptor)

    def sync(self) -> None:
        """Renames and removals are on the disk when this returns."""
        if self.descriptor is not None:
            os.fsync(self.descriptor)

    def names(self) -> list[str]:
        """What stands in it."""
        with os.scandir(self.descriptor if self.descriptor is not None else self._path) as found:
            return [item.name for item in found]

    def _at(self, name: str) -> str:
        return name if self.descriptor is not None else f"{self._path}{os.sep}{name}"

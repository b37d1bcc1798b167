"""The project folder, and the only way to its files: nothing outside it can be reached through here."""

from __future__ import annotations

import errno
import os
import re
import stat
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from manual_slop.safety.confinement import Confinement, Entry, Parts, strongest
from manual_slop.safety.mount import Mount, Root
from manual_slop.safety.path_rules import WorkspaceError, parts_of, show

# Without O_NONBLOCK the opening of a pipe waits for a writer that may never come.
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_CLOEXEC", 0)

_ROOT_NAME = re.compile(r"[\w-]{1,40}")

_REASONS: Mapping[int, str] = {
    errno.ENOENT: "there is no such file or folder",
    errno.ENOTDIR: "a part of this path is not a folder, or is a symbolic link that is not followed",
    errno.EACCES: "permission denied by the system",
    errno.EPERM: "permission denied by the system",
    errno.EXDEV: "leads out of the project (absolute symbolic links count as such), or changed while it was opened",
    errno.ELOOP: "a symbolic link that is not followed",
    errno.EMLINK: "a symbolic link that is not followed",
    errno.ENAMETOOLONG: "a name in this path is too long",
    errno.ENXIO: "not a regular file",
    errno.EEXIST: "is there already",
    errno.ENOTEMPTY: "is not empty",
    errno.EROFS: "lies on a disk that cannot be written",
    errno.ENOSPC: "the disk is full; nothing was changed",
    errno.EDQUOT: "the disk quota is used up; nothing was changed",
    errno.EFBIG: "larger than a file may be here; nothing was changed",
    errno.EIO: "the disk reports an error; nothing was changed",
    errno.EMFILE: "this program has too many files open; nothing was changed: close something and try again",
    errno.ENFILE: "this system has too many files open; nothing was changed: close something and try again",
    errno.EAGAIN: "is being changed right now: try again",
}
_SPECIAL: Mapping[int, str] = {
    stat.S_IFDIR: "is a folder, not a file",
    stat.S_IFLNK: "is a symbolic link: name the file it leads to",
    stat.S_IFIFO: "is a pipe, not a regular file",
    stat.S_IFSOCK: "is a socket, not a regular file",
    stat.S_IFCHR: "is a device, not a regular file",
    stat.S_IFBLK: "is a device, not a regular file",
}


class Workspace:
    """A folder whose files can be read and listed, and from which no path, link or race leads out.

    The folder is held open: it stays the same one even when it is renamed or replaced. Every method takes a path
    from the folder down (`src/app.py`, `.`), an absolute one inside it, or one in a folder of `also` (`@name/x.py`),
    and raises `WorkspaceError`. Safe to use from several threads. `writing.py` changes files.
    """

    def __init__(
        self, root: str | Path, confine: Callable[[str], Confinement] = strongest, also: Sequence[Root] = ()
    ) -> None:
        self._project = Mount(root, confine)
        self.root = self._project.root
        self._others: dict[str, Mount] = {}
        self._lock = threading.RLock()
        for other in also:
            self._add(other, confine)

    def _add(self, other: Root, confine: Callable[[str], Confinement]) -> None:
        if not _ROOT_NAME.fullmatch(other.name) or f"@{other.name}" in self._others:
            raise WorkspaceError(f"{show(other.name)}: a folder needs a name of its own, of letters, digits, `-`, `_`")
        mount = Mount(other.path, confine, f"@{other.name}", other.read_only)
        for known in (self._project, *self._others.values()):
            if mount.root.is_relative_to(known.root) or known.root.is_relative_to(mount.root):
                raise WorkspaceError(f"{show(str(other.path))}: lies in another folder of the workspace, or around it")
        self._others[mount.prefix] = mount

    def relative(self, path: str) -> str:
        """`path` as it is written here: from the project folder down, with `/`; `.` is the folder itself."""
        mount, parts = self.locate(path)
        return mount.written(parts)

    def locate(self, path: str) -> tuple[Mount, Parts]:
        """The folder that `path` lies in and the names that lead there."""
        for mount in self._others.values():
            if any(
                path == spelling or path.startswith((f"{spelling}/", f"{spelling}\\")) for spelling in mount.spellings
            ):
                return mount, parts_of(path, mount.spellings)
        parts = parts_of(path, self._project.spellings)
        if parts and parts[0] in self._others:
            return self._others[parts[0]], parts[1:]
        return self._project, parts

    @contextmanager
    def alone(self, patience: float = 10.0) -> Iterator[None]:
        """Nobody else who changes files through a workspace does so meanwhile, in any thread or process.

        Another process is waited for `patience` seconds.
        """
        with self._lock, ExitStack() as stack:
            try:
                for mount in (self._project, *(other for other in self._others.values() if not other.read_only)):
                    stack.enter_context(mount.confinement.alone(patience))
            except TimeoutError:
                raise WorkspaceError("another process is changing files of this project: try again") from None
            yield

    def open_file(self, path: str) -> BinaryIO:
        """The file, open for reading bytes. Regular files only: no folder, pipe, device or socket."""
        descriptor = self._open(path)
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            os.close(descriptor)
            raise no_file(path, status)
        return os.fdopen(descriptor, "rb")

    def read_bytes(self, path: str, limit: int) -> bytes:
        """All of a file that has at most `limit` bytes; a larger one is refused, never cut."""
        with self.open_file(path) as file:
            return all_of(file, path, limit)

    def list_dir(self, path: str = ".", limit: int | None = None) -> tuple[Entry, ...]:
        """What a folder holds, by name; of more than `limit` entries, any `limit` of them."""
        mount, parts = self.locate(path)
        try:
            found = mount.confinement.scan(parts, limit)
        except OSError as error:
            raise refusal(path, error) from None
        return tuple(sorted(found, key=lambda entry: entry.name))

    def walk(
        self, path: str = ".", keep: Callable[[str, Entry], bool] = lambda _path, _entry: True
    ) -> Iterator[tuple[str, Entry]]:
        """Every regular file beneath a folder with its path, files of a folder before its subfolders.

        `keep` is asked about each file and folder first; a folder that is not kept is not entered. Links are not
        followed, and subfolders that cannot be read are passed over.
        """
        start = self.relative(path)
        waiting = [start]
        while waiting:
            folder = waiting.pop()
            try:
                entries = self.list_dir(folder)
            except WorkspaceError:
                if folder == start:
                    raise
                continue
            named = [(entry.name if folder == "." else f"{folder}/{entry.name}", entry) for entry in entries]
            kept = [(name, entry) for name, entry in named if keep(name, entry)]
            yield from ((name, entry) for name, entry in kept if entry.kind == "file")
            waiting.extend(name for name, entry in reversed(kept) if entry.kind == "folder")

    def _open(self, path: str) -> int:
        mount, parts = self.locate(path)
        try:
            return mount.confinement.open(parts, _READ)
        except OSError as error:
            raise refusal(mount.written(parts), error) from None


def all_of(file: BinaryIO, path: str, limit: int) -> bytes:
    """All of an open file that has at most `limit` bytes. Raises `WorkspaceError`, with its `path`."""
    try:
        data = file.read(limit + 1)
    except OSError as error:
        raise refusal(path, error) from None
    if len(data) > limit:
        raise WorkspaceError(f"{show(path)}: larger than {limit:,} bytes")
    return data


def refusal(path: str, error: OSError) -> WorkspaceError:
    """What the system said of `path`, in words."""
    reason = _REASONS.get(error.errno or 0) or error.strerror or "cannot be opened"
    return WorkspaceError(f"{show(path)}: {reason}")


def no_file(path: str, status: os.stat_result) -> WorkspaceError:
    """What `path` is, when it is no regular file."""
    return WorkspaceError(f"{show(path)}: {_SPECIAL.get(stat.S_IFMT(status.st_mode), 'is not a regular file')}")

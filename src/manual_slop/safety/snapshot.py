"""A file as it was found before a change, and what a change would make of it."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field

from manual_slop.safety.folder import Folder
from manual_slop.safety.path_rules import WorkspaceError, show
from manual_slop.safety.workspace import Workspace, no_file, refusal
from manual_slop.store.blobs import digest_of
from manual_slop.store.effects import FileChange, FileState

LARGEST = 64 * 1024 * 1024  # bytes of a file that can be changed: its old content is kept
_OWNER_WRITES = 0o200


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All of a file at one moment. `attributes` are its extended ones, such as access lists."""

    data: bytes = field(repr=False)
    status: os.stat_result = field(repr=False)
    attributes: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    @property
    def state(self) -> FileState:
        """Its digest and its permission bits."""
        return FileState(digest_of(self.data), stat.S_IMODE(self.status.st_mode))

    def still(self, now: os.stat_result | None) -> bool:
        """Whether a file that looks like this now is the same one, unchanged."""
        return now is not None and _identity(now) == _identity(self.status)


@dataclass(frozen=True, slots=True)
class Change:
    """One file before and after; `None` is no file. `mode` are new permission bits, `None` keeps them."""

    path: str
    before: Snapshot | None
    after: bytes | None = field(repr=False)
    mode: int | None = None

    @property
    def recorded(self) -> FileChange:
        """As the journal keeps it. The mode of a new file is the system's business and stands as 0."""
        before = self.before.state if self.before else None
        mode = self.mode if self.mode is not None else before.mode if before else 0
        after = None if self.after is None else FileState(digest_of(self.after), mode)
        return FileChange(self.path, before, after)


@dataclass(frozen=True, slots=True)
class Plan:
    """Changes that belong together: all of them happen or none. No path stands twice."""

    changes: tuple[Change, ...]

    @property
    def targets(self) -> tuple[str, ...]:
        """The paths it touches."""
        return tuple(change.path for change in self.changes)

    @property
    def moves(self) -> tuple[tuple[Change, Change], ...]:
        """Files that only get another name: what goes and what comes."""
        gone = [change for change in self.changes if change.after is None]
        moves = []
        for new in self.changes:
            old = next((one for one in gone if _is_move(one, new)), None)
            if old is not None:
                gone.remove(old)
                moves.append((old, new))
        return tuple(moves)

    @property
    def state(self) -> str:
        """The digest of what these paths hold now: whoever approved the plan approved it for this state."""
        found = hashlib.sha256()
        for change in self.changes:
            recorded = change.recorded
            found.update(repr((recorded.path, recorded.before)).encode("utf-8", "surrogatepass"))
        return found.hexdigest()


def _is_move(old: Change, new: Change) -> bool:
    if old.before is None or new.before is not None or old.before.data != new.after:
        return False
    return _root_of(old.path) == _root_of(new.path) and new.mode in {None, old.before.state.mode}


def _root_of(path: str) -> str:
    return path.partition("/")[0] if path.startswith("@") else ""


def capture(workspace: Workspace, path: str) -> Snapshot | None:
    """The file at `path`, to be changed; `None` where there is nothing. Raises `WorkspaceError`.

    Refused are links, everything that is no regular file, files with a second name (a hard link may lie anywhere),
    write-protected ones, those in a folder that may only be read, and those above 64 MiB.
    """
    mount, parts = workspace.locate(path)
    if mount.read_only:
        raise WorkspaceError(f"{show(path)}: lies in a folder that may only be read")
    if not parts:
        raise WorkspaceError(f"{show(path)}: is a folder, not a file")
    try:
        with mount.confinement.folder(parts[:-1]) as folder:
            return _captured(folder, parts[-1], path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise refusal(path, error) from None


def _captured(folder: Folder, name: str, path: str) -> Snapshot | None:
    status = folder.status(name)
    if status is None:
        return None
    if not stat.S_ISREG(status.st_mode):
        raise no_file(path, status)
    if problem := _unfit(status):
        raise WorkspaceError(f"{show(path)}: {problem}")
    file = folder.open(name)
    try:
        data = _read(file, LARGEST + 1)
        after = os.fstat(file)
        attributes = _attributes(file)
    finally:
        os.close(file)
    if _identity(after) != _identity(status):
        raise WorkspaceError(f"{show(path)}: is being changed right now: try again")
    return Snapshot(data, after, attributes)


def _unfit(status: os.stat_result) -> str:
    if status.st_nlink > 1:
        return "has a second name elsewhere (a hard link) and is not changed: make a copy of its own first"
    if not status.st_mode & _OWNER_WRITES:
        return "is write-protected"
    return f"larger than {LARGEST:,} bytes, too large to be kept for undo" if status.st_size > LARGEST else ""


def _identity(status: os.stat_result) -> tuple[int, ...]:
    return status.st_dev, status.st_ino, status.st_mode, status.st_size, status.st_mtime_ns, status.st_nlink


def _read(file: int, limit: int) -> bytes:
    pieces = []
    while limit and (piece := os.read(file, min(limit, 1024 * 1024))):
        pieces.append(piece)
        limit -= len(piece)
    return b"".join(pieces)


def _attributes(file: int) -> dict[str, bytes]:
    if not hasattr(os, "listxattr"):
        return {}
    try:
        return {name: os.getxattr(file, name) for name in os.listxattr(file)}
    except OSError:
        return {}

"""The files of a checked-out repository as they lie on disk, held against what git knows of them."""

from __future__ import annotations

import hashlib
import os
from typing import BinaryIO, Literal

from manual_slop.safety.confinement import Entry as Name
from manual_slop.safety.path_rules import WorkspaceError
from manual_slop.safety.workspace import Workspace
from manual_slop.tools.git.index import Entry
from manual_slop.tools.git.objects import LINK, SUBMODULE, Item
from manual_slop.tools.ignore import IgnoreRules
from manual_slop.tools.limits import Limits

State = Literal["same", "modified", "deleted", "replaced"]

_PIECE = 1024 * 1024
_LARGEST_TEXT = 10 * 1024 * 1024
_POINTER = b"version https://git-lfs.github.com/spec/v1\n"


class Worktree:
    """The files of a workspace, whose folders are listed once each."""

    def __init__(self, workspace: Workspace, limits: Limits) -> None:
        self._workspace = workspace
        self._limits = limits
        self._listed: dict[str, dict[str, str]] = {}

    def state(self, entry: Entry) -> State:
        """How a tracked file differs from what was added. Links and submodules are not looked into."""
        self._limits.check()
        kind = self._kind(entry.path)
        if entry.absent and not kind:
            return "same"
        if not kind:
            return "deleted"
        expected = {LINK: "link", SUBMODULE: "folder"}.get(entry.item.mode, "file")
        if kind != expected:
            return "replaced"
        return "same" if kind != "file" or self._is_same(entry) else "modified"

    def read(self, path: str) -> bytes | None:
        """What a file holds; `None` where there is none, or it is too large to be compared."""
        if self._kind(path) != "file":
            return None
        try:
            return self._workspace.read_bytes(path, _LARGEST_TEXT)
        except WorkspaceError:
            return None

    def untracked(self, tracked: set[str]) -> list[str]:
        """The files git knows nothing of and does not ignore; of folders without any tracked file only the folder."""
        folders = {path[:at] for path in tracked for at, char in enumerate(path) if char == "/"}
        rules = IgnoreRules(self._workspace)
        whole: list[str] = []

        def keep(path: str, entry: Name) -> bool:
            self._limits.check()
            if rules.ignores(path, entry.kind == "folder"):
                return False
            if entry.kind == "folder" and path not in folders and path not in tracked:
                if any(
                    True
                    for _ in self._workspace.walk(path, lambda name, one: not rules.ignores(name, one.kind == "folder"))
                ):
                    whole.append(f"{path}/")
                return False
            return path not in tracked

        found = [path for path, _ in self._workspace.walk(".", keep)]
        return sorted([*found, *whole])

    def _kind(self, path: str) -> str:
        folder, _, name = path.rpartition("/")
        if folder not in self._listed:
            try:
                names = self._workspace.list_dir(folder or ".")
            except WorkspaceError:
                names = ()
            self._listed[folder] = {entry.name: entry.kind for entry in names}
        return self._listed[folder].get(name, "")

    def _is_same(self, entry: Entry) -> bool:
        try:
            with self._workspace.open_file(entry.path) as file:
                status = os.fstat(file.fileno())
                seconds, nanoseconds = divmod(status.st_mtime_ns, 1_000_000_000)
                if entry.size == status.st_size & 0xFFFFFFFF and entry.changed == (seconds, nanoseconds):
                    return True
                return _id_of(file, status.st_size) == entry.item.id or self._is_same_text(entry)
        except WorkspaceError:
            return False

    def _is_same_text(self, entry: Entry) -> bool:
        """Whether it differs in its line ends alone, which git may have changed when it wrote the file."""
        data = self.read(entry.path)
        if data is None or b"\r\n" not in data:
            return False
        return blob_id(data.replace(b"\r\n", b"\n")) == entry.item.id


def is_pointer(data: bytes) -> bool:
    """Whether a file only stands for a large one that is kept elsewhere (git LFS)."""
    return data.startswith(_POINTER)


def blob_id(data: bytes) -> str:
    """The id git gives to a file with this content."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def as_items(entries: list[Entry]) -> dict[str, Item]:
    """The tracked files that are in no conflict."""
    return {entry.path: entry.item for entry in entries if entry.stage == 0 and not entry.intended}


def _id_of(file: BinaryIO, size: int) -> str:
    digest = hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
    while piece := file.read(_PIECE):
        digest.update(piece)
    return digest.hexdigest()

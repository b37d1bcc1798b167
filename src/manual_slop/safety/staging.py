"""Gets changes ready beside the files they are for, so that what is left to do is a rename."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack, suppress
from types import TracebackType

from manual_slop.safety.confinement import Parts
from manual_slop.safety.folder import Folder
from manual_slop.safety.mount import Mount
from manual_slop.safety.path_rules import WorkspaceError, show
from manual_slop.safety.snapshot import Change
from manual_slop.safety.workspace import Workspace

CHANGED = "changed meanwhile: read it again"


def temporary_name(token: str) -> str:
    """What the names of a plan's temporary files begin with."""
    return f".manual-slop-{token}"


class Staging:
    """Holds the folders of the files that are about to change, and the new contents in temporary files.

    Each method gets one change ready and hands back what makes it true; until that is called the project's files are
    as they were. All raise `OSError` and `WorkspaceError`. `made` are the folders that were made on the way.
    """

    def __init__(self, workspace: Workspace, token: str) -> None:
        self.made: list[str] = []
        self._workspace = workspace
        self._token = token
        self._held = ExitStack()
        self._temporaries: list[tuple[Folder, str]] = []

    def __enter__(self) -> Staging:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()
        self._held.close()

    def clear(self) -> None:
        """Remove what was got ready and not made true."""
        while self._temporaries:
            folder, name = self._temporaries.pop()
            with suppress(OSError):
                folder.unlink(name)

    def write(self, change: Change, data: bytes) -> Callable[[], None]:
        """A file with this content, new or over the old one."""
        folder, name = self._parent(change.path)
        temporary = f"{temporary_name(self._token)}-{len(self._temporaries)}.tmp"
        exact = change.before is not None or change.mode is not None
        file = folder.create(temporary, 0o600 if exact else 0o666)
        self._temporaries.append((folder, temporary))
        try:
            _dress(folder, file, change)
            folder.write(file, data)
        finally:
            os.close(file)

        def rename() -> None:
            _require_unchanged(folder, name, change)
            (folder.place if change.before is None else folder.replace)(temporary, name)
            self._temporaries.remove((folder, temporary))
            folder.sync()

        return rename

    def remove(self, change: Change) -> Callable[[], None]:
        """No file any more."""
        folder, name = self._parent(change.path)

        def unlink() -> None:
            _require_unchanged(folder, name, change)
            folder.unlink(name)
            folder.sync()

        return unlink

    def move(self, old: Change, new: Change) -> Callable[[], None]:
        """The same file under a new name."""
        target, new_name = self._parent(new.path)
        folder, old_name = self._parent(old.path)

        def rename() -> None:
            _require_unchanged(folder, old_name, old)
            folder.place(old_name, new_name, target)
            target.sync()
            folder.sync()

        return rename

    def _parent(self, path: str) -> tuple[Folder, str]:
        mount, parts = self._workspace.locate(path)
        for count in range(1, len(parts)):
            with suppress(FileExistsError):
                self._make(mount, parts[:count])
        return self._held.enter_context(mount.confinement.folder(parts[:-1])), parts[-1]

    def _make(self, mount: Mount, parts: Parts) -> None:
        with mount.confinement.folder(parts[:-1]) as outer:
            if outer.status(parts[-1]) is not None:
                return
            outer.make_folder(parts[-1])
            self.made.append(mount.written(parts))
            outer.sync()


def _dress(folder: Folder, file: int, change: Change) -> None:
    before = change.before
    if before is not None:
        folder.liken(file, before.status, before.attributes)
    mode = change.mode if change.mode is not None or before is None else before.status.st_mode
    if mode is not None:
        folder.set_mode(file, mode)


def _require_unchanged(folder: Folder, name: str, change: Change) -> None:
    """The last look before the rename: what somebody else saved a moment ago is not lost."""
    if change.before is not None and not change.before.still(folder.status(name)):
        raise WorkspaceError(f"{show(change.path)}: {CHANGED}")

"""What a project's `.gitignore` files say is not worth reading."""

from __future__ import annotations

from manual_slop.safety.path_rules import WorkspaceError
from manual_slop.safety.workspace import Workspace
from manual_slop.tools.patterns import PathPatterns, TooSlow
from manual_slop.tools.text import decode

_MOST_BYTES = 256 * 1024


class IgnoreRules:
    """The `.gitignore` files of a workspace, each read once, the nearest one deciding as in git."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._files: dict[str, PathPatterns] = {}

    def ignores(self, path: str, is_folder: bool) -> bool:
        """Whether git would pass over `path`, given that it enters the folder `path` lies in."""
        name = f"{path}/" if is_folder else path
        folder = path
        while folder:
            folder = folder.rpartition("/")[0]
            verdict = self._verdict(folder, name[len(folder) + 1 :] if folder else name)
            if verdict is not None:
                return verdict
        return path == ".git" or path.endswith("/.git")

    def covers(self, path: str) -> bool:
        """Whether `path` is or lies in something ignored."""
        names = path.split("/")
        return path != "." and any(self.ignores("/".join(names[:count]), True) for count in range(1, len(names) + 1))

    def _verdict(self, folder: str, name: str) -> bool | None:
        if folder not in self._files:
            self._files[folder] = self._read(f"{folder}/.gitignore" if folder else ".gitignore")
        try:
            return self._files[folder].verdict(name)
        except TooSlow:
            # Written to hang whoever reads it: such a file has no say.
            self._files[folder] = PathPatterns(())
            return None

    def _read(self, path: str) -> PathPatterns:
        try:
            data = self._workspace.read_bytes(path, _MOST_BYTES)
        except WorkspaceError:
            return PathPatterns(())
        return PathPatterns((decode(data) or "").split("\n"))

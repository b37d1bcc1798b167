"""A folder that a workspace reaches into, and the names it goes by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from manual_slop.safety.confinement import Confinement
from manual_slop.safety.path_rules import WorkspaceError, show


@dataclass(frozen=True, slots=True)
class Root:
    """A folder beside the project's own. A model writes paths in it as `@name/…`."""

    path: str | Path
    name: str
    read_only: bool = True


class Mount:
    """One held folder. `prefix` is what paths in it begin with: nothing in the project itself, else `@name`."""

    def __init__(
        self, root: str | Path, confine: Callable[[str], Confinement], prefix: str = "", read_only: bool = False
    ) -> None:
        given = Path(root).absolute()
        try:
            self.root = given.resolve(strict=True)
            if self.root == Path(self.root.anchor):
                raise WorkspaceError(f"{show(str(root))}: the whole disk is no project: choose a folder on it")
            self.confinement = confine(str(self.root))
        except (OSError, ValueError, RuntimeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not a path"
            raise WorkspaceError(f"{show(str(root))}: cannot be opened as project folder: {reason}") from None
        self.spellings = (str(given), str(self.root))
        self.prefix = prefix
        self.read_only = read_only

    def written(self, parts: tuple[str, ...]) -> str:
        """A path in it as models and people write it."""
        return "/".join((self.prefix, *parts) if self.prefix else parts) or "."

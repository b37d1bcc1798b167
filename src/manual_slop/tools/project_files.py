"""The files that a search goes through: those a glob takes, without what `.gitignore` passes over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress

from manual_slop.safety.confinement import Entry
from manual_slop.safety.key_files import names_of_keys
from manual_slop.safety.path_rules import WorkspaceError
from manual_slop.safety.workspace import Workspace, all_of
from manual_slop.tools.declaration import ToolContext, ToolError
from manual_slop.tools.ignore import IgnoreRules
from manual_slop.tools.limits import Enough, Limits
from manual_slop.tools.patterns import Glob, PatternError, TooSlow
from manual_slop.tools.text import decode

LARGEST_FILE = 10 * 1024 * 1024  # bytes


class ProjectFiles:
    """The files beneath one folder, or that one file, and their texts.

    What `.gitignore` excludes is passed over unless `path` itself lies there. Raises `ToolError` for a glob that
    means nothing. `unread` counts the files that were too large or not to be opened, `keys` those passed over because
    they may hold keys.
    """

    def __init__(self, context: ToolContext, path: str, glob: str, limits: Limits) -> None:
        self._workspace: Workspace = context.workspace
        self._start = context.workspace.relative(path)
        self._limits = limits
        rules = IgnoreRules(context.workspace)
        self._rules = None if rules.covers(self._start) else rules
        self.unread = self.keys = 0
        try:
            self._glob = Glob(glob)
        except PatternError as error:
            raise ToolError(f"this pattern cannot be used: {error}") from None

    def paths(self) -> Iterator[str]:
        """The paths, file by file. Raises `Enough` when it takes too long."""
        with suppress(WorkspaceError):
            self._workspace.open_file(self._start).close()
            yield self._start
            return
        for path, _ in self._workspace.walk(self._start, self._keep):
            yield path

    def texts(self, wanted: Callable[[str], bool] = lambda _path: True) -> Iterator[tuple[str, str]]:
        """Each text file whose path is wanted, with all of its text, unless it may hold keys; line ends are `\\n`."""
        for path in filter(wanted, self.paths()):
            self._limits.check()
            try:
                text = self._text(path)
            except WorkspaceError:
                self.unread += 1
                continue
            if text is not None:
                yield path, text

    def _text(self, path: str) -> str | None:
        with self._workspace.open_file(path) as file:
            if names_of_keys(self._workspace, path, file):
                self.keys += 1
                return None
            return decode(all_of(file, path, LARGEST_FILE))

    def _keep(self, path: str, entry: Entry) -> bool:
        self._limits.check()
        is_folder = entry.kind == "folder"
        if self._rules and self._rules.ignores(path, is_folder):
            return False
        try:
            return is_folder or self._glob.matches(path, self._start)
        except TooSlow:
            raise Enough("the glob takes too long to match; use a simpler one") from None

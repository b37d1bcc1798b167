"""The tool that draws a project's folders."""

from __future__ import annotations

from manual_slop.safety.confinement import Entry
from manual_slop.safety.path_rules import WorkspaceError
from manual_slop.safety.workspace import Workspace
from manual_slop.tools.declaration import ToolContext, ToolError, tool
from manual_slop.tools.ignore import IgnoreRules
from manual_slop.tools.limits import Enough, Limits, Page
from manual_slop.tools.listing import line_of
from manual_slop.tools.text import counted

_DEEPEST = 20
_MOST_SHOWN = 1000
_MOST_IN_A_FOLDER = 100_000
_INDENT = "  "


@tool("READ")
def tree(context: ToolContext, path: str = ".", depth: int = 3) -> str:
    """Show a folder of the project with its subfolders, indented, with the sizes of files in bytes.

    Passes over `.git` and what `.gitignore` excludes, unless `path` itself lies there. Of folders that are too deep
    only the number of names is told. Symbolic links are named but not followed.

    Args:
        path: The folder to begin with, from the project folder down.
        depth: How many levels of folders to open, 1 to 20.
    """
    if not 1 <= depth <= _DEEPEST:
        raise ToolError(f"`depth` may be 1 to {_DEEPEST}")
    start = context.workspace.relative(path)
    rules = IgnoreRules(context.workspace)
    drawing = _Drawing(context.workspace, None if rules.covers(start) else rules, Limits(context.cancel))
    notes = []
    try:
        drawing.page.show(f"{start}/")
        drawing.draw(start, depth)
    except Enough as reason:
        notes = [f"[stopped: {reason}]"]
    total = f"{counted(drawing.folders, 'folder')}, {counted(drawing.files, 'file')}, {drawing.size:,} B shown"
    return "\n".join([*drawing.page.lines, total, *notes])


class _Drawing:
    """The lines drawn so far, and what they add up to."""

    def __init__(self, workspace: Workspace, rules: IgnoreRules | None, limits: Limits) -> None:
        self._workspace = workspace
        self._rules = rules
        self._limits = limits
        self.page = Page()
        self.folders = self.files = self.size = 0

    def draw(self, folder: str, levels: int, indent: str = _INDENT) -> None:
        """Draws what a folder holds, subfolders first."""
        entries = self._entries(folder)
        for path, entry in sorted(entries, key=lambda named: named[1].kind != "folder"):
            self._limits.check()
            if len(self.page.lines) > _MOST_SHOWN:
                raise Enough(f"there are more than {_MOST_SHOWN:,} entries; give a smaller depth, or a path below")
            if entry.kind != "folder":
                self.page.show(f"{indent}{line_of(entry)}")
                self.files += 1
                self.size += entry.size
                continue
            self.folders += 1
            closed = "" if levels > 1 else f"  ({self._count(path)})"
            self.page.show(f"{indent}{line_of(entry)}{closed}")
            if levels > 1:
                self._draw_if_readable(path, levels - 1, indent + _INDENT)

    def _draw_if_readable(self, folder: str, levels: int, indent: str) -> None:
        try:
            self.draw(folder, levels, indent)
        except WorkspaceError as error:
            self.page.show(f"{indent}[not shown: {error}]")

    def _count(self, folder: str) -> str:
        try:
            return counted(len(self._entries(folder)), "name")
        except WorkspaceError as error:
            return str(error)

    def _entries(self, folder: str) -> list[tuple[str, Entry]]:
        found = self._workspace.list_dir(folder, limit=_MOST_IN_A_FOLDER)
        named = [(entry.name if folder == "." else f"{folder}/{entry.name}", entry) for entry in found]
        rules = self._rules
        return [(path, one) for path, one in named if not (rules and rules.ignores(path, one.kind == "folder"))]

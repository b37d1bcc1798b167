"""The tool that finds files by their names."""

from __future__ import annotations

from manual_slop.tools.declaration import ToolContext, ToolError, tool
from manual_slop.tools.limits import Enough, Limits, Page
from manual_slop.tools.project_files import ProjectFiles

_MOST_NAMES = 1000


@tool("READ")
def search_files(context: ToolContext, glob: str, path: str = ".") -> str:
    """Find files of the project by name. To search what stands in them, use grep.

    Answers with one path a line. Passes over `.git` and what `.gitignore` excludes, unless `path` itself lies there.

    Args:
        glob: Which paths to find, such as `*.py`, `src/**/*.{ts,tsx}` or `!*.lock`.
        path: The folder to search, from the project folder down.
    """
    if not glob:
        raise ToolError("nothing to search for: give a `glob`, such as `*.py`")
    files = ProjectFiles(context, path, glob, Limits(context.cancel))
    page = Page()
    try:
        for name in files.paths():
            if len(page.lines) == _MOST_NAMES:
                raise Enough(f"there are more than {_MOST_NAMES:,}; use a narrower glob or path")
            page.show(name)
    except Enough as reason:
        return "\n".join([*page.lines, f"[stopped: {reason}]"])
    return "\n".join(page.lines or ["No file matches."])

"""The tool that shows what a folder holds."""

from __future__ import annotations

from manual_slop.tools.declaration import ToolContext, tool
from manual_slop.tools.listing import line_of
from manual_slop.tools.text import counted

_MOST_SHOWN = 1000
_MOST_COUNTED = 100_000


@tool("READ")
def list_directory(context: ToolContext, path: str = ".") -> str:
    """List what one folder of the project holds: subfolders first, with a `/`, then files with their sizes in bytes.

    Hidden names are shown too. Symbolic links are named but not followed. For names further down, call this again on
    a subfolder or use search_files with a glob.

    Args:
        path: The folder, from the project folder down, such as `src`; `.` is the project folder itself.
    """
    entries = context.workspace.list_dir(path, limit=_MOST_COUNTED)
    folders = [entry for entry in entries if entry.kind == "folder"]
    others = [entry for entry in entries if entry.kind != "folder"]
    lines = [
        f"{context.workspace.relative(path)}/  ({counted(len(folders), 'folder')}, {counted(len(others), 'file')})"
    ]
    lines += [line_of(entry) for entry in [*folders, *others][:_MOST_SHOWN]]
    if len(entries) > _MOST_SHOWN:
        total = f"{len(entries):,}" if len(entries) < _MOST_COUNTED else f"more than {_MOST_COUNTED:,}"
        lines.append(f"[truncated: {_MOST_SHOWN:,} of {total} shown; use search_files with a glob to find the others]")
    return "\n".join(lines)

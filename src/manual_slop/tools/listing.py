"""What a folder holds, one line a name."""

from __future__ import annotations

from manual_slop.safety.confinement import Entry
from manual_slop.safety.path_rules import WorkspaceError, parts_of, show


def line_of(entry: Entry) -> str:
    """`src/`, `app.py  120 B`, `door  (symbolic link)`."""
    match entry.kind:
        case "folder":
            return f"{_typeable(entry.name)}/"
        case "file":
            return f"{_typeable(entry.name)}  {entry.size:,} B"
        case "link":
            return f"{_typeable(entry.name)}  (symbolic link)"
        case "other":
            return f"{_typeable(entry.name)}  (neither file nor folder)"


def _typeable(name: str) -> str:
    try:
        parts_of(name)
    except WorkspaceError:
        return f"{show(name)} (a name that cannot be given as a path)"
    return name

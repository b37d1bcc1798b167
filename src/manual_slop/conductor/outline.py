"""What planners are shown of a project: its files and what they define, in so many characters and no more."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from manual_slop.safety.path_rules import WorkspaceError
from manual_slop.safety.protected import may_hold_keys
from manual_slop.safety.workspace import Workspace
from manual_slop.tools.code_outline import code_outline
from manual_slop.tools.code_skeleton import code_skeleton
from manual_slop.tools.declaration import ToolContext, ToolError
from manual_slop.tools.limits import Enough, Limits
from manual_slop.tools.project_files import ProjectFiles
from manual_slop.tools.read_file import read_file
from manual_slop.tools.syntax.languages import language_of
from manual_slop.values.cancel import Cancel

OUTLINE_ROOM = 60_000
SKELETON_ROOM = 80_000
"""Characters, about four to a token."""
_MOST_LISTED = 2000
_ROOM_OF_THE_LIST = 20_000
_ROOM_OF_ONE = 16_000
_TESTS = re.compile(r"(?:^|/)(?:tests?/|test_|[^/]*_test\.|[^/]*\.(?:test|spec)\.)")


def project_outline(workspace: Workspace, goal: str, room: int = OUTLINE_ROOM, cancel: Cancel | None = None) -> str:
    """The project's files by path, then what its source files define.

    Files that the goal names come first, tests last. What did not fit is counted.
    """
    context = ToolContext(workspace, cancel=cancel or Cancel())
    listed, more = _files(context)
    shown = list(_fitting(listed, _ROOM_OF_THE_LIST))
    left_out = len(listed) - len(shown)
    parts = ["## Files", *(shown or ["(there are none yet)"])]
    if left_out or more:
        parts.append(f"[{left_out:,}{' and more' if more else ''} files are not listed]")
    sources = sorted(filter(_is_source, listed), key=lambda path: _rank(path, goal))
    outlines, missed = _gathered(sources, lambda path: _said(context, code_outline.function, path), room)
    parts += ["", "## What they define", *(outlines or ["(nothing)"])]
    if missed:
        parts.append(f"[the outlines of {missed:,} more files did not fit]")
    return "\n".join(parts)


def skeletons(workspace: Workspace, paths: Iterable[str], room: int = SKELETON_ROOM) -> str:
    """Those files without the bodies of their functions, each under its path; short ones that are no code in full.

    Paths that do not exist are said to be new; folders stand for the source files in them.
    """
    context = ToolContext(workspace)
    wanted = list(dict.fromkeys(one for path in paths for one in _expanded(context, path)))
    shown, missed = _gathered(wanted, lambda path: _shown(context, path), room)
    if missed:
        shown.append(f"[{missed:,} more files did not fit]")
    return "\n\n".join(shown) or "(there are no files to show)"


def _files(context: ToolContext) -> tuple[list[str], bool]:
    """The project's files by path, and whether there are more than can be listed."""
    found: list[str] = []
    try:
        for path in ProjectFiles(context, ".", "**", Limits(context.cancel)).paths():
            if path.startswith(("conductor/tracks/", ".git/")):
                continue
            if len(found) == _MOST_LISTED:
                return found, True
            found.append(path)
    except (Enough, WorkspaceError):
        return found, True
    return found, False


def _expanded(context: ToolContext, path: str) -> Iterator[str]:
    try:
        inside = ProjectFiles(context, path, "**", Limits(context.cancel)).paths()
        found = [one for one in inside if one == path or _is_source(one)]
    except (Enough, ToolError, WorkspaceError):
        found = []
    yield from found[:50] or [path]


def _gathered(paths: Iterable[str], show: Callable[[str], str], room: int) -> tuple[list[str], int]:
    """Texts of files as long as there is room, and how many found none."""
    shown, missed = [], 0
    for path in paths:
        text = show(path) if room > 0 else ""
        if room <= 0 or len(text) > room:
            missed += 1
            continue
        if text:
            room -= len(text)
            shown.append(text)
    return shown, missed


def _shown(context: ToolContext, path: str) -> str:
    if may_hold_keys(path.split("/")):
        return f"### {path}\n(not shown: files of this name may hold keys)"
    text = _said(context, code_skeleton.function if _is_source(path) else read_file.function, path)
    return f"### {path}\n```\n{text}\n```" if text else f"### {path}\n(a new file)"


def _said(context: ToolContext, look: Callable[..., str], path: str) -> str:
    try:
        text = look(context, path=path)
    except (ToolError, WorkspaceError, Enough):
        return ""
    return text if len(text) <= _ROOM_OF_ONE else f"{text[:_ROOM_OF_ONE]}\n[cut here]"


def _fitting(lines: Iterable[str], room: int) -> Iterator[str]:
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            return
        yield line


def _is_source(path: str) -> bool:
    language = language_of(path)
    return language is not None and language.is_code and not may_hold_keys(path.split("/"))


def _rank(path: str, goal: str) -> tuple[bool, bool, str]:
    name = path.rpartition("/")[2]
    return path not in goal and name not in goal, bool(_TESTS.search(path)), path

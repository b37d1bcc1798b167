"""Where a project's git folder is: in the project, or for a linked worktree in the repository it belongs to."""

from __future__ import annotations

from pathlib import Path

from manual_slop.safety.path_rules import WorkspaceError
from manual_slop.safety.workspace import Workspace
from manual_slop.tools.git.objects import GitError

_LINK = "gitdir: "
_LARGEST = 8 * 1024


def find_git_folder(workspace: Workspace) -> tuple[Workspace, str, str]:
    """The folder that git's files are reached through, and there the paths of what all share and of what is its own.

    Raises `GitError` where there is none, and where `.git` leads to a folder that does not say the same of this one: a
    project from a stranger could else have any repository of the person's read.
    """
    kinds = {entry.name: entry.kind for entry in workspace.list_dir(".")}
    kind = kinds.get(".git")
    if kind is None:
        raise GitError("the project folder is no git repository: there is no `.git` in it")
    if kind == "folder":
        return workspace, ".git/", ".git/"
    refusal = "`.git` stands for a folder elsewhere that does not know of this one, so it is not read"
    try:
        return _shared(workspace)
    except (WorkspaceError, OSError, ValueError):
        raise GitError(refusal) from None


def _shared(workspace: Workspace) -> tuple[Workspace, str, str]:
    """The repository of a linked worktree. Raises `ValueError` where it is none of its own."""
    said = _line(workspace, ".git")
    place = Path(workspace.root, said.removeprefix(_LINK))
    if not said.startswith(_LINK) or place.parent.name != "worktrees":
        raise ValueError(said)
    files = Workspace(place.parent.parent)
    own = f"worktrees/{place.name}/"
    known = Path(files.root, own, _line(files, f"{own}gitdir"))
    if known.name != ".git" or known.parent.resolve() != workspace.root.resolve():
        raise ValueError(str(known))
    return files, "", own


def _line(workspace: Workspace, name: str) -> str:
    return workspace.read_bytes(name, _LARGEST).decode("utf-8", "surrogateescape").strip("\r\n")

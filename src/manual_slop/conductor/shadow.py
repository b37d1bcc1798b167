"""A project that is no git repository: its states are kept in one of the program's own, so that all goes as with git.

The repository lies in the data folder; nothing is added to the project. Workers get their own folders as ever, and the
project changes with the merge and not before.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from manual_slop.conductor.git import NOBODY_IN_PARTICULAR, Git, GitFailed
from manual_slop.conductor.worktrees import Repository, find_repository, is_leftover, uncommitted_in
from manual_slop.safety.protected import may_hold_keys
from manual_slop.values import paths

_MOST_FILES = 20_000
_MOST_BYTES = 512 * 1024 * 1024
_ADVICE = "`git init` it, say in a `.gitignore` what does not belong, and make a first commit"


def open_repository(project: str | Path) -> Repository:
    """The repository of a project; where it has none, the one that the program keeps for it. Raises `GitFailed`."""
    return find_repository(project) or _open_shadow(Path(project).resolve())


def without_git(project: str | Path) -> bool:
    """Whether a project has no repository of its own. One that cannot be used counts as one."""
    try:
        return find_repository(project) is None
    except GitFailed:
        return False


def take_picture(repository: Repository) -> None:
    """Keep the project's files as they are now, where the repository is the program's own; nothing for others.

    Left out: what tools leave behind, and what may hold keys. Raises `GitFailed` for a project that is too large.
    """
    if not repository.shadow:
        return
    git, top = repository.git, Path(repository.top)
    changed = [name for name in uncommitted_in(git) if not is_leftover(name) and not may_hold_keys(name.split("/"))]
    sizes = [(top / name).lstat().st_size for name in changed if (top / name).is_file()]
    if len(changed) > _MOST_FILES or sum(sizes) > _MOST_BYTES:
        raise GitFailed(f"{top} is no git repository, and too large to be copied: {_ADVICE}")
    if changed or not git.line("rev-parse", "--verify", "--quiet", "HEAD"):
        listed = "\0".join(changed).encode("utf-8", "surrogateescape")
        if changed:
            git.run("add", "--all", "--pathspec-from-file=-", "--pathspec-file-nul", stdin=listed)
        git.run("commit", "--quiet", "--allow-empty", "--message=the project as it is", author=NOBODY_IN_PARTICULAR)


def _open_shadow(project: Path) -> Repository:
    mark = hashlib.sha256(str(project).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    place = paths.data_dir().absolute() / "shadows" / mark
    if not (place / "HEAD").is_file():
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        Git(project).run("init", "--quiet", "--bare", "--template=", "--initial-branch=main", str(place))
        Git(project).run("--git-dir", str(place), "config", "core.bare", "false")
    repository = Repository(str(project), str(project), "", str(place))
    if not repository.git.line("rev-parse", "--verify", "--quiet", "HEAD"):
        take_picture(repository)
    return repository

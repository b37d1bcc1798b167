"""A merge that was broken off in the middle: found by the mark it left, and taken back, so that it can be done again.

Before a merge none of the files it changes differed from the last commit, so what they held then is known; what
somebody wrote into them since is told apart from what the merge wrote, and left alone.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from manual_slop.conductor import worktrees
from manual_slop.conductor.git import Git, GitFailed
from manual_slop.conductor.merging import merging_ref
from manual_slop.conductor.worktrees import Repository
from manual_slop.safety.path_rules import WorkspaceError
from manual_slop.safety.workspace import Workspace
from manual_slop.tools.git.worktree import blob_id

Mended = Literal["", "merged", "taken back"]
"""What a merge had come to: there was none under way, it had got through, or it was taken back."""

_PATIENCE = 10.0  # seconds for a git that outlived the program to come to its end
_LARGEST = 256 * 1024 * 1024


def mend(repository: Repository, track_id: str, patience: float = _PATIENCE) -> Mended:
    """Find a merge of the track that was broken off, and leave the person's files as they were before it began.

    Raises `GitFailed` where that cannot be done without losing something, and says what to do.
    """
    git = repository.git
    commit = git.line("rev-parse", "--verify", "--quiet", merging_ref(track_id))
    if not commit:
        return ""
    worktrees.await_lock(git, patience)
    head, base = git.line("rev-parse", "HEAD"), git.line("rev-parse", f"{commit}^1")
    if not git.run("merge-base", "--is-ancestor", commit, head, may_fail=True).code:
        git.run("update-ref", "-d", merging_ref(track_id))
        return "merged"
    if head != base:
        raise GitFailed(
            f"a merge of track {track_id} was broken off, and another commit is checked out since: `git status` shows "
            f"what it left; when that is in order, `git update-ref -d {merging_ref(track_id)}` ends it"
        )
    _take_back(repository, base, commit)
    git.run("update-ref", "-d", merging_ref(track_id))
    return "taken back"


def _take_back(repository: Repository, base: str, commit: str) -> None:
    git, top = repository.git, Path(repository.top)
    changed = worktrees.changed_files(git, base, commit)
    names = sorted({name for one in changed for name in (one.path, one.old) if name})
    before, after, now = _ids(git, base), _ids(git, commit), _ids_on_disk(git, top, names)
    odd = [name for name in names if now.get(name) not in (None, before.get(name), after.get(name))]
    strange = [name for name in odd if name not in after or not _is_beginning(git, top, name, after[name])]
    if strange:
        raise GitFailed(
            f"a merge was broken off, and since then somebody changed {', '.join(strange[:10])}: put these files away "
            "(or back) and try again"
        )
    _restore(git, base, [name for name in names if name in before], names)
    for name in names:
        if name not in before and name in now:
            _remove(top, name)


def _ids(git: Git, commit: str) -> dict[str, str]:
    """The id of each file's content in a commit."""
    listed = git.run("ls-tree", "-r", "-z", "--full-tree", commit).out.decode("utf-8", "surrogateescape")
    rows = (row.partition("\t") for row in listed.split("\0") if row)
    return {name: about.split()[2] for about, _, name in rows}


def _ids_on_disk(git: Git, top: Path, names: Sequence[str]) -> dict[str, str]:
    """The same of the files that are there, as git would add them."""
    links = {name: blob_id(os.fsencode((top / name).readlink())) for name in names if (top / name).is_symlink()}
    files = [name for name in names if name not in links and (top / name).is_file()]
    if any("\n" in name for name in files):
        raise GitFailed("a merge was broken off, and a file in it has a line break in its name: `git status` shows it")
    listed = "".join(f"{name}\n" for name in files).encode("utf-8", "surrogateescape")
    hashed = git.run("hash-object", "--stdin-paths", stdin=listed).text.split() if files else []
    return links | dict(zip(files, hashed, strict=True))


def _is_beginning(git: Git, top: Path, name: str, blob: str) -> bool:
    """Whether a file is a part of what the merge was writing, from the start."""
    wanted = git.run("cat-file", "--filters", f"--path={name}", blob).out
    workspace = Workspace(top)
    try:
        return wanted.startswith(workspace.read_bytes(name, _LARGEST))
    except WorkspaceError:
        return False


def _restore(git: Git, base: str, kept: Sequence[str], names: Sequence[str]) -> None:
    every, there = ("\0".join(paths).encode("utf-8", "surrogateescape") for paths in (names, kept))
    from_stdin = ("--pathspec-from-file=-", "--pathspec-file-nul")
    git.run("reset", "--quiet", base, *from_stdin, stdin=every)
    if kept:
        git.run("checkout", "--quiet", base, *from_stdin, stdin=there)


def _remove(top: Path, name: str) -> None:
    """A file that the merge made, and the folders it made for it."""
    place = top / name
    place.unlink(missing_ok=True)
    for folder in place.parents:
        if folder == top or any(folder.iterdir()):
            return
        folder.rmdir()

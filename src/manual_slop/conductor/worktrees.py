"""Where workers work: a git worktree and a branch for each ticket, and the track's own branch that their work goes to.

Branches: `mma/<track>` is the track's, `mma-tickets/<track>/<ticket>` a ticket's. Folders lie in the data folder. What
a ticket did becomes one commit of the track's branch, made without any folder, so that it is there whole or not at all.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from manual_slop.conductor.git import Git, GitFailed, Person
from manual_slop.safety.shell.program import is_running
from manual_slop.values import paths

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_BETWEEN_LOOKS = 0.02
_LEFTOVERS = re.compile(
    r"(?:^|/)(?:__pycache__|\.pytest_cache|\.mypy_cache|\.ruff_cache|\.hypothesis|\.tox|\.nox|\.cache|node_modules|\.venv"
    r"|[^/]+\.egg-info)(?:/|$)|\.py[co]$|(?:^|/)(?:\.coverage|\.DS_Store)$"
)


@dataclass(frozen=True, slots=True)
class Repository:
    """A project's repository. `top` is its main folder, `inside` the project's path below it (`""`: the same).

    `shadow` is where the program keeps one for a project that has none.
    """

    project: str
    top: str
    inside: str = ""
    shadow: str = ""

    @property
    def git(self) -> Git:
        """Git in the person's own folder."""
        return Git(Path(self.top), Path(self.shadow) if self.shadow else None)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a ticket is worked on: a worktree at `path`, its project folder, its branch, the commit it began at."""

    path: str
    project: str
    branch: str
    base: str

    @property
    def git(self) -> Git:
        """Git in that folder."""
        return Git(Path(self.path))


@dataclass(frozen=True, slots=True)
class Changed:
    """A file that differs. `how` is added, changed, deleted or renamed (then `old` is its former path)."""

    path: str
    how: str
    old: str = ""


@dataclass(frozen=True, slots=True)
class Clash:
    """A file that two sides changed: `text` is what a merge makes of it, with the marks of git where it gave up."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Integrated:
    """A ticket's work is on the track's branch as `commit`; with `clashes` it is not, and nothing has changed."""

    commit: str = ""
    clashes: tuple[Clash, ...] = ()


def find_repository(project: str | Path) -> Repository | None:
    """The repository that a project folder lies in, `None` where there is none. Raises `GitFailed` for one of no use.

    Of no use is one without a commit, and one whose files belong to somebody else.
    """
    folder = Path(project).resolve()
    git = Git(folder)
    found = git.run("rev-parse", "--show-toplevel", "--show-prefix", may_fail=True)
    if found.code:
        if "not a git repository" in found.complaint:
            return None
        raise GitFailed(f"the repository of {folder} cannot be used: {found.complaint}")
    top, inside, *_ = [*found.text.split("\n"), ""]
    if not git.line("rev-parse", "--verify", "--quiet", "HEAD^{commit}"):
        raise GitFailed("the repository has no commit yet: workers start from one, so make the first")
    return Repository(str(folder), top, inside.rstrip("/"))


def track_branch(track_id: str) -> str:
    """The name of a track's branch."""
    return f"mma/{_checked(track_id)}"


def ticket_branch(track_id: str, ticket_id: str) -> str:
    """The name of a ticket's branch."""
    return f"mma-tickets/{_checked(track_id)}/{_checked(ticket_id)}"


def open_track_branch(repository: Repository, track_id: str) -> str:
    """The commit that the track's branch stands at; it is made where the person stands, if it is not there yet."""
    branch = track_branch(track_id)
    git = repository.git
    if not (head := git.line("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}")):
        head = git.run("rev-parse", "HEAD").text.strip()
        git.run("update-ref", f"refs/heads/{branch}", head, "0" * 40)
    return head


def open_worktree(repository: Repository, track_id: str, ticket_id: str) -> Place:
    """The ticket's folder and branch, made from the track's branch as it is; one that is there is as it was left."""
    head = open_track_branch(repository, track_id)
    branch = ticket_branch(track_id, ticket_id)
    path = folder_of(repository, track_id) / ticket_id
    git = repository.git
    there = git.line("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}")
    if not (path / ".git").is_file():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _add(git, (str(path), branch) if there else ("-b", branch, str(path), head))
    else:
        await_lock(Git(path))
    base = git.run("merge-base", head, there or head).text.strip()
    place = Place(str(path), str(path / repository.inside), branch, base)
    if clash := git.line("rev-parse", "--verify", "--quiet", f"refs/mma-clashes/{track_id}/{ticket_id}"):
        _lay_out(place, clash)
    return place


def _add(git: Git, arguments: Sequence[str]) -> None:
    done = git.run("worktree", "add", "--quiet", *arguments, may_fail=True)
    if done.code and "already registered" in done.complaint:
        # Its folder was deleted. Not `prune`: that would forget folders of the person's that are only away.
        git.run("worktree", "add", "--quiet", "--force", *arguments)
    elif done.code:
        raise GitFailed(f"git worktree add failed: {done.complaint}")


def await_lock(git: Git, patience: float = 10.0) -> None:
    """Wait for a git that still works in a folder, perhaps one that outlived its program; a dead one's lock goes.

    Raises `GitFailed` where it takes longer than `patience` seconds.
    """
    lock = Path(git.line("rev-parse", "--path-format=absolute", "--git-path", "index.lock"))
    until = time.monotonic() + patience
    while lock.exists():
        if is_running("git", git.folder) is False:
            lock.unlink(missing_ok=True)
            return
        if time.monotonic() > until:
            raise GitFailed(f"git is at work in {git.folder}: try again when it is done. If none runs, delete {lock}")
        time.sleep(_BETWEEN_LOOKS)


def _lay_out(place: Place, work: str) -> None:
    """Put both sides of a clash into a place that nobody has worked in yet, with git's marks where they clash."""
    git = place.git
    if git.line("rev-parse", "HEAD") == place.base and not uncommitted(place):
        tree, _ = merged(git, place.base, work)
        git.run("read-tree", "-m", "-u", place.base, tree)


def find_place(repository: Repository, track_id: str, ticket_id: str) -> Place | None:
    """The ticket's place, where it has one."""
    path = folder_of(repository, track_id) / _checked(ticket_id)
    if not (path / ".git").is_file():
        return None
    tip, base = Git(path).line("rev-parse", "HEAD"), repository.git.line("rev-parse", "HEAD")
    common = repository.git.line("merge-base", tip, base)
    return Place(str(path), str(path / repository.inside), ticket_branch(track_id, ticket_id), common)


def folder_of(repository: Repository, track_id: str) -> Path:
    """Where the worktrees of a track lie."""
    mark = hashlib.sha256(repository.top.encode()).hexdigest()[:8]
    name = re.sub(r"[^\w.-]", "_", Path(repository.top).name) or "project"
    return paths.data_dir().absolute() / "worktrees" / f"{name}-{mark}" / _checked(track_id)


def commit_all(place: Place, message: str, author: Person) -> str:
    """Everything that was done in a place, committed to its branch; the commit it stands at then.

    What tools leave behind unasked (caches, compiled files) stays out, and what the project ignores.
    """
    git = place.git
    wanted = [path for path in uncommitted(place) if not is_leftover(path)]
    if wanted:
        git.run("add", "--all", "--pathspec-from-file=-", "--pathspec-file-nul", stdin="\0".join(wanted).encode())
        git.run("commit", "--quiet", "--no-verify", "--file=-", stdin=message.encode(), author=author)
    return git.run("rev-parse", "HEAD").text.strip()


def uncommitted(place: Place) -> tuple[str, ...]:
    """The paths (from the top of the repository) that are not as the last commit has them."""
    return uncommitted_in(place.git)


def uncommitted_in(git: Git) -> tuple[str, ...]:
    """The same of any folder."""
    listed = git.run("status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames").out
    entries = listed.decode("utf-8", "surrogateescape").split("\0")
    return tuple(entry[3:] for entry in entries if entry)


def is_leftover(path: str) -> bool:
    """Whether a file is of the kind that tools leave behind unasked."""
    return _LEFTOVERS.search(path) is not None


def diff_of(git: Git, base: str, head: str) -> bytes:
    """All that differs between two commits, exactly: binary files, too."""
    return git.run(
        "diff", "--no-ext-diff", "--no-textconv", "--no-color", "--find-renames", "--full-index", "--binary", base, head
    ).out


def shown_diff(git: Git, base: str, head: str) -> str:
    """What differs between two commits, to be read; of binary files only that they do."""
    done = git.run("diff", "--no-ext-diff", "--no-textconv", "--no-color", "--find-renames", base, head)
    return done.text


def changed_files(git: Git, base: str, head: str) -> tuple[Changed, ...]:
    """The files that differ between two commits, by path."""
    done = git.run("diff", "--no-ext-diff", "--no-textconv", "--name-status", "-z", "--find-renames", base, head)
    words = iter(done.out.decode("utf-8", "surrogateescape").split("\0")[:-1])
    found = []
    for letter in words:
        old = next(words) if letter[0] in "RC" else ""
        found.append(Changed(next(words), _HOW.get(letter[0], "changed"), old))
    return tuple(sorted(found, key=lambda one: one.path))


def conflict_marks(git: Git, base: str, head: str) -> tuple[str, ...]:
    """The files in which what was added between two commits holds the marks that git leaves at a clash."""
    listed = git.run("diff", "--check", "--no-ext-diff", "--no-textconv", base, head, may_fail=True).text
    found = (line.partition(":")[0] for line in listed.splitlines() if line.endswith("leftover conflict marker"))
    return tuple(dict.fromkeys(found))


_HOW: Mapping[str, str] = {"A": "added", "D": "deleted", "R": "renamed", "C": "added"}


def integrate(
    repository: Repository, track_id: str, work: str, message: str, author: Person, conflict: str = ""
) -> Integrated:
    """Put the commit `work` of a ticket on the track's branch as one commit, or tell where the two clash.

    It is there whole or not at all; done again it changes nothing. `conflict` is the id of the ticket that is to bring
    the two together where they clash: its place will begin with both sides in it.
    """
    git, branch = repository.git, f"refs/heads/{track_branch(track_id)}"
    for _ in range(20):
        head = git.run("rev-parse", branch).text.strip()
        tree, clashes = merged(git, head, work)
        if clashes:
            if conflict:
                git.run("update-ref", f"refs/mma-clashes/{_checked(track_id)}/{_checked(conflict)}", work)
            return Integrated(clashes=clashes)
        if tree == git.run("rev-parse", f"{head}^{{tree}}").text.strip():
            git.run("update-ref", f"refs/mma-done/{track_id}/{work}", work)
            return Integrated(head)
        made = git.run("commit-tree", tree, "-p", head, stdin=message.encode(), author=author).text.strip()
        if not git.run("update-ref", branch, made, head, may_fail=True).code:
            git.run("update-ref", f"refs/mma-done/{track_id}/{work}", work)
            return Integrated(made)
    raise GitFailed(f"{branch} is moved all the time by somebody else")


def merged(git: Git, ours: str, theirs: str) -> tuple[str, tuple[Clash, ...]]:
    """The tree that merging two commits makes, and where they clash (then the tree holds the marks)."""
    done = git.run("merge-tree", "--write-tree", "--name-only", "-z", "--no-messages", ours, theirs, may_fail=True)
    tree, *names = done.out.decode("utf-8", "surrogateescape").rstrip("\0").split("\0")
    if done.code not in (0, 1):
        raise GitFailed(f"the work cannot be merged: {done.complaint}")
    return tree, tuple(_clashes(git, tree, names)) if done.code else ()


def _clashes(git: Git, tree: str, names: Sequence[str]) -> Iterable[Clash]:
    for name in dict.fromkeys(filter(None, names)):
        shown = git.run("cat-file", "blob", f"{tree}:{name}", may_fail=True)
        binary = b"\0" in shown.out[:8000]
        yield Clash(name, "" if shown.code or binary else shown.out[:_LONGEST_CLASH].decode("utf-8", "replace"))


_LONGEST_CLASH = 64 * 1024


def remove(repository: Repository, track_id: str, place: Place) -> str:
    """Take the folder of a place away where all that was done in it is on the track's branch; else why it stays.

    Its branch goes on as `refs/mma/…`, out of the way, so that nothing of it is lost.
    """
    git = repository.git
    left = [path for path in uncommitted(place) if not is_leftover(path)]
    if left:
        return f"{place.path} stays: {len(left)} files in it are not committed, such as {left[0]}"
    tip = place.git.run("rev-parse", "HEAD").text.strip()
    if tip != place.base and tip not in _taken_over(git, track_id):
        return f"{place.path} stays: {place.branch} has work that is not on {track_branch(track_id)}"
    git.run("update-ref", f"refs/mma/{place.branch.removeprefix('mma-tickets/')}", tip)
    git.run("worktree", "remove", "--force", place.path)
    git.run("update-ref", "-d", f"refs/heads/{place.branch}", tip)
    return ""


def forget(repository: Repository, track_id: str) -> None:
    """The notes of what was taken over are of no use any more, once all places of a track are gone."""
    git = repository.git
    if not git.line("for-each-ref", "--format=%(refname)", f"refs/heads/mma-tickets/{track_id}/"):
        for name in git.line("for-each-ref", "--format=%(refname)", *_notes(track_id)).split():
            git.run("update-ref", "-d", name)


def _taken_over(git: Git, track_id: str) -> set[str]:
    """The commits that are on the track's branch as they are, or brought together with what was there before."""
    return set(git.line("for-each-ref", "--format=%(objectname)", *_notes(track_id)).split())


def _notes(track_id: str) -> tuple[str, str]:
    return f"refs/mma-done/{_checked(track_id)}/", f"refs/mma-clashes/{_checked(track_id)}/"


def _checked(name: str) -> str:
    if not _ID.fullmatch(name) or ".." in name or name.endswith((".lock", ".")):
        raise GitFailed(f"{name[:80]!r} cannot be the name of a branch: letters, digits, `-`, `_` and `.` can")
    return name

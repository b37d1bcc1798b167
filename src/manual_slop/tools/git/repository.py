"""A project's repository: its branches, commits and files, read through the workspace and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from types import TracebackType

from manual_slop.safety.path_rules import WorkspaceError, show
from manual_slop.safety.workspace import Workspace
from manual_slop.tools.git import objects
from manual_slop.tools.git.index import Entry, read_index
from manual_slop.tools.git.objects import FOLDER, SUBMODULE, Commit, GitError, Item, Object, loose
from manual_slop.tools.git.packs import Pack, open_index
from manual_slop.tools.git.place import find_git_folder
from manual_slop.tools.limits import Limits

_SMALL = 64 * 1024
_LARGEST_REFS = 64 * 1024 * 1024
_LARGEST_INDEX = 256 * 1024 * 1024
_MOST_PACKS = 200
_MOST_FILES = 500_000
_DEEPEST = 200
_ID = re.compile(r"[0-9a-f]{40}")
_PREFIX = re.compile(r"[0-9a-f]{4,40}")
_STEPS = re.compile(r"(?:~\d{0,4}|\^\d?)")
_FOREIGN = re.compile(r"^\s*(objectformat|refstorage)\s*=\s*(?!sha1\b|files\b)(\S+)", re.IGNORECASE | re.MULTILINE)
_OF_ONE_WORKTREE = ("HEAD", "index", "ORIG_HEAD", "MERGE_HEAD", "refs/bisect/", "refs/worktree/", "refs/rewritten/")
_PLACES = ("", "refs/", "refs/tags/", "refs/heads/", "refs/remotes/")


class Repository:
    """The repository in the project folder, to be closed after use. Raises `GitError` where there is none to be read.

    Nothing of it runs: of its config only the storage format is looked at, and no other file is opened than those
    beneath the project folder, whatever the repository says; where that is a linked worktree, those of the repository
    it belongs to, which has to know of it.
    """

    def __init__(self, workspace: Workspace, limits: Limits) -> None:
        self._limits = limits
        self._open = ExitStack()
        self._packs: list[Pack] | None = None
        self._workspace, self._common, self._own = find_git_folder(workspace)
        if found := _FOREIGN.search(self._text("config") or ""):
            raise GitError(f"the repository is stored as {show(found[2])}, which is not understood here")

    def __enter__(self) -> Repository:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._open.close()

    def branch(self) -> str:
        """The branch that is checked out; empty where it is a commit without one."""
        head = self._text("HEAD") or ""
        return head.strip().removeprefix("ref: refs/heads/") if head.startswith("ref: refs/heads/") else ""

    def head(self) -> str | None:
        """The id of the commit that is checked out; `None` before the first one."""
        return self._ref("HEAD")

    def resolve(self, revision: str) -> str:
        """The commit's id for a branch, tag, id or part of one, with `~2` or `^` after it. Raises `GitError`."""
        name = _STEPS.split(revision, maxsplit=1)[0]
        steps = revision[len(name) :]
        id_ = self._named(name or "HEAD")
        if id_ is None or _STEPS.sub("", steps):
            raise GitError(f"there is no revision `{show(revision)}`")
        for step in _STEPS.findall(steps):
            number = int(step[1:] or 1)
            for _ in range(number if step[0] == "~" else min(number, 1)):
                parents = self.commit(id_).parents
                parent = 0 if step[0] == "~" else number - 1
                if parent >= len(parents):
                    raise GitError(f"there is no revision `{show(revision)}`: the history is shorter")
                id_ = parents[parent]
        return self.commit(id_).id

    def commit(self, id_: str) -> Commit:
        """A commit, or the one that a tag names. Raises `GitError`."""
        for _ in range(10):
            found = self.read(id_)
            if found.kind == "commit":
                return objects.commit(id_, found.data)
            if found.kind != "tag":
                break
            id_ = found.data[len(b"object ") :][:40].decode("ascii", "replace")
        raise GitError(f"{id_[:10]} is not a commit")

    def files(self, tree: str, path: str = "", depth: int = 0) -> Iterator[tuple[str, Item]]:
        """All files beneath a tree, with their paths."""
        if depth > _DEEPEST:
            raise GitError("the repository is damaged: its folders are too deep")
        for name, item in self.folder(tree):
            self._limits.check()
            if item.mode == FOLDER:
                yield from self.files(item.id, f"{path}{name}/", depth + 1)
            else:
                yield f"{path}{name}", item

    def item(self, tree: str, path: str) -> Item | None:
        """What stands at `path` beneath a tree."""
        here = Item(FOLDER, tree)
        for name in path.split("/") if path != "." else ():
            found = dict(self.folder(here.id)).get(name) if here.mode == FOLDER else None
            if found is None:
                return None
            here = found
        return here

    def folder(self, tree: str) -> Iterator[tuple[str, Item]]:
        """What a tree holds itself."""
        found = self.read(tree)
        if found.kind != "tree":
            raise GitError("the repository is damaged: a folder is none")
        return objects.tree(found.data)

    def blob(self, item: Item) -> bytes:
        """A file's content; of a submodule, which commit it stands at."""
        return f"Subproject commit {item.id}\n".encode() if item.mode == SUBMODULE else self.read(item.id).data

    def index(self) -> list[Entry]:
        """The tracked files. Raises `GitError`."""
        return read_index(self._bytes("index", _LARGEST_INDEX) or b"")

    def read(self, id_: str) -> Object:
        """An object. Raises `GitError` where it is missing or damaged."""
        self._limits.check()
        if not _ID.fullmatch(id_):
            raise GitError("the repository is damaged: an id is none")
        data = self._bytes(f"objects/{id_[:2]}/{id_[2:]}", objects.LARGEST_OBJECT)
        if data is not None:
            return loose(data)
        for pack in self._all_packs():
            if found := pack.read(bytes.fromhex(id_)):
                return found
        raise GitError(f"object {id_[:10]} is missing: the repository is a partial copy, or borrows from another one")

    def has(self, id_: str) -> bool:
        """Whether a commit is here; in a shallow copy its parents are not."""
        try:
            return self.read(id_).kind == "commit"
        except GitError:
            return False

    def _named(self, name: str) -> str | None:
        for place in _PLACES:
            if id_ := self._ref(f"{place}{name}"):
                return id_
        return self._by_prefix(name) if _PREFIX.fullmatch(name) else None

    def _by_prefix(self, prefix: str) -> str | None:
        if len(prefix) == 40:
            return prefix
        found = {id_ for pack in self._all_packs() for id_ in pack.index.beginning_with(prefix)}
        with suppress(WorkspaceError):
            names = self._workspace.list_dir(f"{self._common}objects/{prefix[:2]}", limit=100_000)
            found |= {prefix[:2] + entry.name for entry in names if entry.name.startswith(prefix[2:])}
        if len(found) > 1:
            raise GitError(f"`{prefix}` is the beginning of several ids: give more of it")
        return next(iter(found), None)

    def _ref(self, name: str) -> str | None:
        for _ in range(5):
            text = (self._text(name) or "").strip()
            if not text.startswith("ref: "):
                break
            name = text.removeprefix("ref: ").strip()
        return text if _ID.fullmatch(text) else self._packed_ref(name)

    def _packed_ref(self, name: str) -> str | None:
        for line in (self._bytes("packed-refs", _LARGEST_REFS) or b"").decode("utf-8", "replace").split("\n"):
            id_, _, named = line.partition(" ")
            if named == name and _ID.fullmatch(id_):
                return id_
        return None

    def _all_packs(self) -> list[Pack]:
        if self._packs is None:
            self._packs = []
            with suppress(WorkspaceError):
                for entry in self._workspace.list_dir(f"{self._common}objects/pack"):
                    if entry.name.endswith(".idx") and len(self._packs) < _MOST_PACKS:
                        self._packs.append(self._pack(f"{self._common}objects/pack/{entry.name.removesuffix('.idx')}"))
        return self._packs

    def _pack(self, path: str) -> Pack:
        with self._workspace.open_file(f"{path}.idx") as file:
            index = open_index(file)
        return Pack(index, self._open.enter_context(self._workspace.open_file(f"{path}.pack")))

    def _text(self, name: str) -> str | None:
        data = self._bytes(name, _SMALL)
        return None if data is None else data.decode("utf-8", "replace")

    def _bytes(self, name: str, limit: int) -> bytes | None:
        place = self._own if name.startswith(_OF_ONE_WORKTREE) else self._common
        try:
            return self._workspace.read_bytes(f"{place}{name}", limit)
        except WorkspaceError:
            return None

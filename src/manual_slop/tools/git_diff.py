"""The tool that shows how files differ from what was committed."""

from __future__ import annotations

from collections.abc import Iterator

from manual_slop.safety.protected import may_hold_keys
from manual_slop.tools.declaration import ToolContext, tool
from manual_slop.tools.git.changes import Change, with_renames
from manual_slop.tools.git.objects import LINK, SUBMODULE, Item
from manual_slop.tools.git.repository import Repository
from manual_slop.tools.git.worktree import Worktree, as_items, is_pointer
from manual_slop.tools.limits import Enough, Limits, Page
from manual_slop.tools.reading import key_note

_LONGEST_LINE = 2000
_SECONDS = 20.0


@tool("READ")
def git_diff(context: ToolContext, path: str | None = None, staged: bool = False, revision: str | None = None) -> str:
    """Show changes as a unified diff: those not staged yet, or with `staged` those that the next commit would make.

    Only reads: no filter, external diff or other program runs. Untracked files are not shown; a file that went and came
    back under another name, much the same, is told as renamed.

    Args:
        path: Only this file, or what lies in this folder.
        staged: Whether to show what is staged instead of what is not.
        revision: Compare with this commit, branch or tag instead, such as `HEAD~2`; `a..b` compares two of them.
    """
    wanted = None if path in {None, "."} else context.workspace.relative(path or ".")
    limits = Limits(context.cancel, _SECONDS)
    page = Page()
    notes = []
    keys = 0
    try:
        with Repository(context.workspace, limits) as repository:
            comparison = _Comparison(repository, Worktree(context.workspace, limits))
            for change in with_renames(comparison.changes(staged, revision, wanted)):
                if any(may_hold_keys(name.split("/")) for name in (change.path, change.origin)):
                    keys += 1
                    continue
                for line in change.lines():
                    limits.check()
                    page.show(line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]}…")
    except Enough as reason:
        notes = [f"[stopped: {reason}]"]
    return "\n".join([*page.lines, *notes, *key_note(keys)] or ["No differences."])


class _Comparison:
    """Two states of the files, held against each other."""

    def __init__(self, repository: Repository, worktree: Worktree) -> None:
        self._repository = repository
        self._worktree = worktree

    def changes(self, staged: bool, revision: str | None, path: str | None) -> Iterator[Change]:
        """The files that differ, in the order of their paths."""
        old, _, new = (revision or "").partition("..")
        if ".." in (revision or ""):
            yield from self._between(self._tree(old or "HEAD"), self._tree(new.lstrip(".") or "HEAD"), path)
        elif staged:
            yield from self._between(self._tree(old or "HEAD"), as_items(self._repository.index()), path)
        else:
            yield from self._with_disk(self._tree(old) if old else None, path)

    def _tree(self, revision: str) -> dict[str, Item]:
        if revision == "HEAD" and self._repository.head() is None:
            return {}
        return dict(self._repository.files(self._repository.commit(self._repository.resolve(revision)).tree))

    def _between(self, old: dict[str, Item], new: dict[str, Item], path: str | None) -> Iterator[Change]:
        for name in sorted(old.keys() | new.keys()):
            if old.get(name) != new.get(name) and _is_in(name, path):
                yield Change(name, self._content(old.get(name)), self._content(new.get(name)))

    def _with_disk(self, old: dict[str, Item] | None, path: str | None) -> Iterator[Change]:
        """What is on disk against the index, or against `old`."""
        entries = {entry.path: entry for entry in self._repository.index() if entry.stage in {0, 2}}
        before = old if old is not None else {name: entry.item for name, entry in entries.items()}
        for name in sorted(before.keys() | entries.keys()):
            entry, item = entries.get(name), before.get(name)
            if not _is_in(name, path) or (
                entry is not None and entry.item == item and self._worktree.state(entry) == "same"
            ):
                continue
            if item is not None and item.mode in {LINK, SUBMODULE} and entry is not None:
                continue
            change = Change(name, self._content(item), self._worktree.read(name) if entry else None)
            if change.old != change.new and not is_pointer(change.old or b""):
                yield change

    def _content(self, item: Item | None) -> bytes | None:
        return None if item is None else self._repository.blob(item)


def _is_in(name: str, path: str | None) -> bool:
    return path is None or name == path or name.startswith(f"{path}/")

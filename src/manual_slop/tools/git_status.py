"""The tool that shows what has changed since the last commit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from manual_slop.safety.path_rules import show
from manual_slop.tools.declaration import ToolContext, ToolError, tool
from manual_slop.tools.git.objects import Item
from manual_slop.tools.git.repository import Repository
from manual_slop.tools.git.worktree import Worktree, as_items
from manual_slop.tools.limits import Enough, Limits

_MOST_SHOWN = 200
_SECONDS = 20.0


@tool("READ")
def git_status(context: ToolContext) -> str:
    """Show the branch of the project's git repository, and which files are staged, changed, in conflict or untracked.

    Only reads: no hook, filter or other program runs. Submodules are not looked into.
    """
    limits = Limits(context.cancel, _SECONDS)
    try:
        with Repository(context.workspace, limits) as repository:
            return "\n".join(_report(repository, Worktree(context.workspace, limits)))
    except Enough as reason:
        raise ToolError(f"stopped: {reason}") from None


def _report(repository: Repository, worktree: Worktree) -> Iterator[str]:
    head = repository.head()
    branch = repository.branch()
    yield f"On branch {show(branch)}" if branch else "On no branch"
    if head is None:
        yield "No commit yet"
    commit = repository.commit(head) if head else None
    if commit:
        yield f"Last commit: {commit.id[:10]} {show(commit.subject)}"
    entries = repository.index()
    before = dict(repository.files(commit.tree)) if commit else {}
    conflicts = sorted({entry.path for entry in entries if entry.stage})
    states = [(entry.path, worktree.state(entry)) for entry in entries if not entry.stage]
    known = {entry.path for entry in entries}
    sections = (
        ("Staged", _staged(before, as_items(entries), set(conflicts))),
        ("Not staged", [f"{state}: {show(path)}" for path, state in states if state != "same"]),
        ("In conflict", map(show, conflicts)),
        ("Untracked", map(show, worktree.untracked(known))),
    )
    clean = True
    for title, lines in sections:
        for line in _section(title, lines):
            clean = False
            yield line
    if clean:
        yield "Nothing has changed."


def _section(title: str, found: Iterable[str]) -> list[str]:
    lines = list(found)
    more = [f"  [{len(lines) - _MOST_SHOWN:,} more]"] if len(lines) > _MOST_SHOWN else []
    return [f"{title}:", *(f"  {line}" for line in lines[:_MOST_SHOWN]), *more] if lines else []


def _staged(before: dict[str, Item], now: dict[str, Item], conflicts: set[str]) -> list[str]:
    """What the next commit would change. A file that went and came back under another name was renamed."""
    gone = {path: item for path, item in before.items() if path not in now and path not in conflicts}
    by_id = {item.id: path for path, item in gone.items()}
    lines = []
    for path, item in sorted(now.items()):
        if path not in before:
            origin = by_id.pop(item.id, None)
            if origin:
                del gone[origin]
            lines.append(f"renamed: {show(origin)} -> {show(path)}" if origin else f"added: {show(path)}")
        elif before[path] != item:
            lines.append(f"modified: {show(path)}")
    return [*lines, *(f"deleted: {show(path)}" for path in sorted(gone))]

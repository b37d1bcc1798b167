"""The tool that shows the history of the project, or of one of its files."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

from manual_slop.safety.path_rules import show
from manual_slop.tools.declaration import ToolContext, ToolError, tool
from manual_slop.tools.git.objects import Commit
from manual_slop.tools.git.repository import Repository
from manual_slop.tools.limits import Enough, Limits

_MOST_COMMITS = 200


@tool("READ")
def git_log(context: ToolContext, path: str | None = None, limit: int = 20) -> str:
    """Show the latest commits of the project's git repository: id, date, author and first line.

    Only reads: no hook, pager or other program runs.

    Args:
        path: A file or folder; only commits that changed it are shown.
        limit: How many commits to show, at most 200.
    """
    if not 1 <= limit <= _MOST_COMMITS:
        raise ToolError(f"`limit` may be 1 to {_MOST_COMMITS}")
    wanted = None if path is None else context.workspace.relative(path)
    limits = Limits(context.cancel)
    lines: list[str] = []
    notes = []
    try:
        with Repository(context.workspace, limits) as repository:
            for commit in _history(repository, wanted):
                if len(lines) == limit:
                    notes = ["[there are more]"]
                    break
                lines.append(f"{commit.id[:10]}  {_date(commit)}  {show(commit.author)}  {show(commit.subject)}")
    except Enough as reason:
        notes = [f"[stopped: {reason}]"]
    return "\n".join([*lines, *notes] or ["No commit" + (f" changed {wanted}." if wanted else " yet.")])


def _history(repository: Repository, path: str | None) -> Iterator[Commit]:
    """The commits from the present one back, latest first; where a merge left `path` as one parent had it, that one."""
    head = repository.head()
    waiting = [(-repository.commit(head).committed, head)] if head else []
    seen = {head}
    while waiting:
        commit = repository.commit(heapq.heappop(waiting)[1])
        parents = [repository.commit(id_) for id_ in commit.parents if repository.has(id_)]
        if path is None:
            yield commit
        else:
            here = repository.item(commit.tree, path)
            unchanged = [parent for parent in parents if repository.item(parent.tree, path) == here]
            if not unchanged and (here is not None or parents):
                yield commit
            parents = unchanged[:1] or parents
        for parent in parents:
            if parent.id not in seen:
                seen.add(parent.id)
                heapq.heappush(waiting, (-parent.committed, parent.id))


def _date(commit: Commit) -> str:
    sign = -1 if commit.zone.startswith("-") else 1
    zone = sign * timedelta(hours=int(commit.zone[1:3]), minutes=int(commit.zone[3:5]))
    try:
        return f"{datetime.fromtimestamp(commit.time, UTC).astimezone(timezone(zone)):%Y-%m-%d %H:%M %z}"
    except (ValueError, OverflowError, OSError):
        return "????-??-??"

"""Every look at a repository that tools take, and an ear for programs that run meanwhile."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

LOOKS: list[tuple[str, dict[str, object]]] = [
    ("git_status", {}),
    ("git_diff", {}),
    ("git_diff", {"staged": True}),
    ("git_diff", {"revision": "HEAD~2..HEAD"}),
    ("git_diff", {"revision": "HEAD"}),
    ("git_log", {}),
    ("git_log", {"path": "src"}),
    ("list_directory", {"path": ".git"}),
    ("tree", {"depth": 20}),
    ("grep", {"pattern": "line"}),
    ("grep", {"pattern": "evil", "path": ".git"}),
    ("search_files", {"glob": "**"}),
    ("read_file", {"path": ".git/config"}),
    ("file_summary", {"path": "evil.sh"}),
    ("code_outline", {"path": "src/app.py"}),
    ("code_definition", {"name": "line"}),
    ("code_usages", {"name": "line"}),
]


_PROGRAMS = ("subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system", "pty.", "socket.connect")


_watched: list[list[str]] = []


def _watch(event: str, _arguments: object) -> None:
    if _watched and event.startswith(_PROGRAMS):
        _watched[-1].append(event)


@contextmanager
def what_runs() -> Iterator[list[str]]:
    """The programs started and the connections opened meanwhile, by this process."""
    if not _watched:
        sys.addaudithook(_watch)
    seen: list[str] = []
    _watched.append(seen)
    try:
        yield seen
    finally:
        _watched.append([])

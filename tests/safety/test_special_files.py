"""Twelve things that look like files and are none: every tool refuses them at once, and nothing hangs."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from manual_slop.safety import openat2
from manual_slop.safety.confinement import Confinement, KernelConfinement, WalkConfinement
from manual_slop.safety.workspace import Workspace
from tests.support.editing import Editor, editor
from tests.support.patience import HANGS

pytestmark = [pytest.mark.skipif(os.name == "nt", reason="POSIX special files"), pytest.mark.timeout(2 * HANGS)]

LINKS = {
    "null": "/dev/null",
    "zero": "/dev/zero",
    "random": "/dev/random",
    "terminal": "/dev/tty",
    "stdin": "/dev/stdin",
    "standing in": "/proc/self/fd/0",
    "environment": "/proc/self/environ",
    "memory": "/proc/self/mem",
    "root": "/proc/self/root/etc/hostname",
    "folder": "/proc/self/cwd",
}
NAMES = ("pipe", "socket", *LINKS)

WAYS = [
    pytest.param(KernelConfinement, marks=pytest.mark.skipif(not openat2.available(), reason="no openat2 here")),
    WalkConfinement,
]


@pytest.fixture(params=WAYS)
def ed(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Editor]:
    way: type[Confinement] = request.param
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")  # the path of a socket may only be short
    os.mkfifo("pipe")
    for name, target in LINKS.items():
        Path(name).symlink_to(target)
    Path("plain.txt").write_text("x\n")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        yield editor(tmp_path, Workspace(tmp_path / "project", way))


def test_there_are_twelve_of_them():
    assert len(NAMES) == 12


@pytest.mark.parametrize("name", NAMES)
def test_every_tool_refuses_them_without_waiting(ed: Editor, name: str):
    started = time.monotonic()
    calls: list[tuple[str, dict[str, object]]] = [
        ("read_file", {"path": name}),
        ("list_directory", {"path": name}),
        ("grep", {"path": name, "pattern": "x"}),
        ("write_file", {"path": name, "content": "x"}),
        ("edit_file", {"path": name, "edits": [{"old": "x", "new": "y"}]}),
        ("delete_file", {"path": name}),
        ("move_file", {"path": name, "to": "elsewhere"}),
        ("move_file", {"path": "plain.txt", "to": name}),
        ("apply_patch", {"patch": f"--- a/{name}\n+++ b/{name}\n@@ -1 +1 @@\n-x\n+y\n"}),
    ]
    for tool, arguments in calls:
        result = ed.run(tool, **arguments)
        assert result.is_error, f"{tool}: {result.content}"
    assert time.monotonic() - started < HANGS


def test_a_search_of_everything_passes_over_them(ed: Editor):
    started = time.monotonic()
    result = ed.run("grep", pattern="x")
    assert "1 matching line in 1 file" in result.content
    assert time.monotonic() - started < HANGS


def test_a_device_made_in_the_project_is_refused(ed: Editor):
    try:
        for number, name in enumerate(("character", "block")):
            kind = (0o020000, 0o060000)[number]
            os.mknod(ed.project / name, 0o600 | kind, os.makedev(1, 5) if number == 0 else os.makedev(7, 250))
    except PermissionError:
        pytest.skip("only root can make a device")
    for name in ("character", "block"):
        for tool, arguments in (("read_file", {}), ("delete_file", {}), ("write_file", {"content": "x"})):
            assert ed.run(tool, path=name, **arguments).is_error

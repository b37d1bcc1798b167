"""The project folder opens what lies in it and nothing else, in each of the three ways it has to do so."""

from __future__ import annotations

import errno
import io
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, cast
from urllib.parse import unquote

import pytest

from manual_slop.safety import openat2
from manual_slop.safety.confinement import (
    Confinement,
    Entry,
    KernelConfinement,
    NameConfinement,
    WalkConfinement,
    strongest,
)
from manual_slop.safety.path_rules import WorkspaceError
from manual_slop.safety.workspace import Workspace, all_of, no_file
from tests.support.patience import HANGS

CORPUS = Path(__file__).resolve().parents[2] / "../shared/corpora/paths/traversal"
CANARY = b"canary-outside"

kernel_only = pytest.mark.skipif(not openat2.available(), reason="this kernel has no openat2, or forbids it")
needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="../shared/corpora/paths is absent")
posix_only = pytest.mark.skipif(os.name == "nt", reason="POSIX special files")

WAYS = [pytest.param(KernelConfinement, marks=kernel_only), WalkConfinement, NameConfinement]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with neighbours that must never be read."""
    root = tmp_path / "home" / "x"
    (root / "etc").mkdir(parents=True)
    (root / "etc" / "passwd").write_bytes(b"inside")
    (root / "README.md").write_bytes(b"hello\n")
    for outside in ("home/x-evil", "home/etc", "etc", "home"):
        (tmp_path / outside).mkdir(exist_ok=True)
        for name in ("passwd", "issue", "secret"):
            (tmp_path / outside / name).write_bytes(CANARY)
    return root


@pytest.fixture(params=WAYS)
def workspace(request: pytest.FixtureRequest, project: Path) -> Workspace:
    return Workspace(project, request.param)


def lies_beneath(descriptor: int, root: Path) -> bool:
    return Path(f"/proc/self/fd/{descriptor}").readlink().is_relative_to(root)


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_file_is_read_from_the_folder_down_and_by_its_absolute_path(workspace: Workspace, project: Path):
    for path in ("README.md", "./README.md", f"{project}/README.md"):
        assert workspace.read_bytes(path, 100) == b"hello\n"
    assert workspace.relative(f"{project}//etc/./passwd") == "etc/passwd"
    assert workspace.relative(str(project)) == "."


@posix_only
def test_a_project_reached_through_a_link_is_taken_by_either_name(tmp_path: Path, project: Path):
    (tmp_path / "shortcut").symlink_to(project)
    workspace = Workspace(tmp_path / "shortcut")
    assert workspace.relative(f"{tmp_path}/shortcut/README.md") == "README.md"
    assert workspace.relative(f"{project}/README.md") == "README.md"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("missing.txt", "missing.txt: there is no such file"),
        ("README.md/x", "not a folder"),
        ("etc", "is a folder"),
        (".", "is a folder"),
        ("x" * 300, "too long"),
        ("../secret", "not allowed"),
        ("../x-evil/secret", "not allowed"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(workspace: Workspace, path: str, reason: str):
    with pytest.raises(WorkspaceError, match=reason):
        workspace.open_file(path)


def test_a_neighbour_whose_name_begins_alike_is_outside(workspace: Workspace, project: Path):
    with pytest.raises(WorkspaceError, match="outside the project"):
        workspace.open_file(f"{project}-evil/secret")


def test_a_file_above_the_limit_is_refused_and_not_cut(workspace: Workspace):
    assert workspace.read_bytes("README.md", 6) == b"hello\n"
    with pytest.raises(WorkspaceError, match="larger than 5 bytes"):
        workspace.read_bytes("README.md", 5)


@pytest.mark.parametrize("root", ["missing", "file", "file/deeper", "nul\0"])
def test_a_root_that_is_no_folder_is_refused(tmp_path: Path, root: str):
    (tmp_path / "file").write_text("x")
    with pytest.raises(WorkspaceError, match="cannot be opened as project folder"):
        Workspace(tmp_path / root)


def test_the_whole_disk_is_refused():
    with pytest.raises(WorkspaceError, match="whole disk"):
        Workspace(Path.cwd().anchor)


@posix_only
def test_the_folder_stays_the_same_one_when_its_name_goes_to_another(tmp_path: Path, project: Path):
    workspace = Workspace(project)
    project.rename(tmp_path / "moved")
    project.mkdir()
    (project / "README.md").write_bytes(CANARY)
    assert workspace.read_bytes("README.md", 100) == b"hello\n"


@posix_only
@pytest.mark.parametrize(
    "target", ["../secret", "../../etc/passwd", "/etc/passwd", "../x-evil/secret", "/proc/self/environ", "/dev/stdin"]
)
def test_a_link_that_leads_out_is_refused(workspace: Workspace, project: Path, target: str):
    (project / "link").symlink_to(target)
    (project / "second").symlink_to("link")
    for name in ("link", "second"):
        with pytest.raises(WorkspaceError, match=r"leads out|not followed"):
            workspace.open_file(name)


@posix_only
@pytest.mark.parametrize("target", ["..", "/", "../x-evil", "/proc/self/fd", "/proc/self/root"])
def test_a_folder_link_that_leads_out_is_neither_entered_nor_listed(workspace: Workspace, project: Path, target: str):
    (project / "link").symlink_to(target)
    for path in ("link/secret", "link/etc/passwd"):
        with pytest.raises(WorkspaceError, match=r"leads out|not followed"):
            workspace.open_file(path)
    with pytest.raises(WorkspaceError, match=r"leads out|not followed"):
        workspace.list_dir("link")
    assert Entry("link", "link") in workspace.list_dir()
    assert sorted(path for path, _ in workspace.walk()) == ["README.md", "etc/passwd"]


@posix_only
@kernel_only
def test_a_link_that_stays_inside_is_followed_where_the_kernel_watches(project: Path):
    (project / "link").symlink_to("etc/passwd")
    (project / "etc" / "up").symlink_to("../README.md")
    workspace = Workspace(project, KernelConfinement)
    assert workspace.read_bytes("link", 100) == b"inside"
    assert workspace.read_bytes("etc/up", 100) == b"hello\n"


@posix_only
@pytest.mark.parametrize("way", [WalkConfinement, NameConfinement])
def test_elsewhere_no_link_is_followed_and_that_is_said(project: Path, way: type[Confinement]):
    (project / "link").symlink_to("README.md")
    with pytest.raises(WorkspaceError, match="not followed"):
        Workspace(project, way).open_file("link")


@posix_only
def test_links_in_a_ring_are_refused(workspace: Workspace, project: Path):
    (project / "a").symlink_to("b")
    (project / "b").symlink_to("a")
    with pytest.raises(WorkspaceError):
        workspace.open_file("a")


@kernel_only
def test_a_door_of_the_kernel_itself_is_refused(tmp_path: Path, project: Path):
    with (tmp_path / "home" / "secret").open("rb") as outside:
        confinement = KernelConfinement("/proc/self")
        with pytest.raises(OSError, match=r"symbolic links|cross-device"):
            confinement.open(("fd", str(outside.fileno())), os.O_RDONLY)


@pytest.fixture
def pipe(project: Path) -> Path:
    os.mkfifo(project / "pipe")
    return project / "pipe"


@posix_only
def test_a_pipe_is_refused_without_waiting_for_its_writer(workspace: Workspace, pipe: Path):
    with pytest.raises(WorkspaceError, match="is a pipe"):
        workspace.open_file("pipe")
    assert Entry("pipe", "other") in workspace.list_dir()


@posix_only
def test_a_socket_is_refused(workspace: Workspace, project: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(project)  # the path of a socket may only be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("door")
        with pytest.raises(WorkspaceError, match="not a regular file"):
            workspace.open_file("door")


@posix_only
def test_a_device_is_refused(workspace: Workspace, project: Path):
    try:
        os.mknod(project / "device", 0o600 | 0o020000, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("only root can make a device")
    with pytest.raises(WorkspaceError, match=r"is a device|permission denied"):
        workspace.open_file("device")


def test_a_folder_is_listed_by_name_with_kinds_and_sizes(workspace: Workspace, project: Path):
    (project / ".hidden").write_bytes(b"123")
    assert workspace.list_dir() == (Entry(".hidden", "file", 3), Entry("README.md", "file", 6), Entry("etc", "folder"))
    assert workspace.list_dir("etc/") == (Entry("passwd", "file", 6),)
    assert len(workspace.list_dir(".", limit=2)) == 2
    with pytest.raises(WorkspaceError, match="no such"):
        workspace.list_dir("missing")
    with pytest.raises(WorkspaceError, match="not a folder"):
        workspace.list_dir("README.md")


@posix_only
def test_a_walk_meets_every_file_once_and_passes_over_what_it_cannot_enter(workspace: Workspace, project: Path):
    (project / "a" / "b").mkdir(parents=True)
    (project / "a" / "b" / "deep.txt").write_text("x")
    (project / "a" / "loop").symlink_to("..")
    (project / "skipped").mkdir()
    (project / "skipped" / "file").write_text("x")
    (project / os.fsdecode(b"not-utf8-\xff")).mkdir()
    found = [path for path, _ in workspace.walk(keep=lambda path, _: path != "skipped")]
    assert found == ["README.md", "a/b/deep.txt", "etc/passwd"]
    assert [path for path, _ in workspace.walk("a")] == ["a/b/deep.txt"]
    with pytest.raises(WorkspaceError):
        list(workspace.walk("missing"))


def corpus_paths() -> Iterator[str]:
    """Every published line, raw and URL-decoded once and twice, with a file to look for in it."""
    for file in sorted(CORPUS.glob("*.txt")):
        for line in file.read_text("utf-8", "surrogateescape").splitlines():
            for wanted in ("etc/passwd", "secret") if "{FILE}" in line else ("",):
                raw = line.replace("{FILE}", wanted)
                once = unquote(raw, errors="surrogateescape")
                yield from dict.fromkeys((raw, once, unquote(once, errors="surrogateescape")))


@needs_corpus
@posix_only
@pytest.mark.parametrize("way", WAYS)
def test_no_published_traversal_opens_or_lists_anything_outside(project: Path, way: type[Confinement]):
    workspace = Workspace(project, way)
    assert workspace.read_bytes("etc/passwd", 10) == b"inside"
    tried = 0
    for path in corpus_paths():
        tried += 1
        try:
            with workspace.open_file(path) as file:
                assert lies_beneath(file.fileno(), project), path
                assert file.read() == b"inside", path
        except WorkspaceError:
            pass
        with suppress(WorkspaceError):
            assert {entry.name for entry in workspace.list_dir(path)} <= {"etc", "README.md", "passwd"}, path
    assert tried > 30_000


@needs_corpus
@kernel_only
def test_the_kernel_alone_lets_no_published_traversal_out(project: Path):
    confinement = KernelConfinement(str(project))
    opened = 0
    for path in corpus_paths():
        try:
            descriptor = confinement.open((path,), os.O_RDONLY | os.O_NONBLOCK)
        except (OSError, ValueError):
            continue
        opened += 1
        assert lies_beneath(descriptor, project), path
        os.close(descriptor)
    assert opened > 0


FLIP = """
import os, sys
os.chdir(sys.argv[1])
print("flipping", flush=True)
while True:
    os.rename("door", "folder"); os.rename("link", "door"); os.rename("door", "link"); os.rename("folder", "door")
"""


@pytest.fixture
def flipping_door(project: Path) -> Iterator[str]:
    """`door` is by turns a folder of the project and a link that leads out of it, a hundred thousand times a second."""
    (project / "door").mkdir()
    (project / "door" / "secret").write_bytes(b"inside")
    (project / "link").symlink_to(project.parent)
    with subprocess.Popen([sys.executable, "-c", FLIP, str(project)], stdout=subprocess.PIPE) as racer:
        assert racer.stdout
        racer.stdout.readline()
        yield "door/secret"
        racer.kill()


@posix_only
@pytest.mark.parametrize("way", WAYS[:2])  # the third is for Windows alone, and weaker: its docstring says so
def test_a_link_that_flips_while_we_open_never_leads_out(project: Path, flipping_door: str, way: type[Confinement]):
    workspace = Workspace(project, way)
    read: list[bytes] = []
    refused = 0
    begun = time.monotonic()
    while time.monotonic() < begun + 1.0 or ((refused <= 100 or not read) and time.monotonic() < begun + HANGS):
        try:
            read.append(workspace.read_bytes(flipping_door, 100))
        except WorkspaceError:
            refused += 1
        try:
            assert "x-evil" not in {entry.name for entry in workspace.list_dir("door")}
        except WorkspaceError:
            refused += 1
    assert set(read) == {b"inside"}
    assert refused > 100


@posix_only
def test_refusals_leave_no_descriptor_open(workspace: Workspace, project: Path, pipe: Path):
    (project / "out").symlink_to("../secret")
    before = open_descriptors()
    for path in ("README.md", "etc", "pipe", "out", "etc/missing", "missing/deep", "README.md/x", "etc/passwd") * 20:
        with suppress(WorkspaceError):
            workspace.open_file(path).close()
        with suppress(WorkspaceError):
            workspace.list_dir(path)
    assert open_descriptors() == before


@posix_only
def test_the_held_folder_is_let_go_with_the_workspace(project: Path):
    before = open_descriptors()
    for _ in range(10):
        Workspace(project)
    assert open_descriptors() == before


def test_a_folder_that_goes_away_during_a_walk_costs_the_others_nothing(workspace: Workspace, project: Path):
    for name in ("a", "b", "c"):
        (project / name).mkdir()
        (project / name / "file").write_text(name)
    found = []
    for path, _ in workspace.walk(keep=lambda path, _: path.startswith(("a", "b", "c"))):
        found.append(path)
        if path == "a/file":
            (project / "b").rename(project / "z")
    assert found == ["a/file", "c/file"]


class Odd(io.RawIOBase):
    """A file without an end, of which no more is asked than needed; or one that cannot be read."""

    def __init__(self, error: OSError | None = None) -> None:
        self.error = error

    def read(self, size: int = -1) -> bytes:
        if self.error is not None:
            raise self.error
        assert 0 <= size <= 11, "all of it is asked for"
        return b"x" * size


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (None, "larger than 10 bytes"),
        (OSError(errno.EIO, "bad"), "the disk reports an error; nothing was changed"),
        (OSError(errno.EDOM, "that is no number"), "that is no number"),
        (OSError(), "cannot be opened"),
    ],
)
def test_why_the_bytes_of_a_file_cannot_be_had_is_said(error: OSError | None, reason: str):
    with pytest.raises(WorkspaceError) as caught:
        all_of(cast(BinaryIO, Odd(error)), "a/odd.bin", 10)
    assert str(caught.value) == f"a/odd.bin: {reason}"


def test_what_no_system_has_a_name_for_is_no_file():
    status = os.stat_result((0, *[0] * 9))
    assert str(no_file("odd", status)) == "odd: is not a regular file"


def test_threads_read_at_once(workspace: Workspace):
    read: list[bytes] = []

    def reader() -> None:
        read.extend(workspace.read_bytes("README.md", 100) for _ in range(50))

    threads = [threading.Thread(target=reader) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read == [b"hello\n"] * 400


@kernel_only
def test_the_kernel_is_taken_where_it_can_be(project: Path):
    assert isinstance(strongest(str(project)), KernelConfinement)

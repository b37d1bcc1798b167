"""A change happens wholly or not at all, whatever fails, dies or comes in between."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from manual_slop.safety import openat2
from manual_slop.safety.changes import Changes
from manual_slop.safety.confinement import Confinement, KernelConfinement, NameConfinement, WalkConfinement
from manual_slop.safety.path_rules import WorkspaceError
from manual_slop.safety.snapshot import Change, Plan, capture
from manual_slop.safety.workspace import Workspace
from manual_slop.safety.writing import MOST_FILES, HalfDoneError, _take_back
from manual_slop.store.blobs import BlobError, Blobs
from manual_slop.store.database import Database
from manual_slop.store.journal import JournalError, MemoryJournal
from manual_slop.store.store_journal import StoreJournal
from tests.support.changing import ME, changes_of, everything, refusal_of
from tests.support.editing import tree
from tests.support.faults import ROOM, Faults, failing
from tests.support.patience import HANGS
from tests.support.scale import scaled

kernel_only = pytest.mark.skipif(not openat2.available(), reason="this kernel has no openat2, or forbids it")
posix_only = pytest.mark.skipif(os.name == "nt", reason="POSIX permissions, links and signals")
WAYS = [pytest.param(KernelConfinement, marks=kernel_only), WalkConfinement, NameConfinement]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "sub").mkdir(parents=True)
    for name in ("a.txt", "gone.txt", "sub/moving.txt", "run.sh"):
        (root / name).write_bytes(b"old content of " + name.encode())
    (root / "run.sh").chmod(0o755)
    return root


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> type[Confinement]:
    return request.param


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").is_dir() else 0


def test_changes_of_every_kind_are_made_together(tmp_path: Path, project: Path, way: type[Confinement]):
    changes = changes_of(Workspace(project, way), tmp_path)
    changes.carry_out(everything(changes.workspace), ME)
    after = tree(project)
    assert {name: data for name, (data, _) in after.items()} == {
        "a.txt": b"new content" * 1000,
        "run.sh": b"old content of run.sh",
        **dict.fromkeys(("moved", "new", "new/deep", "sub")),
        "moved/here.txt": b"old content of sub/moving.txt",
        "new/deep/made.txt": b"made",
    }
    assert after["run.sh"][1] == 0o644
    entry = changes.journal.entries()[0]
    assert (entry.status, set(entry.effect.folders)) == ("done", {"new", "new/deep", "moved"})


@posix_only
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EMFILE], ids=["full", "broken", "no descriptors"])
def test_a_fault_at_any_step_leaves_everything_as_it_was(
    tmp_path: Path, project: Path, way: type[Confinement], code: int
):
    before = tree(project)
    at = 0
    while True:
        faults = Faults(code)
        changes = changes_of(Workspace(project, failing(way, faults)), tmp_path)
        plan = everything(changes.workspace)
        faults.at = len(faults.steps) + at
        said = refusal_of(changes, plan)
        assert bool(said) is bool(faults.fired)
        assert not said or "nothing was changed" in said
        assert changes.journal.unknown() == ()
        if not faults.fired:
            break
        assert tree(project) == before, f"after {faults.steps[faults.at]}, step {at}"
        at += 1
    print(f"{way.__name__}: {at} fault points, {os.strerror(code)}")
    assert at > 30


@posix_only
def test_a_disk_that_stays_full_leaves_everything_as_it_was(tmp_path: Path, project: Path, way: type[Confinement]):
    before = tree(project)
    for at in range(20):
        faults = Faults(errno.ENOSPC, at, stays=True, only=ROOM)
        changes = changes_of(Workspace(project, failing(way, faults)), tmp_path)
        said = refusal_of(changes, everything(changes.workspace))
        assert not said or "the disk is full; nothing was changed" in said
        if not faults.fired:
            assert at > 5
            return
        assert tree(project) == before
    pytest.fail("no end of it")


@posix_only
def test_what_cannot_be_taken_back_is_named_and_stays_unknown(tmp_path: Path, project: Path):
    faults = Faults(errno.EIO, only=frozenset({"unlink", "replace"}))
    changes = changes_of(Workspace(project, failing(WalkConfinement, faults)), tmp_path)
    faults.at, faults.stays = 2, True
    with pytest.raises(HalfDoneError, match=r"could not be taken back: look at .*a\.txt"):
        changes.carry_out(everything(changes.workspace), ME)
    assert [entry.status for entry in changes.journal.entries()] == ["unknown"]
    assert (project / "a.txt").read_bytes() == b"new content" * 1000


@posix_only
def test_a_real_limit_of_the_system_is_met_alike(tmp_path: Path, project: Path):
    program = """
import resource, sys
from pathlib import Path
from tests.safety.test_writing import *
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
changes = changes_of(Workspace(Path(sys.argv[1])), Path(sys.argv[1]).parent)
plan = Plan((Change("a.txt", capture(changes.workspace, "a.txt"), b"x" * 200_000),))
try:
    changes.carry_out(plan, ME)
except WorkspaceError as error:
    print(error)
"""
    before = tree(project)
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", program, str(project)]
    said = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    assert said == "a.txt: larger than a file may be here; nothing was changed\n"
    assert tree(project) == before


WRITER = """
import sys
from pathlib import Path
from tests.safety.test_writing import *
root = Path(sys.argv[1])
changes = Changes(Workspace(root), StoreJournal(Database.open(root.parent / "journal")), Blobs(root.parent / "blobs"))
changes.clear_leftovers()
print("writing", flush=True)
number = 0
while True:
    number += 1
    found = capture(changes.workspace, "a.txt")
    plan = Plan((Change("a.txt", found, bytes([65 + number % 26]) * 300_000),))
    changes.carry_out(plan, ME)
"""


@posix_only
def test_a_killed_writer_leaves_the_old_file_or_the_new_one(tmp_path: Path, project: Path):
    (project / "a.txt").write_bytes(b"A" * 300_000)
    root = Path(__file__).resolve().parents[2]
    kills = scaled(8, 60)
    leftovers = 0
    for kill in range(kills):
        command = [sys.executable, "-c", WRITER, str(project)]
        with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE) as writer:
            assert writer.stdout
            assert writer.stdout.readline() == b"writing\n"
            time.sleep(0.004 + kill * 0.0017)
            writer.kill()
        data = (project / "a.txt").read_bytes()
        assert len(data) == 300_000
        assert len(set(data)) == 1
        database = Database.open(tmp_path / "journal")
        leftovers += len(list(project.glob(".manual-slop-*")))
        Changes(Workspace(project), StoreJournal(database), Blobs(tmp_path / "blobs")).clear_leftovers()
        database.close()
        assert sorted(path.name for path in project.iterdir()) == ["a.txt", "gone.txt", "run.sh", "sub"]
    statuses = [entry.status for entry in StoreJournal(Database.open(tmp_path / "journal")).entries()]
    print(f"{kills} kills, {statuses.count('unknown')} in the middle, {leftovers} temporary files removed")
    assert set(statuses) <= {"done", "unknown"}
    assert statuses.count("unknown") <= kills


def test_only_leftovers_of_this_very_journal_are_removed(tmp_path: Path, project: Path):
    (project / ".manual-slop-of-somebody-else.tmp").write_text("x")
    changes = changes_of(Workspace(project), tmp_path)
    changes.clear_leftovers()
    assert (project / ".manual-slop-of-somebody-else.tmp").exists()


def test_a_file_that_changed_after_it_was_looked_at_is_not_overwritten(
    tmp_path: Path, project: Path, way: type[Confinement]
):
    changes = changes_of(Workspace(project, way), tmp_path)
    plan = everything(changes.workspace)
    (project / "run.sh").write_bytes(b"somebody's new work!!")
    before = tree(project)
    with pytest.raises(WorkspaceError, match=r"run\.sh: changed meanwhile"):
        changes.carry_out(plan, ME)
    assert tree(project) == before
    assert changes.journal.entries() == ()


def test_what_somebody_saves_while_we_write_is_not_lost(tmp_path: Path, project: Path, way: type[Confinement]):
    class SavedMeanwhile(Faults):
        def pass_or_fail(self, step: str) -> None:
            if step == "write":
                for name in ("a.txt", "gone.txt", "sub/moving.txt"):
                    (project / name).write_bytes(b"saved meanwhile")

    for only in ("a.txt", "gone.txt", "sub/moving.txt"):
        changes = changes_of(Workspace(project, failing(way, SavedMeanwhile())), tmp_path)
        found = capture(changes.workspace, only)
        assert found
        plan = {
            "a.txt": (Change(only, found, b"ours"),),
            "gone.txt": (Change(only, found, None), Change("other", None, b"x")),
            "sub/moving.txt": (Change(only, found, None), Change("new", None, found.data), Change("other", None, b"x")),
        }[only]
        with pytest.raises(WorkspaceError, match=f"{only}: changed meanwhile"):
            changes.carry_out(Plan(plan), ME)
        assert (project / only).read_bytes() == b"saved meanwhile"
        assert not (project / "other").exists()
        (project / only).write_bytes(b"again")


def test_a_plan_approved_for_another_state_is_not_carried_out(tmp_path: Path, project: Path):
    changes = changes_of(Workspace(project), tmp_path)
    old = everything(changes.workspace).state
    (project / "a.txt").write_bytes(b"other")
    with pytest.raises(WorkspaceError, match="changed after this was approved"):
        changes.carry_out(everything(changes.workspace), ME, state=old)


@pytest.mark.parametrize("shared", [True, False], ids=["one workspace", "a workspace each"])
def test_writers_at_once_lose_nothing(tmp_path: Path, project: Path, shared: bool):
    """Each adds its line to what it read; who comes second is told and reads again."""
    (project / "a.txt").write_bytes(b"")
    refused = []
    one = Workspace(project)

    def writer(name: int) -> None:
        changes = changes_of(one if shared else Workspace(project), tmp_path)
        for line in range(10):
            while True:
                try:
                    found = capture(changes.workspace, "a.txt")
                    after = (found.data if found else b"") + f"{name}.{line}\n".encode()
                    changes.carry_out(Plan((Change("a.txt", found, after),)), ME)
                    break
                except WorkspaceError as error:
                    refused.append(str(error))

    threads = [threading.Thread(target=writer, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = (project / "a.txt").read_text().splitlines()
    assert sorted(lines) == sorted(f"{name}.{line}" for name in range(4) for line in range(10))
    assert all("chang" in reason or "no such file" in reason for reason in refused)


@posix_only
@pytest.mark.parametrize(
    ("prepare", "reason"),
    [
        (lambda path: path.with_name("second").hardlink_to(path), "second name"),
        (lambda path: path.chmod(0o444), "write-protected"),
        (lambda path: (path.unlink(), path.symlink_to("gone.txt")), "is a symbolic link"),
        (lambda path: (path.unlink(), path.symlink_to("/etc/hostname")), "is a symbolic link"),
        (lambda path: (path.unlink(), path.mkdir()), "is a folder"),
        (lambda path: (path.unlink(), os.mkfifo(path)), "is a pipe"),
        (lambda path: os.truncate(path, 65 * 1024 * 1024), "too large to be kept for undo"),
    ],
)
def test_what_must_not_be_changed_is_refused(project: Path, way: type[Confinement], prepare, reason: str):
    prepare(project / "a.txt")
    with pytest.raises(WorkspaceError, match=reason):
        capture(Workspace(project, way), "a.txt")


@posix_only
def test_no_folder_is_reached_through_a_link_for_writing(project: Path, way: type[Confinement], tmp_path: Path):
    (tmp_path / "outside").mkdir()
    (project / "out").symlink_to(tmp_path / "outside")
    (project / "in").symlink_to("sub")
    changes = changes_of(Workspace(project, way), tmp_path)
    for path in ("out/x", "in/x", "out/deep/x", "a.txt/x"):
        with pytest.raises(WorkspaceError):
            capture(changes.workspace, path)
        with pytest.raises(WorkspaceError):
            changes.carry_out(Plan((Change(path, None, b"x"),)), ME)
    assert list((tmp_path / "outside").iterdir()) == []
    assert [path.name for path in (project / "sub").iterdir()] == ["moving.txt"]


def test_a_plan_names_each_file_once_and_not_too_many(tmp_path: Path, project: Path):
    changes = changes_of(Workspace(project), tmp_path)
    with pytest.raises(WorkspaceError, match="twice"):
        changes.carry_out(Plan((Change("x", None, b"1"), Change("x", None, b"2"))), ME)
    with pytest.raises(WorkspaceError, match="more than 200 files"):
        changes.carry_out(Plan(tuple(Change(f"{number}", None, b"") for number in range(MOST_FILES + 1))), ME)
    changes.carry_out(Plan(tuple(Change(f"n/{number}", None, b"") for number in range(MOST_FILES))), ME)
    assert len(list((project / "n").iterdir())) == MOST_FILES


def test_what_could_not_be_undone_is_not_done(tmp_path: Path, project: Path):
    before = tree(project)
    (tmp_path / "file").touch()
    workspace = Workspace(project)
    with pytest.raises(BlobError):
        Changes(workspace, MemoryJournal(), Blobs(tmp_path / "file")).carry_out(everything(workspace), ME)

    database = Database.open(tmp_path / "journal")
    database.close()
    with pytest.raises(JournalError):
        Changes(workspace, StoreJournal(database), Blobs(tmp_path / "blobs")).carry_out(everything(workspace), ME)
    assert tree(project) == before


@posix_only
def test_changes_leave_no_descriptor_open(tmp_path: Path, project: Path):
    changes = changes_of(Workspace(project), tmp_path)
    before = open_descriptors()
    for number in range(20):
        plan = Plan(
            (Change(f"x/{number}/y", None, b"1"), Change("a.txt", capture(changes.workspace, "a.txt"), b"%d" % number))
        )
        changes.carry_out(plan, ME)
        with pytest.raises(WorkspaceError):
            changes.carry_out(plan, ME)
    assert open_descriptors() == before


@posix_only
def test_a_project_that_another_process_keeps_locked_is_refused_and_not_waited_for_forever(project: Path):
    from manual_slop.store.file_lock import locked

    folder = os.open(project, os.O_RDONLY)
    with locked(folder):
        started = time.monotonic()
        with pytest.raises(WorkspaceError, match="another process is changing files"), Workspace(project).alone(0.2):
            pass
        assert time.monotonic() - started < HANGS
    os.close(folder)


def test_what_somebody_saved_over_a_change_is_never_taken_back(project: Path, way: type[Confinement]):
    """The second step failed; over what the first one wrote somebody saved meanwhile."""
    workspace = Workspace(project, way)
    first, second = (Change(name, capture(workspace, name), b"ours") for name in ("a.txt", "gone.txt"))
    (project / "a.txt").write_bytes(b"theirs")
    with pytest.raises(HalfDoneError, match=r"look at a\.txt$"):
        _take_back(workspace, [first, second], "token")
    assert (project / "a.txt").read_bytes() == b"theirs"
    assert (project / "gone.txt").read_bytes() == b"old content of gone.txt"

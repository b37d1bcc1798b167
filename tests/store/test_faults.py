"""A disk that fails at any one step, once or for good: what was acknowledged stays, and nothing else is lost."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import pytest

from manual_slop.store.errors import StoreError
from manual_slop.store.store import Store
from manual_slop.values.events import MessageAdded
from manual_slop.values.messages import user
from tests.support.failing_disk import (
    FULL,
    IOERR_FSYNC,
    FailingDisk,
    failing,
    library,
)
from tests.support.scale import FULL as ALL
from tests.support.store_faults import DISKS, LONG, Work, said

needs_library = pytest.mark.skipif(
    library() is None, reason="Python's sqlite3 has SQLite built in: nothing to stand in"
)


@needs_library
@pytest.mark.timeout(600)
@pytest.mark.parametrize("stays", [False, True], ids=["once", "for good"])
@pytest.mark.parametrize("kind", DISKS)
def test_a_fault_at_any_step_harms_nothing(tmp_path: Path, kind: str, stays: bool):
    points = 0
    for at in itertools.count(1, 1 if ALL or kind not in LONG else 16):
        work = Work(tmp_path / str(at))
        settings = DISKS[kind]
        disk = FailingDisk(**{**settings, "kinds": frozenset(settings["kinds"])}, at=at, stays=stays)  # type: ignore[arg-type]
        with failing(disk):
            work.run()
            told = list(work.failures)
            disk.mended()
            work.check()
        if not disk.fired:
            break
        points += 1
        assert all(str(work.folder) in failure or "journal" in failure for failure in told), told
    print(f"{kind}, {'for good' if stays else 'once'}: {points} faults")
    assert points


@needs_library
def test_a_full_disk_is_told_and_written_to_again_when_there_is_room(tmp_path: Path):
    disk = FailingDisk(FULL, stays=True)
    with failing(disk):
        store = Store.open(tmp_path)
        store.append("session", [MessageAdded(user("first"))])
        disk.at = len(disk.steps) + 1
        for text in ("second", "third"):
            with pytest.raises(StoreError, match="is full: make room; what could not be written is kept in memory"):
                store.append("session", [MessageAdded(user(text))])
        assert [said(one.event) for one in store.unsaved("session")] == ["second", "third"]
        disk.mended()
        store.append("session", [MessageAdded(user("fourth"))])
        assert store.unsaved() == []
        assert [said(one.event) for one in store.envelopes("session")] == ["first", "second", "third", "fourth"]
        store.close()


@needs_library
def test_a_disk_that_did_not_sync_is_not_written_to_again(tmp_path: Path):
    disk = FailingDisk(IOERR_FSYNC, kinds=frozenset({"sync"}))
    with failing(disk):
        store = Store.open(tmp_path)
        store.append("session", [MessageAdded(user("first"))])
        disk.at = len(disk.steps) + 1
        for text in ("second", "third"):
            with pytest.raises(StoreError, match="nothing more is written"):
                store.append("session", [MessageAdded(user(text))])
        assert disk.fired == 1
        assert [said(one.event) for one in store.unsaved()] == ["second", "third"]
        assert said(next(store.envelopes("session")).event) == "first"
        store.close()


@pytest.mark.skipif(os.name == "nt", reason="descriptors are counted by the POSIX system")
def test_a_process_without_descriptors_is_told_and_goes_on_when_it_has_some(tmp_path: Path):
    import resource

    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    for free in range(0, 14, 1 if ALL else 3):
        work = Work(tmp_path / str(free))
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(limits[0], 512), limits[1]))
        taken = _all_descriptors()
        try:
            for _ in range(min(free, len(taken))):
                os.close(taken.pop())
            work.run()
        finally:
            for descriptor in taken:
                os.close(descriptor)
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        work.check()


def _all_descriptors() -> list[int]:
    taken = []
    while True:
        try:
            taken.append(os.open(os.devnull, os.O_RDONLY))
        except OSError:
            return taken


def test_a_picture_that_cannot_be_kept_waits_with_its_event(tmp_path: Path):
    from manual_slop.values.messages import Image

    store = Store.open(tmp_path)
    (tmp_path / "blobs").touch()
    shown = MessageAdded(user("look", (Image("image/png", b"\x89PNG", 1, 1),)))
    with pytest.raises(StoreError, match="cannot be kept in"):
        store.append("session", [shown])
    with pytest.raises(StoreError):
        store.append("session", [MessageAdded(user("and"))])
    (tmp_path / "blobs").unlink()
    store.append("session", [MessageAdded(user("now"))])
    assert next(store.envelopes("session")).event == shown
    assert [said(one.event) for one in store.envelopes("session")] == ["look", "and", "now"]
    store.close()

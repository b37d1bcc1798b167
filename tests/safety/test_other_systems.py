"""What stands in for calls of the kernel that a system does not have, and files that fail while they are read."""

from __future__ import annotations

import ctypes
import errno
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from manual_slop.safety import confinement, openat2, renaming
from manual_slop.safety.confinement import NameConfinement, WalkConfinement, strongest
from manual_slop.safety.key_files import names_of_keys
from manual_slop.safety.path_rules import WorkspaceError
from manual_slop.safety.staging import temporary_name
from manual_slop.safety.workspace import Workspace, all_of
from manual_slop.safety.writing import remove_leftovers
from tests.support.editing import editor


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As on a system that is not Linux."""
    caches = (openat2.available, renaming._renameat2)
    for cached in caches:
        cached.cache_clear()
    monkeypatch.setattr(sys, "platform", "darwin")
    yield
    monkeypatch.undo()
    for cached in caches:
        cached.cache_clear()


def test_elsewhere_openat2_is_not_asked_for(elsewhere: None) -> None:
    assert not openat2.available()


def test_a_kernel_that_refuses_openat2_is_taken_at_its_word(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> int:
        raise OSError(errno.ENOSYS, "not here")

    openat2.available.cache_clear()
    monkeypatch.setattr(openat2, "open_beneath", refused)
    assert not openat2.available()
    openat2.available.cache_clear()


def test_elsewhere_a_name_that_is_taken_is_not_taken_again(elsewhere: None, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    (tmp_path / "b").write_text("b")
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        with pytest.raises(FileExistsError):
            renaming.rename_new("a", "b", folder, folder)
        renaming.rename_new("a", "c", folder, folder)
    finally:
        os.close(folder)
    assert (tmp_path / "c").read_text() == "a"
    assert (tmp_path / "b").read_text() == "b"


def test_what_the_kernel_says_of_a_rename_is_told(tmp_path: Path) -> None:
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        with pytest.raises(FileNotFoundError):
            renaming.rename_new("gone", "b", folder, folder)
    finally:
        os.close(folder)
    with pytest.raises(FileNotFoundError):
        renaming.rename_new(str(tmp_path / "gone"), str(tmp_path / "b"), None, None)


def test_a_file_that_cannot_be_read_is_refused_with_its_path(tmp_path: Path) -> None:
    with (tmp_path / "a.txt").open("wb") as file, pytest.raises(WorkspaceError, match=r"a\.txt"):
        all_of(file, "a.txt", 100)  # type: ignore[arg-type]


def test_a_file_whose_own_path_cannot_be_told_counts_by_the_one_it_was_opened_by(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    (tmp_path / ".env").write_text("A=1")
    with workspace.open_file(".env") as file:
        (tmp_path / ".env").unlink()
        assert ".env" in names_of_keys(workspace, ".env", file)


class _Failing:
    """A call of the kernel that fails with one error, so many times, and then is the real one."""

    def __init__(self, code: int, times: int, real: Any = None) -> None:
        self.code, self.times, self.real = code, times, real

    def __call__(self, *arguments: Any) -> int:
        if self.times:
            self.times -= 1
            ctypes.set_errno(self.code)
            return -1
        return int(self.real(*arguments))


def test_what_was_renamed_under_its_feet_is_opened_at_another_try(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not openat2.available():
        pytest.skip("this kernel has no openat2")
    (tmp_path / "a").write_text("a")
    folder = os.open(tmp_path, os.O_PATH)
    real = openat2._syscall()
    try:
        monkeypatch.setattr(openat2, "_syscall", lambda: _Failing(0, 0, real))
        os.close(openat2.open_beneath(folder, "a", os.O_RDONLY))
        failing = _Failing(errno.EAGAIN, 2, real)
        monkeypatch.setattr(openat2, "_syscall", lambda: failing)
        os.close(openat2.open_beneath(folder, "a", os.O_RDONLY))
        always = _Failing(errno.EAGAIN, 10_000)
        monkeypatch.setattr(openat2, "_syscall", lambda: always)
        with pytest.raises(BlockingIOError):
            openat2.open_beneath(folder, "a", os.O_RDONLY)
    finally:
        os.close(folder)


def test_a_kernel_that_does_not_know_renameat2_looks_before_it_renames(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").write_text("a")
    folder = os.open(tmp_path, os.O_RDONLY)
    monkeypatch.setattr(renaming, "_renameat2", lambda: _Failing(errno.ENOSYS, 1))
    try:
        renaming.rename_new("a", "b", folder, folder)
    finally:
        os.close(folder)
    assert (tmp_path / "b").read_text() == "a"


def test_a_system_library_without_renameat2_is_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    renaming._renameat2.cache_clear()
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: object())
    assert renaming._renameat2() is None
    renaming._renameat2.cache_clear()


def test_a_folder_that_is_swapped_while_a_file_is_opened_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    (tmp_path / "b").write_text("b")

    class Swapped(NameConfinement):
        looks = 0

        def _chain(self, parts: tuple[str, ...]) -> list[os.stat_result]:
            self.looks += 1
            return super()._chain(parts if self.looks == 1 else ("b",))

    with pytest.raises(OSError, match="changed while it was opened"):
        Swapped(str(tmp_path)).open(("a",), os.O_RDONLY)


def test_each_system_gets_the_strongest_that_it_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openat2, "available", lambda: False)
    assert isinstance(strongest(str(tmp_path)), WalkConfinement)
    monkeypatch.setattr(os, "supports_dir_fd", set())
    assert isinstance(strongest(str(tmp_path)), NameConfinement)


def test_a_file_that_is_gone_before_it_is_measured_still_stood_there(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    with os.scandir(tmp_path) as found:
        (item,) = found
    (tmp_path / "a").unlink()
    assert confinement._entry(item) == confinement.Entry("a", "file", 0)


def test_where_owners_and_modes_cannot_be_set_a_file_is_written_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = editor(tmp_path)
    made.write("a.txt", "before\n")
    made.run("read_file", path="a.txt")
    monkeypatch.delattr(os, "fchown")
    monkeypatch.delattr(os, "fchmod")
    answer = made.run("write_file", path="a.txt", content="after\n")
    monkeypatch.undo()
    assert made.read("a.txt") == b"after\n", answer.content


def test_a_file_without_a_number_counts_by_its_name(tmp_path: Path) -> None:
    assert names_of_keys(Workspace(tmp_path), ".env", io.BytesIO()) == (".env",)
    assert names_of_keys(Workspace(tmp_path), "a.py", io.BytesIO()) == ()


def test_what_a_plan_left_behind_is_removed_and_nothing_else(tmp_path: Path) -> None:
    left, other = tmp_path / f"{temporary_name('t1')}-0", tmp_path / f"{temporary_name('t2')}-0"
    for path in (left, other, tmp_path / "a.txt"):
        path.write_text("x")
    remove_leftovers(Workspace(tmp_path), ("a.txt",), "t1")
    assert not left.exists()
    assert other.exists()

"""What stands in for calls of the kernel that a system does not have, and files that fail while they are read."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from manual_slop.safety import openat2, renaming
from manual_slop.safety.key_files import names_of_keys
from manual_slop.safety.path_rules import WorkspaceError
from manual_slop.safety.workspace import Workspace, all_of


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

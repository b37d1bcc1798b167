"""Folders of ours are closed to others, whoever makes them first."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from manual_slop.terminal.crash_report import write_report
from manual_slop.values.paths import config_dir, data_dir, make_private


@pytest.mark.skipif(os.name == "nt", reason="permission bits are those of POSIX")
def test_all_that_is_made_on_the_way_is_closed_and_what_was_there_stays_as_it_is(tmp_path: Path):
    tmp_path.chmod(0o755)
    make_private(tmp_path / "a" / "b" / "c")
    make_private(tmp_path / "a" / "b" / "c")
    modes = [place.stat().st_mode & 0o777 for place in (tmp_path, *(tmp_path / name for name in ("a", "a/b", "a/b/c")))]
    assert modes == [0o755, 0o700, 0o700, 0o700]


@pytest.mark.skipif(os.name == "nt", reason="permission bits are those of POSIX")
def test_the_report_of_a_crash_before_anything_else_leaves_nothing_open():
    path = write_report(RuntimeError("early"), "send")
    assert path is not None
    ours = [path, *path.parents]
    ours = ours[: ours.index(data_dir().parent) + 1]
    assert not [str(place) for place in ours if place.stat().st_mode & 0o077]


def test_a_file_in_the_way_is_an_error(tmp_path: Path):
    (tmp_path / "a").touch()
    with pytest.raises(OSError):  # noqa: PT011  # which one is the system's choice
        make_private(tmp_path / "a" / "b")


def test_without_a_home_of_one_s_own_the_system_says_where(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("MANUAL_SLOP_HOME")
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    assert config_dir() != data_dir()
    assert all(tmp_path in folder.parents or sys.platform != "linux" for folder in (config_dir(), data_dir()))

"""A disk for SQLite that fails at a chosen step: its own file functions, with ours in front of them.

SQLite reaches files through a table of functions that may be replaced while it runs. It is done by ctypes on the very
library that Python's sqlite3 uses, so that the code under test is what it always is.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_int64, c_void_p, cast, sizeof
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FULL, IOERR_READ, IOERR_WRITE, IOERR_FSYNC, IOERR_TRUNCATE, CANTOPEN = 13, 266, 778, 1034, 1546, 14

_Open = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, c_void_p)  # the name has more behind its end
_Close = CFUNCTYPE(c_int, c_void_p)
_Read = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
_Size = CFUNCTYPE(c_int, c_void_p, c_int64)
_Flags = CFUNCTYPE(c_int, c_void_p, c_int)


class _Methods(Structure):
    """`sqlite3_io_methods`: the first functions of it, and those we leave as they are."""

    _fields_ = [
        ("version", c_int),
        ("close", c_void_p),
        ("read", c_void_p),
        ("write", c_void_p),
        ("truncate", c_void_p),
        ("sync", c_void_p),
        ("rest", c_void_p * 13),
    ]


class _File(Structure):
    _fields_ = [("methods", POINTER(_Methods))]


class _Vfs(Structure):
    """`sqlite3_vfs`: up to the function that opens."""

    _fields_ = [
        ("version", c_int),
        ("file_size", c_int),
        ("longest_path", c_int),
        ("next", c_void_p),
        ("name", c_char_p),
        ("data", c_void_p),
        ("open", c_void_p),
    ]


@dataclass
class FailingDisk:
    """Counts the steps of `kinds` (`open`, `read`, `write`, `truncate`, `sync`), and fails one of them or more.

    The step `at` (counted from 1) answers `code`, and all later ones where it `stays`. With `short` a write that fails
    has written half.
    """

    code: int = FULL
    at: int = 0
    stays: bool = False
    short: bool = False
    kinds: frozenset[str] = frozenset({"write", "truncate", "sync"})
    steps: list[str] = field(default_factory=list)
    fired: int = 0

    def fails(self, kind: str) -> bool:
        """One step begins: whether it is to fail."""
        if kind not in self.kinds:
            return False
        self.steps.append(kind)
        fails = bool(self.at) and (len(self.steps) == self.at or (self.stays and len(self.steps) > self.at))
        self.fired += fails
        return fails

    def mended(self) -> None:
        """From now on it works."""
        self.at = 0


def library() -> Path | None:
    """The SQLite that Python's sqlite3 is linked to, where that is a library of its own."""
    import sqlite3

    sqlite3.connect(":memory:").close()
    try:
        mapped = Path("/proc/self/maps").read_text()
    except OSError:
        return None
    found = re.search(r"\S*/libsqlite3\.so\S*", mapped)
    return Path(found.group()) if found else None


@contextmanager
def failing(disk: FailingDisk) -> Iterator[None]:
    """All files that SQLite opens meanwhile, in this process, are on that disk."""
    path = library()
    assert path
    sqlite = ctypes.CDLL(str(path))
    sqlite.sqlite3_vfs_find.restype = POINTER(_Vfs)
    vfs = sqlite.sqlite3_vfs_find(None).contents
    usual = vfs.open
    opened = _opener(disk, usual)
    vfs.open = cast(opened, c_void_p).value
    try:
        yield
    finally:
        vfs.open = usual
        _KEPT.append(opened)  # SQLite may hold a file a little longer than we know


_KEPT: list[Any] = []
_TABLES: dict[int, tuple[_Methods, list[Any]]] = {}


def _opener(disk: FailingDisk, usual: int) -> Any:
    real = _Open(usual)
    tables: dict[int, _Methods] = {}

    @_Open
    def open_file(vfs: int, name: int, file: int, flags: int, out: int) -> int:
        if disk.fails("open"):
            cast(file, POINTER(_File)).contents.methods = POINTER(_Methods)()
            return disk.code
        code = real(vfs, name, file, flags, out)
        held = cast(file, POINTER(_File)).contents
        if code == 0 and held.methods:
            address = cast(held.methods, c_void_p).value
            assert address
            if address not in tables:
                tables[address] = _wrapped(disk, held.methods.contents)
            held.methods = ctypes.pointer(tables[address])
        return code

    _KEPT.append((real, tables))
    return open_file


def _wrapped(disk: FailingDisk, usual: _Methods) -> _Methods:
    """A copy of a table of functions with ours in it."""
    table = _Methods()
    ctypes.memmove(ctypes.addressof(table), ctypes.addressof(usual), sizeof(_Methods))
    for name, shape in (("read", _Read), ("write", _Read), ("truncate", _Size), ("sync", _Flags)):
        ours = _in_front(disk, name, shape(getattr(usual, name)), shape)
        _KEPT.append(ours)
        setattr(table, name, cast(ours, c_void_p).value)
    return table


def _in_front(disk: FailingDisk, name: str, real: Callable[..., int], shape: Any) -> Any:
    @shape
    def step(file: int, *arguments: Any) -> int:
        if not disk.fails(name):
            return real(file, *arguments)
        if name == "write" and disk.short:
            data, size, offset = arguments
            real(file, data, size // 2, offset)
        return disk.code

    _KEPT.append(real)
    return step

"""Landlock: the kernel lets this process, and all it starts, reach only the files that are granted."""

from __future__ import annotations

import ctypes
import os
import stat
from collections.abc import Iterable

from manual_slop.safety.shell import kernel

_CREATE_RULESET = 444
_ADD_RULE = 445
_RESTRICT_SELF = 446
_ASK_VERSION = 1
_PATH_BENEATH = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_FOLDER = 1, 2, 4, 8
_TRUNCATE = 1 << 14
_DEVICE_CONTROL = 1 << 15
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _DEVICE_CONTROL
_SCOPES = 3  # abstract sockets and signals stay among those confined alike
# How many kinds of access each version knows, from the first on.
_KNOWN = (13, 14, 15, 15, 16)
_FIRST_WITH_TRUNCATE = 3
_FIRST_WITH_SCOPES = 6

Grant = tuple[str, str]
"""A path, and what may be done with it and all beneath: `list`, `read`, `use` (a device) or `write`."""


def version() -> int:
    """The kernel's Landlock version; 0 where there is none."""
    if not kernel.on_linux():
        return 0
    try:
        return kernel.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_ASK_VERSION))
    except OSError:
        return 0


def knows_truncate(abi: int) -> bool:
    """Whether that version keeps files from being cut short through the call that needs no open file."""
    return abi >= _FIRST_WITH_TRUNCATE


def restrict(grants: Iterable[Grant], abi: int) -> None:
    """Everything but `grants` is out of reach from now on. `abi` is the version to use. Raises `OSError`.

    Needs `kernel.gain_nothing` before. What a granted path's last name links to is not granted.
    """
    known = (1 << _KNOWN[min(abi, len(_KNOWN)) - 1]) - 1
    ruleset = _create(known, _SCOPES if abi >= _FIRST_WITH_SCOPES else 0)
    for path, use in grants:
        _add(ruleset, path, _rights(use) & known)
    kernel.syscall(_RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0))
    os.close(ruleset)


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


class _Rule(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("rights", ctypes.c_uint64), ("folder", ctypes.c_int32))


def _create(rights: int, scopes: int) -> int:
    wanted = _Ruleset(rights, 0, scopes)
    # An older kernel refuses a structure longer than its own.
    size = ctypes.sizeof(wanted) if scopes else ctypes.sizeof(ctypes.c_uint64)
    return kernel.syscall(_CREATE_RULESET, ctypes.byref(wanted), ctypes.c_size_t(size), ctypes.c_uint32(0))


def _add(ruleset: int, path: str, rights: int) -> None:
    try:
        target = os.open(path, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return  # gone since, or never there: nothing to grant
    try:
        kind = stat.S_IFMT(os.fstat(target).st_mode)
        if kind != stat.S_IFDIR:
            rights &= _OF_FILES
        if rights and kind != stat.S_IFLNK:
            rule = _Rule(rights, target)
            number = ctypes.c_int(_PATH_BENEATH)
            kernel.syscall(_ADD_RULE, ctypes.c_int(ruleset), number, ctypes.byref(rule), ctypes.c_uint32(0))
    finally:
        os.close(target)


def _rights(use: str) -> int:
    read = _EXECUTE | _READ_FILE | _READ_FOLDER
    uses = {"list": _READ_FOLDER, "read": read, "use": _READ_FILE | _WRITE_FILE | _TRUNCATE | _DEVICE_CONTROL}
    return uses.get(use, ~0)

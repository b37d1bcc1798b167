"""The few system calls of Linux that Python has no function for."""

from __future__ import annotations

import ctypes
import functools
import os
import sys

_SET_DUMPABLE = 4
_SET_SECCOMP = 22
_CAPBSET_DROP = 24
_SET_CHILD_SUBREAPER = 36
_SET_NO_NEW_PRIVS = 38
_SECCOMP_MODE_FILTER = 2
_CAPABILITY_VERSION = 0x20080522
_MOST_CAPABILITIES = 64


def on_linux() -> bool:
    """Whether any of this can work."""
    return sys.platform.startswith("linux")


def make_undumpable() -> None:
    """Other processes of the same person can no longer read this one's memory and environment."""
    _prctl(_SET_DUMPABLE, 0)


def adopt_orphans() -> None:
    """Descendants whose parents end become our children, so that none gets away."""
    _prctl(_SET_CHILD_SUBREAPER, 1)


def gain_nothing() -> None:
    """From now on no program that is started (`sudo`, say) has more rights than this process."""
    _prctl(_SET_NO_NEW_PRIVS, 1)


def drop_capabilities() -> None:
    """Root becomes an ordinary user that happens to own root's files. Does nothing for everybody else."""
    for number in range(_MOST_CAPABILITIES):
        # Beyond the last one, or without the right to drop any: there is nothing to lose then.
        if libc().prctl(_CAPBSET_DROP, number, 0, 0, 0):
            break
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    nothing = (ctypes.c_uint32 * 6)()
    _checked(libc().capset(ctypes.byref(header), ctypes.byref(nothing)))


def install_filter(program: bytes) -> None:
    """Hand a seccomp program, 8 bytes an instruction, to the kernel. Needs `gain_nothing` before."""
    code = ctypes.create_string_buffer(program, len(program))
    _prctl(_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(_Program(len(program) // 8, ctypes.addressof(code))))


def syscall(number: int, *arguments: object) -> int:
    """Any system call. Raises `OSError`."""
    return _checked(libc().syscall(ctypes.c_long(number), *arguments))


@functools.cache
def libc() -> ctypes.CDLL:
    """The C library of this process."""
    return ctypes.CDLL(None, use_errno=True)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def _prctl(option: int, value: object, more: object = 0) -> None:
    _checked(libc().prctl(option, value, more, 0, 0))


def _checked(result: int) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result

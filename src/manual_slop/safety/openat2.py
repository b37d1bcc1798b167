"""Linux's `openat2`: the kernel itself keeps a path beneath a folder, through links and races alike."""

from __future__ import annotations

import ctypes
import errno
import functools
import os
import sys

_NUMBER = 437  # the same on every architecture we can run on
_NO_MAGICLINKS = 0x02
_NO_SYMLINKS = 0x04
_BENEATH = 0x08
_TRIES = 100


class _How(ctypes.Structure):
    _fields_ = (("flags", ctypes.c_uint64), ("mode", ctypes.c_uint64), ("resolve", ctypes.c_uint64))


@functools.cache
def available() -> bool:
    """Whether this kernel has it and lets us use it (old ones and some containers do not)."""
    if not sys.platform.startswith("linux"):
        return False
    folder = os.open("/", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.close(open_beneath(folder, ".", os.O_PATH))
    except OSError:
        return False
    finally:
        os.close(folder)
    return True


def open_beneath(folder: int, path: str, flags: int, *, follow: bool = True) -> int:
    """A descriptor of `path` under the open `folder`; with `follow` off, no part of it may be a link.

    `OSError`: EXDEV where it leads out, the usual ones otherwise.
    """
    how = _How(flags | os.O_CLOEXEC, 0, _BENEATH | _NO_MAGICLINKS | (0 if follow else _NO_SYMLINKS))
    name = os.fsencode(path)
    code = 0
    for _ in range(_TRIES):
        descriptor = int(
            _syscall()(
                ctypes.c_long(_NUMBER),
                ctypes.c_int(folder),
                ctypes.c_char_p(name),
                ctypes.byref(how),
                ctypes.c_size_t(ctypes.sizeof(how)),
            )
        )
        if descriptor >= 0:
            return descriptor
        code = ctypes.get_errno()
        # The kernel answers EAGAIN when something was renamed under its feet.
        if code not in {errno.EAGAIN, errno.EINTR}:
            break
    raise OSError(code, os.strerror(code))


@functools.cache
def _syscall() -> ctypes._NamedFuncPointer:
    function = ctypes.CDLL(None, use_errno=True).syscall
    function.restype = ctypes.c_long
    return function

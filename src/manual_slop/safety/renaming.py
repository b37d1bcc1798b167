"""Renames that never replace what is there: by the kernel where it can, by looking first elsewhere."""

from __future__ import annotations

import ctypes
import errno
import functools
import os
import sys

_NOREPLACE = 1
_UNKNOWN = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP})


def rename_new(old: str, new: str, old_folder: int | None, new_folder: int | None) -> None:
    """Rename, seen from open folders. Raises `FileExistsError` where `new` is taken, and other `OSError`."""
    function = _renameat2()
    if function is not None and old_folder is not None and new_folder is not None:
        if function(old_folder, os.fsencode(old), new_folder, os.fsencode(new), _NOREPLACE) == 0:
            return
        code = ctypes.get_errno()
        if code not in _UNKNOWN:
            raise OSError(code, os.strerror(code))
    _look_and_rename(old, new, old_folder, new_folder)


def _look_and_rename(old: str, new: str, old_folder: int | None, new_folder: int | None) -> None:
    try:
        os.lstat(new, dir_fd=new_folder)
    except FileNotFoundError:
        os.rename(old, new, src_dir_fd=old_folder, dst_dir_fd=new_folder)
        return
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))


@functools.cache
def _renameat2() -> ctypes._NamedFuncPointer | None:
    if not sys.platform.startswith("linux"):
        return None
    function = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if function is not None:
        function.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
    return function

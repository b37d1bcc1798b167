"""One at a time, across threads and processes, by a lock on an open file."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PATIENCE = 10.0  # seconds
_PAUSE = 0.005
_BUSY = frozenset({errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK})

if os.name == "nt":
    import msvcrt

    def _lock(file: int) -> None:
        os.lseek(file, 0, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]

    def _unlock(file: int) -> None:
        os.lseek(file, 0, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_UNLCK, 1)  # type: ignore[attr-defined,unused-ignore]

else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)


@contextmanager
def locked(file: int, patience: float = _PATIENCE) -> Iterator[None]:
    """Hold the lock of an open file. Raises `TimeoutError` when another holder does not let go for so many seconds.

    Where the file system knows no locks, nothing is locked.
    """
    until = time.monotonic() + patience
    while True:
        try:
            _lock(file)
            break
        except OSError as error:
            if error.errno not in _BUSY:
                yield
                return
            if time.monotonic() > until:
                raise TimeoutError(errno.ETIMEDOUT, "another process keeps it locked") from None
            time.sleep(_PAUSE)
    try:
        yield
    finally:
        with suppress(OSError):
            _unlock(file)


def lock_for_good(file: int) -> None:
    """Lock a file that nobody else knows yet, until it is closed or the process ends."""
    with suppress(OSError):
        _lock(file)


def is_locked(path: Path) -> bool:
    """Whether somebody holds the lock of that file. Where there is none, or no lock can be asked for, nobody does."""
    try:
        file = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        _lock(file)
    except OSError as error:
        return error.errno in _BUSY
    finally:
        os.close(file)
    return False

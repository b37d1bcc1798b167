"""Finds what a command left where nobody watches over it any more: its launcher was killed, perhaps by itself."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

MARK = "MANUAL_SLOP_COMMAND"
"""The variable that tells the processes of one command from all others."""

_PATIENCE = 2.0
_BETWEEN_LOOKS = 0.002
_KERNEL_THREAD = 0x00200000


def end_all(mark: str) -> int:
    """Kill every process that has `mark` in its environment and wait until they are gone. Returns how many are not.

    Those that took it out, and those of systems without `/proc`, are not seen.
    """
    until = time.monotonic() + _PATIENCE
    while True:
        marked, unclear = _looked(f"{MARK}={mark}".encode())
        for number in marked:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(number, signal.SIGKILL)
        if not (marked or unclear) or time.monotonic() > until:
            return len(marked)
        time.sleep(_BETWEEN_LOOKS)


def _looked(words: bytes) -> tuple[list[int], bool]:
    """The processes with these words, and whether there are any that might have them."""
    found, unclear = [], False
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError, ValueError):
            environment = _environment(place)
            if words in environment.split(b"\0"):
                found.append(int(place.name))
            unclear = unclear or (not environment and changing((place / "stat").read_bytes()))
    return found, unclear


def _environment(place: Path) -> bytes:
    try:
        return (place / "environ").read_bytes()
    except ProcessLookupError:  # what newer kernels say of one without memory, which older ones call empty
        return b""


def changing(stat: bytes) -> bool:
    """Whether a process, by its `/proc/<number>/stat`, has no environment because it is just starting or ending."""
    fields = stat.rpartition(b")")[2].split()  # after the name, which may hold anything
    ended = fields[0] in (b"Z", b"X")
    return not ended and not int(fields[6]) & _KERNEL_THREAD and int(fields[48]) == 0

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


def end_all(mark: str) -> int:
    """Kill every process that has `mark` in its environment. Returns how many are still there.

    Those that took it out, and those of systems without `/proc`, are not seen.
    """
    until = time.monotonic() + _PATIENCE
    while (found := _marked(f"{MARK}={mark}".encode())) and time.monotonic() < until:
        for number in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(number, signal.SIGKILL)
    return len(found)


def _marked(words: bytes) -> list[int]:
    found = []
    for place in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if words in place.read_bytes().split(b"\0"):
                found.append(int(place.parent.name))
    return found

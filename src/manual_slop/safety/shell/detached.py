"""Starts a program that outlives this one: of a session of its own, what it says goes to a file."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path


def start_self(arguments: Sequence[str], folder: Path, log: Path) -> int:
    """Start this program anew with these arguments, in a folder; its process number. Raises `OSError`.

    It keeps our environment, because it acts for the same person, and is not ended with our terminal.
    """
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        process = subprocess.Popen(  # noqa: S603  # ourselves, by the interpreter that runs us
            [sys.executable, "-m", "manual_slop", *arguments],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    finally:
        os.close(file)
    # As long as we live somebody takes note of its end, or it would stay behind as a zombie.
    threading.Thread(target=process.wait, name="detached", daemon=True).start()
    return process.pid

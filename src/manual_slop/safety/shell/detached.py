"""Starts a program that outlives this one: of a session of its own, what it says goes to a file."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

_LAST_WORDS = 4096  # bytes


@dataclass(frozen=True, slots=True)
class Detached:
    """A program that we started: its process number, where what it says goes (from which byte on), whether it ended."""

    number: int
    log: Path
    begins: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    def last_words(self) -> str:
        """The last line that it said, if any. Raises `OSError`."""
        with self.log.open("rb") as file:
            file.seek(max(self.begins, file.seek(0, os.SEEK_END) - _LAST_WORDS))
            lines = file.read().decode("utf-8", "replace").splitlines()
        return next((line.strip() for line in reversed(lines) if line.strip()), "")


def start_self(arguments: Sequence[str], folder: Path, log: Path) -> Detached:
    """Start this program anew with these arguments, in a folder; what it says is added to `log`. Raises `OSError`.

    It keeps our environment, because it acts for the same person, and is not ended with our terminal.
    """
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        begins = os.fstat(file).st_size
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
    begun = Detached(process.pid, log, begins)

    def wait() -> None:
        process.wait()
        begun.over.set()

    # As long as we live somebody takes note of its end, or it would stay behind as a zombie.
    threading.Thread(target=wait, name="detached", daemon=True).start()
    return begun

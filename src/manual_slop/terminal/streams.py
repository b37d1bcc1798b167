"""Standard streams as this program needs them: every character can be written, and a closed pipe is no disaster."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Sequence
from typing import TextIO

from manual_slop.providers.credentials import environment

_SIGN = "loading…"


def prepare() -> None:
    """Let the standard streams take any text: UTF-8 where an encoding would lack characters and nobody asked for it."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=_better(stream), errors="replace")


def first_sign(arguments: Sequence[str]) -> None:
    """Where a model will be asked: a word to look at while the rest of the program is imported."""
    awaited = arguments[:1] in (["send"], ["chat"]) and not {"--json", "-h", "--help"} & set(arguments)
    if awaited and sys.stderr.isatty():
        sys.stderr.write(f"{_SIGN}\r")
        sys.stderr.flush()


def cover_first_sign() -> None:
    """The rest is imported: what is written from now on begins on an empty line."""
    if sys.stderr.isatty():
        sys.stderr.write(f"{' ' * len(_SIGN)}\r")


def abandon_output() -> None:
    """Whoever read our output has gone: drop what is left of it, so that nothing fails over it at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            os.dup2(nowhere, stream.fileno())


def _better(stream: TextIO) -> str:
    """The encoding to use: a terminal's own, unless it can hardly write anything; files and pipes get UTF-8."""
    keep = stream.isatty() and stream.encoding.lower() not in ("ascii", "ansi_x3.4-1968", "cp437", "cp850", "cp1252")
    return stream.encoding if keep or environment("PYTHONIOENCODING") else "utf-8"

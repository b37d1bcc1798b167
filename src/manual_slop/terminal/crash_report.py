"""What went unexpectedly wrong, written to a file that can be sent to somebody: no values, no secrets."""

from __future__ import annotations

import os
import platform
import traceback
from datetime import UTC, datetime
from pathlib import Path

from manual_slop import __version__
from manual_slop.terminal.screen import Screen
from manual_slop.terminal.visible import one_line
from manual_slop.values.paths import data_dir, make_private
from manual_slop.values.secrets import redactor


def tell_crash(error: BaseException, command: str, screen: Screen) -> None:
    """Say on `screen` in one line that something unforeseen happened and where the report of it is."""
    path = write_report(error, command)
    where = f"; the report is in {path}" if path else ""
    words = one_line(f"{type(error).__name__}: {error}")
    screen.note(f"✗ unexpected: {redactor.redact(words)}{where}", "bad")


def write_report(error: BaseException, command: str) -> Path | None:
    """Write the report and return its path, or `None` where nothing can be written. `command` is `send`, `chat` …"""
    now = datetime.now(UTC)
    folder = data_dir() / "crash"
    path = folder / f"{now:%Y%m%d-%H%M%S}-{os.getpid()}.txt"
    text = redactor.redact(_report(error, command, now))
    try:
        make_private(folder)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError:
        return None
    return path


def _report(error: BaseException, command: str, now: datetime) -> str:
    python = f"Python {platform.python_version()} on {platform.platform()}"
    lines = traceback.TracebackException.from_exception(error, capture_locals=False).format()
    return f"manual-slop {__version__} {command}\n{now:%Y-%m-%d %H:%M:%S} UTC, {python}\n\n{''.join(lines)}"

"""Runs one of the program's own helpers (git) directly: no shell between, nothing inherited, an end by force."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from manual_slop.safety.shell.errors import ShellError
from manual_slop.values.cancel import Cancel

_LARGEST = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Finished:
    """How a helper ended. `code` is below 0 where a signal ended it."""

    code: int
    out: bytes
    err: bytes

    @property
    def text(self) -> str:
        """What it printed, as text."""
        return self.out.decode("utf-8", "replace")

    @property
    def complaint(self) -> str:
        """What it complained of, as text."""
        return self.err.decode("utf-8", "replace").strip()


def run_program(
    argv: Sequence[str],
    cwd: Path,
    environment: Mapping[str, str],
    *,
    stdin: bytes = b"",
    seconds: float = 120.0,
    cancel: Cancel | None = None,
) -> Finished:
    """Run it to its end in `cwd` with exactly this environment; after `seconds`, or when cancelled, it is killed.

    For programs that we trust and have told to run nothing of the project's; a model's commands go through `Shell`.
    Raises `ShellError` where it could not be run, took too long, was stopped or printed more than 256 MB.
    """
    stop = cancel or Cancel()
    if stop.requested:
        raise ShellError("stopped before it began")
    with tempfile.TemporaryFile() as paper, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        paper.write(stdin)
        paper.seek(0)
        try:
            process = subprocess.Popen(  # noqa: S603  # no shell, and the caller chose each word
                [*argv], stdin=paper, stdout=out, stderr=err, env=dict(environment), cwd=cwd, start_new_session=True
            )
        except OSError as error:
            raise ShellError(f"{argv[0]} could not be run: {error.strerror or error}") from None
        code = _await(process, seconds, stop)
        if out.seek(0, os.SEEK_END) > _LARGEST:
            raise ShellError(f"{argv[0]} printed more than {_LARGEST // 1024 // 1024} MB")
        out.seek(0)
        err.seek(0)
        return Finished(code, out.read(), err.read(64 * 1024))


def _await(process: subprocess.Popen[bytes], seconds: float, cancel: Cancel) -> int:
    forget = cancel.on_request(lambda: _kill(process))
    started = time.monotonic()
    try:
        code = process.wait(seconds)
    except subprocess.TimeoutExpired:
        raise ShellError(f"it did not end within {seconds:g} seconds") from None
    finally:
        forget()
        if process.poll() is None:
            _kill(process)
            process.wait()
    if cancel.requested and code < 0:
        raise ShellError(f"stopped after {time.monotonic() - started:.1f} s")
    return code


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def is_running(name: str, folder: Path) -> bool | None:
    """Whether a program of that name runs with its current folder in `folder`; `None` where the system does not say."""
    if not Path("/proc/self/cwd").is_symlink():
        return None
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (place / "exe").readlink().name == name and (place / "cwd").readlink().is_relative_to(folder.resolve()):
                return True
    return False

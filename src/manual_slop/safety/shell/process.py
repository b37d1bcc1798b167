"""Starts the launcher with an order, takes in what comes back, and sees to it that it ends."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import manual_slop
from manual_slop.safety.output import Output
from manual_slop.safety.shell import strays
from manual_slop.safety.shell.supervisor import STOP, STOP_AT_ONCE
from manual_slop.values.cancel import Cancel

_STUB = (
    "import sys; sys.path.append(sys.argv[1]); from manual_slop.safety.shell.launcher import main; "
    "main(int(sys.argv[2]), int(sys.argv[3]))"
)
_CHUNK = 1024 * 1024
_TICK = 0.25
# Longer than the launcher takes in the worst case: two seconds of asking, five of killing.
_LAST_RESORT = 8.0
_PIPE = 1024 * 1024


class Process:
    """One launcher at work. `order` is what it shall do, `before` the command line that it is put behind."""

    def __init__(
        self, order: Mapping[str, Any], before: Sequence[str], environment: Mapping[str, str], cancel: Cancel
    ) -> None:
        self._mark = environment[strays.MARK]
        self.report: dict[str, Any] = {}
        self.timed_out = False
        self.cancelled = False
        control, self._control = _pipe()
        self._report, report = os.pipe()
        # Before it starts: what was cancelled by then is never run, however late we come to wait for it.
        self._forget = cancel.on_request(self._cancel)
        command = [*before, sys.executable, "-I", "-S", "-c", _STUB, _source(), str(control), str(report)]
        try:
            with tempfile.TemporaryFile() as paper:
                paper.write(json.dumps(order).encode())
                paper.seek(0)
                self._process = subprocess.Popen(  # noqa: S603  # running commands is what this is for
                    command,
                    stdin=paper,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    env=dict(environment),
                    cwd="/",
                    pass_fds=(control, report),
                    start_new_session=True,
                )
        except BaseException:
            self._forget()
            self._close()
            raise
        finally:
            os.close(control)
            os.close(report)
        _widen(self._stdout.fileno())

    def run(self, output: Output, seconds: float) -> None:
        """Feed `output` until nothing of the command is left, which `seconds` and the cancel bring about early.

        Afterwards `report` holds what the launcher told: `exit` or `signal`, `error`, `left`, `survivors`.
        """
        try:
            told = self._attend(output, seconds)
        finally:
            self._forget()
            self._end()
        for line in told.splitlines(keepends=True):
            if line.endswith(b"\n"):
                self.report.update(json.loads(line))
        if not self.report.get("done"):
            self.report["survivors"] = strays.end_all(self._mark)

    def _attend(self, output: Output, seconds: float) -> bytes:
        """Read until nobody writes any more. Returns the launcher's report."""
        stop_at = time.monotonic() + seconds
        give_up_at = stop_at + _LAST_RESORT
        told = b""
        with selectors.DefaultSelector() as selector:
            for source in (self._stdout.fileno(), self._report):
                os.set_blocking(source, False)
                selector.register(source, selectors.EVENT_READ)
            while selector.get_map() and (now := time.monotonic()) < give_up_at:
                for key, _ in selector.select(min(_TICK, stop_at - now if stop_at > now else _TICK)):
                    data = os.read(key.fd, _CHUNK)
                    if key.fd != self._report:
                        output.feed(data)
                    told += data if key.fd == self._report else b""
                    if not data:
                        selector.unregister(key.fd)
                if self._report not in selector.get_map():
                    # The launcher is gone. Whoever still holds the output got away from it.
                    give_up_at = min(give_up_at, time.monotonic() + _TICK)
                if self.cancelled:
                    give_up_at = min(give_up_at, time.monotonic() + _LAST_RESORT)
                elif time.monotonic() >= stop_at and not self.timed_out:
                    self.timed_out = True
                    self._order(STOP)
        return told

    def _cancel(self) -> None:
        self.cancelled = True
        self._order(STOP_AT_ONCE)

    def _order(self, byte: bytes) -> None:
        # It may have ended by itself in this very moment.
        with contextlib.suppress(OSError, ValueError):
            self._control.write(byte)

    def _end(self) -> None:
        """The launcher is gone by now, or did not do as told and goes by force."""
        if self._process.poll() is None:
            try:
                self._process.wait(_TICK)
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
        self._close()
        self._stdout.close()

    def _close(self) -> None:
        self._control.close()
        os.close(self._report)

    @property
    def _stdout(self) -> Any:
        return self._process.stdout


def _pipe() -> tuple[int, BinaryIO]:
    reading, writing = os.pipe()
    return reading, os.fdopen(writing, "wb", buffering=0)


def _widen(pipe: int) -> None:
    """Fewer and larger reads, where the system lets us."""
    with contextlib.suppress(ImportError, AttributeError, OSError):
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)


def _source() -> str:
    """The folder that holds the package, for the launcher to import it from."""
    return str(Path(next(iter(manual_slop.__path__))).resolve().parent)

"""Watches over one command and everything it started, until nothing of it is left."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

_AFTER_ITS_END = 0.2  # seconds that what a command left running has to end by itself
_AT_ONCE = 0.03
_WHEN_ASKED = 2.0
_PATIENCE = 5.0

STOP = b"T"
STOP_AT_ONCE = b"K"

Tell = Callable[[dict[str, Any]], None]


class Supervisor:
    """The parent of a command. `control` is a pipe: a byte read from it asks for the end, and so does its closing."""

    def __init__(self, control: int, tell: Tell) -> None:
        self._control = control
        self._tell = tell
        self._leader = 0
        self._leader_runs = True
        self._child_ended, _ = _child_signals()

    def run(self, start: Callable[[], int]) -> None:
        """Start the command, wait for its end or the order to end it, and clean up behind it."""
        if self._asked(0):
            return
        self._tell({"begun": True})  # before it, for the command may kill us before we say anything more
        self._leader = start()
        grace = self._wait()
        if self._reap():
            self._tell({"left": max(0, len(children()) - self._leader_runs)})
            self._end_all(grace)

    def _wait(self) -> float:
        """Until the command ended or shall end. Returns how long what is left may take."""
        while True:
            order = self._asked(None)
            self._reap()
            if not self._leader_runs:
                return _AFTER_ITS_END
            if order:
                return _grace(order)

    def _end_all(self, grace: float) -> None:
        self._signal(signal.SIGTERM)
        until = time.monotonic() + grace
        while self._reap() and (left := until - time.monotonic()) > 0:
            if order := self._asked(left):
                until = min(until, time.monotonic() + _grace(order))
        self._kill_all()

    def _kill_all(self) -> None:
        """Killing the children makes their children ours, and so on until there are none."""
        until = time.monotonic() + _PATIENCE
        while self._reap() and time.monotonic() < until:
            self._signal(signal.SIGKILL)
            self._asked(0.001, hear_orders=False)
        survivors = len(children()) if self._reap() else 0
        if survivors:
            self._tell({"survivors": survivors})

    def _signal(self, number: int) -> None:
        """To the command's group and our own children: only we reap those, so no number can be a stranger's by now."""
        if self._leader_runs:
            _send(os.killpg, self._leader, number)
        for child in children():
            if not self._leader_runs or _group(child) != self._leader:  # who is asked twice says goodbye twice
                _send(os.kill, child, number)

    def _reap(self) -> bool:
        """Take note of who ended; whether anybody is left."""
        while True:
            try:
                child, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if not child:
                return True
            if child == self._leader:
                self._leader_runs = False
                code = os.waitstatus_to_exitcode(status)
                self._tell({"exit": code} if code >= 0 else {"signal": -code})

    def _asked(self, seconds: float | None, *, hear_orders: bool = True) -> bytes:
        """Sleep until a child ends or an order comes; the order, if one came."""
        poll = select.poll()  # `select.select` takes no number from 1,024 on, and a busy program hands us such
        for pipe in (self._child_ended, *([self._control] if hear_orders else [])):
            poll.register(pipe, select.POLLIN)
        ready = {number for number, _ in poll.poll(None if seconds is None else max(0.0, seconds) * 1000)}
        if self._child_ended in ready:
            os.read(self._child_ended, 512)
        # The pipe's other end is closed when the program is gone; nobody waits for the command then.
        return os.read(self._control, 1) or STOP_AT_ONCE if self._control in ready else b""


def children() -> list[int]:
    """The process numbers of our children, zombies too."""
    try:
        return [int(word) for word in Path(f"/proc/self/task/{os.getpid()}/children").read_text("ascii").split()]
    except OSError:
        return [number for number, parent in _parents() if parent == os.getpid()]


def _parents() -> list[tuple[int, int]]:
    """Every process and its parent; none where the system does not tell."""
    found = []
    for place in Path("/proc").glob("[0-9]*/stat"):
        # After the name, which may hold anything, come the state and the parent.
        with contextlib.suppress(OSError, IndexError, ValueError):
            found.append(
                (int(place.parent.name), int(place.read_text("utf-8", "replace").rpartition(")")[2].split()[1]))
            )
    return found


def _grace(order: bytes) -> float:
    return _WHEN_ASKED if order == STOP else _AT_ONCE


def _group(process: int) -> int:
    try:
        return os.getpgid(process)
    except ProcessLookupError:
        return 0


def _send(send: Callable[[int, int], None], target: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        send(target, number)
        if number == signal.SIGTERM:
            send(target, signal.SIGCONT)  # what is stopped hears nothing


def _child_signals() -> tuple[int, int]:
    """A pipe that can be read whenever a child has ended."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    return reading, writing

"""The small process between the program and a command, which confines the one on the order of the other.

Between a fork and an exec a program with threads can do next to nothing, so it starts this instead, which has none
and no secrets in its memory. It reads its order from standard input and reports in JSON lines.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

from manual_slop.safety.shell import kernel, landlock, seccomp
from manual_slop.safety.shell.supervisor import Supervisor

_FAILED = 127


def main(control: int, report: int) -> None:
    """Run the ordered command to its end. `control` and `report` are open pipes; the output goes where ours would."""
    order = json.loads(sys.stdin.buffer.read())
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    for descriptor in (control, report):
        os.set_inheritable(descriptor, False)

    def tell(what: dict[str, Any]) -> None:
        with contextlib.suppress(BrokenPipeError):
            os.write(report, json.dumps(what).encode() + b"\n")

    if kernel.on_linux():
        kernel.adopt_orphans()
    try:
        Supervisor(control, tell).run(lambda: _start(order, nothing))
    except OSError as error:
        tell({"error": str(error)})
    tell({"done": True})
    os._exit(0)


def _start(order: dict[str, Any], nothing: int) -> int:
    """The command's process. Raises `OSError` where it could not be confined or started."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        _become(order, writing)
    os.close(writing)
    # Our own copies would keep the output open after the command's end.
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    with os.fdopen(reading, "rb") as pipe:
        failure = pipe.read()
    if failure:
        os.waitpid(child, 0)
        raise OSError(failure.decode("utf-8", "replace"))
    return child


def _become(order: dict[str, Any], complaints: int) -> None:
    """Turn this process into the command; never returns."""
    try:
        os.setsid()
        _forget_signals()
        _enter(order["root"], order["cwd"])
        _confine(order)
        os.execvpe(order["argv"][0], order["argv"], order["environment"])  # noqa: S606
    except BaseException as error:  # noqa: BLE001  # whatever it is, two processes must not go on from here
        name = order["argv"][0] if isinstance(error, FileNotFoundError) else ""
        os.write(complaints, f"{name + ': ' if name else ''}{error}".encode("utf-8", "replace"))
    finally:
        os._exit(_FAILED)


def _forget_signals() -> None:
    for number in signal.valid_signals():
        with contextlib.suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def _enter(root: str, cwd: str) -> None:
    """Into the folder, and only then asked where that is: a link swapped in at the last moment changes nothing."""
    os.chdir(Path(root, cwd))
    if not Path.cwd().is_relative_to(root):
        raise OSError(f"{cwd}: leads out of the project folder")


def _confine(order: dict[str, Any]) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not kernel.on_linux():
        return
    kernel.gain_nothing()
    if order["walls"]:
        kernel.drop_capabilities()
    if grants := order["grants"]:
        landlock.restrict([(path, use) for path, use in grants], order["abi"])
    if order["sockets"]:
        truncate = bool(grants) and not landlock.knows_truncate(order["abi"])
        seccomp.refuse_sockets(network=order["sockets"] == "internet", truncate=truncate)

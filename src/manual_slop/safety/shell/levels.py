"""Which confinement a command gets: what really works here, found out by trying it once, and the order for it."""

from __future__ import annotations

import functools
import secrets
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from manual_slop.safety import sandbox_bwrap, sandbox_landlock
from manual_slop.safety.output import Output, spill_opener
from manual_slop.safety.sandbox import Level, Method, Sandbox, Walls, describe
from manual_slop.safety.shell import environment, kernel, landlock, seccomp, strays
from manual_slop.safety.shell.errors import ShellError
from manual_slop.safety.shell.process import Process
from manual_slop.values.cancel import Cancel

_PROBE_SECONDS = 10.0
_LONGEST = 300  # characters of a reason
_PROBE: Final = ("/bin/sh", "-c", "exit 0")


def choose(sandbox: Sandbox, walls: Walls) -> tuple[Method | None, Level]:
    """The first of the wanted methods that works here. Raises `ShellError` where none does and one is required."""
    if sandbox.mode == "off":
        return None, Level("none", "commands are not confined: the settings switch that off")
    failures = []
    for method in sandbox.methods:
        reason = _why_not(method, sandbox.bwrap)
        if not reason:
            return method, describe(method, walls)
        failures.append(f"{method}: {reason}")
    reasons = "; ".join(failures) or "no method is allowed"
    if sandbox.mode == "required":
        raise ShellError(f"nothing was run: commands must be confined, and nothing that does it works here ({reasons})")
    return None, Level("none", f"commands are not confined ({reasons})")


def prepare(
    method: Method | None,
    sandbox: Sandbox,
    walls: Walls,
    argv: Sequence[str],
    cwd: str,
    cancel: Cancel,
    variables: Mapping[str, str],
) -> Process:
    """Starts a command, confined by `method`, with these variables. Raises `OSError` where that is impossible."""
    before: list[str] = []
    if method == "bwrap":
        program = sandbox.bwrap or sandbox_bwrap.find() or "bwrap"
        before = sandbox_bwrap.arguments(program, walls, variables.get("PATH", ""))
    order = {
        "argv": [*argv],
        "root": walls.root,
        "cwd": cwd,
        "environment": dict(variables),
        "walls": method is not None,
        "grants": sandbox_landlock.grants(walls) if method == "landlock" else [],
        "abi": landlock.version() if method == "landlock" else 0,
        "sockets": _sockets(method, walls),
    }
    return Process(order, before, variables, cancel)


def child_environment(method: Method | None, walls: Walls, more: Sequence[str] = ()) -> dict[str, str]:
    """What a command finds in its environment: the usual names, those of `more`, and where it may write."""
    temp = sandbox_bwrap.temporary_folder(walls) if method == "bwrap" else walls.temp
    # Whoever keeps a cache in the home folder, as compilers do, could not write there.
    cache = {"XDG_CACHE_HOME": str(Path(temp, "cache"))} if method else {}
    return {**environment.fresh(more), "TMPDIR": temp, strays.MARK: secrets.token_hex(8), **cache}


def _sockets(method: Method | None, walls: Walls) -> str:
    """Which sockets the filter leaves. Inside bubblewrap those of the internet reach only the command itself."""
    if method is None or not seccomp.available():
        return ""
    return "internet" if walls.network or method == "bwrap" else "none"


def _why_not(method: Method, bwrap: str | None) -> str:
    if not kernel.on_linux():
        return "needs Linux"
    if method == "bwrap":
        program = bwrap or sandbox_bwrap.find()
        return _attempt(method, program) if program else "bubblewrap is not installed"
    if not landlock.version():
        return "this kernel has none, or it is switched off"
    return _attempt(method, None) if seccomp.available() else "the network could not be closed on this machine"


@functools.cache
def _attempt(method: Method, bwrap: str | None) -> str:
    """Runs a command that does nothing; what went wrong."""
    with tempfile.TemporaryDirectory() as root:
        walls = Walls(str(Path(root).resolve()), str(Path(root).resolve()), network=False, write_git=False, hidden=())
        output = Output(spill_opener(Path(root)))
        try:
            process = prepare(
                method, Sandbox(bwrap=bwrap), walls, _PROBE, ".", Cancel(), child_environment(method, walls)
            )
        except OSError as error:
            return str(error)
        process.run(output, _PROBE_SECONDS)
        output.close()
        return "" if process.report.get("exit") == 0 else explain(process.report, output)


def explain(report: Mapping[str, Any], output: Output) -> str:
    """Why a command did not start, in one line: the end of what was said, where a traceback says what happened."""
    said = str(report.get("error") or " ".join(output.texts()[0].split()) or "it ended without a word")
    return said if len(said) <= _LONGEST else f"…{said[1 - _LONGEST :]}"

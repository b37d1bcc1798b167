"""The shell: runs commands in a project folder, as confined as can be, and leaves nothing of them behind."""

from __future__ import annotations

import functools
import math
import os
import shutil
import tempfile
import time
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from manual_slop.safety.output import KEPT, LARGEST_SPILL, Output, spill_opener
from manual_slop.safety.path_rules import WorkspaceError, parts_of, show
from manual_slop.safety.sandbox import Level, Method, Sandbox, Walls, beneath, usual_hidden
from manual_slop.safety.shell import environment, levels
from manual_slop.safety.shell.errors import ShellError
from manual_slop.safety.shell.process import Process
from manual_slop.values import paths
from manual_slop.values.cancel import Cancel

LONGEST_WORD = 128 * 1024 - 1  # bytes the kernel takes as one word of a command line
_SHELLS = ("/bin/bash", "/usr/bin/bash", "/bin/sh")


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much.

    `seconds` for a command unless a call says otherwise; `kept` bytes of either end of its output, and `spilled` of it
    in a file where it is longer. `environment` names variables that commands get beside the usual ones, `variables`
    are some with their values.
    """

    seconds: float = 120.0
    kept: int = KEPT
    spilled: int = LARGEST_SPILL
    environment: tuple[str, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CommandResult:
    """How a command ended: by `exit_code` or by `signal`, early where `timed_out` or `cancelled`.

    `head` and `tail` are the ends of what it printed, `tail` empty where `head` is all; `total_bytes` were printed.
    `left_running` processes outlived the command and were ended after it; `survivors` could not be.
    """

    exit_code: int | None
    signal: int | None
    head: str
    tail: str
    total_bytes: int
    spilled_to: Path | None
    binary: bool
    timed_out: bool
    cancelled: bool
    seconds: float
    confinement: Level
    left_running: int = 0
    survivors: int = 0


class Shell:
    """Commands in one project folder. Safe to use from several threads; commands share nothing but folders.

    They find a private temporary folder, the same for all commands of this shell, which goes when the shell goes.
    """

    def __init__(
        self, workspace_root: str | Path, sandbox: Sandbox | None = None, limits: Limits | None = None
    ) -> None:
        self.root = str(Path(workspace_root).resolve(strict=True))
        self.sandbox = sandbox or Sandbox()
        self.limits = limits or Limits()

    def run(
        self,
        command: str | Sequence[str],
        *,
        cwd: str = ".",
        timeout: float | None = None,
        cancel: Cancel | None = None,
        network: bool | None = None,
        write_git: bool | None = None,
    ) -> CommandResult:
        """Run a program with its arguments, or a script by the system's shell, until nothing of it is left.

        `cwd` lies in the project folder; `timeout` is in seconds; what is `None` is as the shell was set. Raises
        `ShellError` where the command was not run at all.
        """
        argv = [*shell_argv(), command] if isinstance(command, str) else [*command]
        _check(argv)
        folder = self.folder(cwd)
        seconds = self._seconds(timeout)
        walls = self._walls(network, write_git)
        method, level = levels.choose(self.sandbox, walls)
        output = Output(spill_opener(paths.data_dir() / "spill"), kept=self.limits.kept, largest=self.limits.spilled)
        started = time.monotonic()
        try:
            button = cancel or Cancel()
            process = levels.prepare(method, self.sandbox, walls, argv, folder, button, self._variables(method, walls))
            process.run(output, seconds)
        except OSError as error:
            raise ShellError(f"the command could not be run: {error.strerror or error}") from None
        finally:
            output.close()
        return _result(process, output, level, time.monotonic() - started)

    def level(self, *, network: bool | None = None, write_git: bool | None = None) -> Level:
        """The confinement that a command run now would have. Raises `ShellError` where none works and one must."""
        return levels.choose(self.sandbox, self._walls(network, write_git))[1]

    def environment_names(self) -> tuple[str, ...]:
        """The names of the variables that a command run now would find."""
        walls = self._walls(None, None)
        method, _ = levels.choose(self.sandbox, walls)
        return tuple(sorted(self._variables(method, walls)))

    def find(self, *programs: str) -> str | None:
        """Where the first of `programs` is that commands can find; what lies in the project folder does not count."""
        places = environment.fresh().get("PATH", "").split(os.pathsep)
        path = os.pathsep.join(place for place in places if place and not beneath(os.path.realpath(place), self.root))
        return next(filter(None, (shutil.which(program, path=path) for program in programs)), None)

    def folder(self, cwd: str) -> str:
        """`cwd` as a path from the project folder down. Raises `ShellError` where it leads elsewhere or nowhere."""
        try:
            parts = parts_of(cwd, (self.root,))
        except WorkspaceError as error:
            raise ShellError(f"this working directory cannot be used: {error}") from None
        real = Path(self.root, *parts).resolve()
        if not real.is_relative_to(self.root):
            raise ShellError(f"{show(cwd)}: leads out of the project folder")
        if not real.is_dir():
            raise ShellError(f"{show(cwd)}: there is no such folder")
        return "/".join(parts) or "."

    def _seconds(self, timeout: float | None) -> float:
        seconds = self.limits.seconds if timeout is None else timeout
        if not (0 < seconds < math.inf):
            raise ShellError(f"a time limit of {seconds} seconds makes no sense: give a number above 0")
        return seconds

    def _variables(self, method: Method | None, walls: Walls) -> dict[str, str]:
        found = levels.child_environment(method, walls, self.limits.environment)
        return {**dict(self.limits.variables), **found}

    def _walls(self, network: bool | None, write_git: bool | None) -> Walls:
        wanted = self.sandbox
        home = environment.fresh().get("HOME", "")
        hidden = usual_hidden(home) if wanted.hidden is None else wanted.hidden
        return Walls(
            self.root,
            self._temp,
            wanted.network if network is None else network,
            wanted.write_git if write_git is None else write_git,
            hidden,
        )

    @functools.cached_property
    def _temp(self) -> str:
        place = paths.data_dir().absolute() / "tmp"
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = tempfile.mkdtemp(dir=place.resolve())
        weakref.finalize(self, shutil.rmtree, made, ignore_errors=True)
        return made


def available() -> bool:
    """Whether commands can be run here at all."""
    return os.name == "posix"


def shell_argv() -> tuple[str, ...]:
    """What a script is put behind: bash where there is one, reading nobody's profile."""
    program = next((place for place in _SHELLS if os.access(place, os.X_OK)), "/bin/sh")
    return (program, "-c", "--")


def _check(argv: Sequence[str]) -> None:
    if not argv or not argv[0]:
        raise ShellError("there is no command to run")
    for word in argv:
        if "\0" in word:
            raise ShellError("a command cannot hold a NUL character")
        try:
            length = len(os.fsencode(word))
        except UnicodeEncodeError:
            raise ShellError("the command holds half a character (a lone surrogate): write it whole") from None
        if length > LONGEST_WORD:
            raise ShellError(f"the command has {length:,} bytes, {LONGEST_WORD:,} is the most: put it in a file")


def _result(process: Process, output: Output, level: Level, seconds: float) -> CommandResult:
    report = process.report
    if not process.cancelled and ("error" in report or "begun" not in report):
        raise ShellError(f"the command was not run: {levels.explain(report, output)}")
    head, tail = output.texts()
    return CommandResult(
        report.get("exit"),
        report.get("signal"),
        head,
        tail,
        output.total,
        output.spilled_to,
        output.binary,
        process.timed_out,
        process.cancelled,
        seconds,
        level,
        report.get("left", 0),
        report.get("survivors", 0),
    )

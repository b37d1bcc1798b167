"""The commands that show whether a ticket's work holds: which they are, and running them ourselves."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from manual_slop.conductor.jobs import Check
from manual_slop.providers.config import Config
from manual_slop.safety.output import without_escapes
from manual_slop.safety.shell.errors import ShellError
from manual_slop.safety.shell.shell import CommandResult, Shell, available, shell_argv
from manual_slop.tools.settings import work_settings
from manual_slop.values.cancel import Cancel
from manual_slop.values.tickets import Ticket

_QUOTED = re.compile(
    r"\s*(?:\$\s+(?P<plain>\S.*)|(?:(?:run|command):?\s+)?`(?P<quoted>[^`\n]+)`(?:\s+passes)?\.?)\s*", re.I
)
_PROGRAM = re.compile(
    r"pytest|python3?|node|npm|npx|pnpm|yarn|make|cargo|go|uv|tox|nox|ruff|mypy|dotnet|gradle|mvn|ctest"
)
VARIABLES = (("PYTHONDONTWRITEBYTECODE", "1"),)
"""What commands in a worktree find set. Python tells whether its compiled files are still right by the second and the
size: an edit that changes neither would be tested as it was before."""
_KEPT = 16 * 1024  # characters of either end of what a command printed


def command_in(acceptance: str) -> str:
    """The command that an acceptance line is, empty where it is a sentence.

    Written as `$ command`, or whole in backticks, or bare where it begins with a usual program (`pytest -q`).
    """
    found = _QUOTED.fullmatch(acceptance)
    if found:
        return (found["plain"] or found["quoted"]).strip()
    first, _, rest = acceptance.strip().partition(" ")
    like_options = not rest or bool(re.search(r"(?:^|\s)-|/|\.\w|^(?:test|run|check|build)\b", rest))
    sentence = re.search(r"(?<!\.)\.$", acceptance.rstrip())
    return acceptance.strip() if _PROGRAM.fullmatch(first) and like_options and not sentence else ""


def commands_of(ticket: Ticket) -> tuple[str, ...]:
    """The commands among what must hold, each once."""
    return tuple(dict.fromkeys(filter(None, map(command_in, ticket.acceptance))))


def command_for_tests(config: Config, project: Path, tickets: Sequence[Ticket]) -> tuple[str, ...] | None:
    """What `run_tests` runs for these tickets: the person's own command for the project, then the plan's, in a row."""
    own = _own_command(config, project)
    rows = [*([shlex.join(own)] if own else []), *(one for ticket in tickets for one in commands_of(ticket))]
    rows = list(dict.fromkeys(rows))
    if not rows:
        return None
    if len(rows) == 1:
        return own or (*shell_argv(), rows[0])
    return (*shell_argv(), " && ".join(f"(\n{row}\n)" for row in rows))


def run_checks(
    config: Config, project: Path, folder: Path, tickets: Sequence[Ticket], cancel: Cancel | None = None
) -> tuple[Check, ...]:
    """Run the person's test command and the tickets' own in `folder`, confined as any command, and say how they ended.

    `project` is the person's folder, by which their settings know it. A command that cannot be run has not passed.
    """
    own = _own_command(config, project)
    named = [(shlex.join(own), own)] if own else []
    wanted = [*named, *((one, (*shell_argv(), one)) for ticket in tickets for one in commands_of(ticket))]
    if not wanted:
        return ()
    if not available():
        return tuple(Check(name, False, "commands cannot be run on this system", "") for name, _ in wanted)
    settings = work_settings(config, project)
    shell = Shell(folder, settings.sandbox, replace(settings.limits, variables=VARIABLES))
    return tuple(_run(shell, name, argv, cancel) for name, argv in dict(wanted).items())


def _own_command(config: Config, project: Path) -> tuple[str, ...] | None:
    """The person's test command; a program in the project that no worktree has (of a virtual environment) is there."""
    command = work_settings(config, project).test_command
    if not command or "/" not in command[0] or Path(command[0]).is_absolute():
        return command
    return (str(project / command[0]), *command[1:])


def _run(shell: Shell, name: str, argv: Sequence[str], cancel: Cancel | None) -> Check:
    try:
        result = shell.run(argv, cancel=cancel)
    except ShellError as error:
        return Check(name, False, str(error), "")
    return Check(name, result.exit_code == 0, _how(result), _printed(result), str(result.confinement))


def _how(result: CommandResult) -> str:
    if result.timed_out:
        return "did not end in time"
    if result.cancelled:
        return "was stopped"
    return f"exit code {result.exit_code}" if result.signal is None else f"killed by signal {result.signal}"


def _printed(result: CommandResult) -> str:
    if result.binary:
        return f"[{result.total_bytes:,} bytes of binary output]"
    text = without_escapes(result.head) + without_escapes(result.tail)
    if len(text) <= 2 * _KEPT:
        return text
    return f"{text[:_KEPT]}\n[… the middle is left out …]\n{text[-_KEPT:]}"

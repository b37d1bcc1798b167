"""What the tools that run commands share: what is shown before, and what a model reads after."""

from __future__ import annotations

from collections.abc import Sequence

from manual_slop.safety.output import without_escapes
from manual_slop.safety.shell.errors import ShellError
from manual_slop.safety.shell.shell import CommandResult, Shell
from manual_slop.tools.declaration import ToolContext, ToolError
from manual_slop.values.approval import Preview

_SHOWN_AT_EITHER_END = 24 * 1024  # bytes
_LONGEST = 3600


def preview_command(context: ToolContext, script: str, cwd: str) -> Preview:
    """What a person is shown: the exact script, where it runs, what it gets to see and what it can touch."""
    shell = shell_of(context)
    try:
        return Preview(
            "command",
            script,
            cwd=shell.folder(cwd),
            environment=shell.environment_names(),
            confinement=str(shell.level()),
        )
    except ShellError as error:
        raise ToolError(str(error)) from None


def run_command(context: ToolContext, command: str | Sequence[str], cwd: str, seconds: int | None) -> str:
    """Run it and say how it ended and what it printed. Raises `ToolError` where it was not run or was stopped."""
    if seconds is not None and not 0 < seconds <= _LONGEST:
        raise ToolError(f"`timeout_seconds` must be between 1 and {_LONGEST}")
    try:
        result = shell_of(context).run(command, cwd=cwd, timeout=seconds, cancel=context.cancel)
    except ShellError as error:
        raise ToolError(str(error)) from None
    if result.cancelled:
        raise ToolError(f"stopped by the person before it ended\n{report(result)}")
    return report(result)


def shell_of(context: ToolContext) -> Shell:
    """The shell of this context. Raises `ToolError` where there is none."""
    if context.shell is None:
        raise ToolError("no commands can be run in this session")
    return context.shell


def has_powershell(context: ToolContext) -> bool:
    """Whether commands are given to PowerShell here."""
    return context.shell is not None and powershell(context.shell) is not None


def powershell(shell: Shell) -> str | None:
    """Where PowerShell is, if it is installed."""
    return shell.find("pwsh", "powershell.exe", "powershell")


def report(result: CommandResult) -> str:
    """How a command ended, how it was confined, and both ends of what it printed."""
    notes = [_ending(result), f"[confinement: {result.confinement}]"]
    if result.left_running:
        notes.append(f"[it left {result.left_running} running in the background, which were stopped with it]")
    if result.survivors:
        notes.append(f"[{result.survivors} of its processes could not be stopped]")
    return "\n".join([*notes, _printed(result)])


def _ending(result: CommandResult) -> str:
    if result.signal is not None:
        how = f"killed by signal {result.signal}"
    else:
        how = f"exit code {result.exit_code}" if result.exit_code is not None else "no exit code"
    when = f"after {result.seconds:.1f} s"
    return f"[{how} {when}{': the time limit was reached' if result.timed_out else ''}]"


def _printed(result: CommandResult) -> str:
    if not result.total_bytes:
        return "[no output]"
    if result.binary:
        return f"[{result.total_bytes:,} bytes of binary output, not shown]"
    plain = without_escapes(result.head) + without_escapes(result.tail)
    notes = ["[colours and cursor movements are left out]"] if len(plain) < len(result.head + result.tail) else []
    whole = plain.replace("\r\n", "\n").encode("utf-8", "backslashreplace")
    if not result.tail and len(whole) <= 2 * _SHOWN_AT_EITHER_END:
        return "\n".join([*notes, whole.decode()])
    head = _cut_to_lines(whole[:_SHOWN_AT_EITHER_END], -1)
    tail = _cut_to_lines(whole[-_SHOWN_AT_EITHER_END:], 0)
    left_out = (
        f"[the middle of {result.total_bytes:,} bytes is left out: pass it through grep, head or tail to see less]"
    )
    return "\n".join([*notes, head, left_out, tail])


def _cut_to_lines(part: bytes, broken: int) -> str:
    """`part` without its first or last line, which may have been cut, where others remain."""
    lines = part.decode("utf-8", "ignore").split("\n")
    if len(lines) > 2:
        del lines[broken]
    return "\n".join(lines)

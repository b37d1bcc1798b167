"""The tool that runs a script of PowerShell."""

from __future__ import annotations

import base64

from manual_slop.safety.shell.shell import available
from manual_slop.tools.commands import has_powershell, powershell, preview_command, run_command, shell_of
from manual_slop.tools.declaration import ToolContext, ToolError, tool
from manual_slop.values.approval import Preview

# No profile, which could be anybody's, no questions, and plain text instead of XML on standard error.
_OPTIONS = ("-NoLogo", "-NoProfile", "-NonInteractive", "-OutputFormat", "Text", "-EncodedCommand")
_LONGEST = 48_000  # characters, of which each is up to 16/6 letters of the command line


def _preview(context: ToolContext, script: str, timeout_seconds: int = 120, cwd: str = ".") -> Preview:
    return preview_command(context, script, cwd)


def _usable(context: ToolContext) -> bool:
    return available() and has_powershell(context)


@tool("EXECUTE", preview=_preview, usable=_usable)
def run_powershell(context: ToolContext, script: str, timeout_seconds: int = 120, cwd: str = ".") -> str:
    """Run a PowerShell script in the project and read what it prints, errors included.

    A person sees the exact script first and may refuse or change it. Each call starts afresh: no variables, functions
    or background processes are left of the one before, only files. Nothing can be typed into it. Files outside the
    project cannot be written and the network is closed unless the person opened it; `$env:TMPDIR` is a folder for
    temporary files. Prefer the tools for reading, searching and editing files over commands that do the same.

    Args:
        script: The script, as you would type it. End it with `exit $LASTEXITCODE` to pass on a program's exit code.
        timeout_seconds: When it is stopped, at most 3600.
        cwd: The folder it runs in, from the project folder down.
    """
    program = powershell(shell_of(context))
    if program is None:
        raise ToolError("PowerShell is not installed")
    return run_command(context, [program, *_OPTIONS, encoded(script)], cwd, timeout_seconds)


def encoded(script: str) -> str:
    """`script` as one word that no quoting can change: base64 of UTF-16, as PowerShell takes it. Raises `ToolError`."""
    if len(script) > _LONGEST:
        raise ToolError(f"the script has {len(script):,} characters, {_LONGEST:,} is the most: put it in a file")
    try:
        return base64.b64encode(script.encode("utf-16-le")).decode()
    except UnicodeEncodeError:
        raise ToolError("the script holds half a character (a lone surrogate): write it whole") from None

"""The tool that runs a script of the system's shell."""

from __future__ import annotations

from manual_slop.safety.shell.shell import available
from manual_slop.tools.commands import has_powershell, preview_command, run_command
from manual_slop.tools.declaration import ToolContext, tool
from manual_slop.values.approval import Preview


def _preview(context: ToolContext, command: str, timeout_seconds: int = 120, cwd: str = ".") -> Preview:
    return preview_command(context, command, cwd)


def _usable(context: ToolContext) -> bool:
    return context.shell is not None and available() and not has_powershell(context)


@tool("EXECUTE", preview=_preview, usable=_usable)
def run_shell(context: ToolContext, command: str, timeout_seconds: int = 120, cwd: str = ".") -> str:
    """Run a bash script in the project and read what it prints, standard error included.

    A person sees the exact script first and may refuse or change it. Each call starts afresh: no variables, functions
    or background processes are left of the one before, only files. Nothing can be typed into it. Files outside the
    project cannot be written and the network is closed unless the person opened it; `$TMPDIR` is a folder for
    temporary files. Prefer the tools for reading, searching and editing files over commands that do the same.

    Args:
        command: The script, as you would type it.
        timeout_seconds: When it is stopped, at most 3600.
        cwd: The folder it runs in, from the project folder down.
    """
    return run_command(context, command, cwd, timeout_seconds)

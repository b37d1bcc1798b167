"""The tool that runs a project's tests, by the command that the person set for it."""

from __future__ import annotations

import shlex

from manual_slop.safety.shell.shell import available
from manual_slop.tools.commands import preview_command, run_command
from manual_slop.tools.declaration import ToolContext, ToolError, tool
from manual_slop.values.approval import Preview


def _preview(context: ToolContext) -> Preview:
    return preview_command(context, shlex.join(_command(context)), ".")


def _usable(context: ToolContext) -> bool:
    return context.shell is not None and bool(context.test_command) and available()


@tool("EXECUTE", preview=_preview, usable=_usable)
def run_tests(context: ToolContext) -> str:
    """Run the project's tests, with the command that the person chose for it, and read what they print."""
    return run_command(context, _command(context), ".", None)


def _command(context: ToolContext) -> tuple[str, ...]:
    if not context.test_command:
        raise ToolError("the person has set no test command for this project")
    return context.test_command

"""The tool that gives a file another name or place."""

from __future__ import annotations

from manual_slop.safety.snapshot import Change, Plan
from manual_slop.tools.changing import absent, can_change, carry_out, present, previewed
from manual_slop.tools.declaration import ToolContext, tool
from manual_slop.values.approval import Preview


def _plan(context: ToolContext, path: str, to: str) -> Plan:
    name, before = present(context, path)
    return Plan((Change(name, before, None), Change(absent(context, to), None, before.data, before.state.mode)))


def _preview(context: ToolContext, path: str, to: str) -> Preview:
    return previewed(context, _plan(context, path, to))


@tool("WRITE", preview=_preview, usable=can_change)
def move_file(context: ToolContext, path: str, to: str) -> str:
    """Move or rename one file of the project. Nothing is overwritten; folders on the way are made.

    Args:
        path: The file as it is now, from the project folder down, such as `src/old.py`.
        to: Its new path including the file name, such as `src/new/name.py`.
    """
    plan = _plan(context, path, to)
    carry_out(context, plan)
    old, new = plan.targets
    return f"Moved {old} to {new}."

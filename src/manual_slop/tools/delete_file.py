"""The tool that removes a file."""

from __future__ import annotations

from manual_slop.safety.snapshot import Change, Plan
from manual_slop.tools.changing import can_change, carry_out, one, present, previewed
from manual_slop.tools.declaration import ToolContext, tool
from manual_slop.values.approval import Preview


def _plan(context: ToolContext, path: str) -> Plan:
    name, before = present(context, path)
    return one(Change(name, before, None))


def _preview(context: ToolContext, path: str) -> Preview:
    return previewed(context, _plan(context, path))


@tool("WRITE", preview=_preview, usable=can_change)
def delete_file(context: ToolContext, path: str) -> str:
    """Remove one file of the project. Folders are not removed. It can be undone by the person.

    Args:
        path: The file, from the project folder down, such as `src/old.py`.
    """
    plan = _plan(context, path)
    carry_out(context, plan)
    return f"Removed {plan.targets[0]}."

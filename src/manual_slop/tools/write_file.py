"""The tool that writes a whole file."""

from __future__ import annotations

from manual_slop.safety.snapshot import Change, Plan, capture
from manual_slop.tools.changing import can_change, carry_out, encoded, one, previewed, require_new_name
from manual_slop.tools.declaration import ToolContext, ToolError, tool
from manual_slop.tools.text_file import NotText, TextFile, take_apart
from manual_slop.values.approval import Preview


def _plan(context: ToolContext, path: str, content: str) -> Plan:
    name = context.workspace.relative(path)
    before = capture(context.workspace, name)
    if before is None:
        require_new_name(name)
        return one(Change(name, None, encoded(name, TextFile(content))))
    context.seen.require_known(name, before)
    try:
        after = encoded(name, take_apart(before.data).with_text(content))
    except NotText:
        after = encoded(name, TextFile(content))
    if after == before.data:
        raise ToolError(f"{name} holds just that already")
    return one(Change(name, before, after))


def _preview(context: ToolContext, path: str, content: str) -> Preview:
    return previewed(context, _plan(context, path, content))


@tool("WRITE", preview=_preview, usable=can_change)
def write_file(context: ToolContext, path: str, content: str) -> str:
    """Write a whole text file of the project, a new one or over one that was read before.

    Folders on the way are made. An existing file keeps its encoding, line ends and permissions. To change a part of a
    file use edit_file.

    Args:
        path: The file, from the project folder down, such as `src/app.py`.
        content: All of its new text.
    """
    plan = _plan(context, path, content)
    summary = carry_out(context, plan)
    return f"{'Wrote' if plan.changes[0].before else 'Created'} {plan.targets[0]} ({summary})."

"""The tool that applies a unified diff to any number of files."""

from __future__ import annotations

from collections.abc import Iterator

from manual_slop.safety.path_rules import WorkspaceError, show
from manual_slop.safety.snapshot import Change, Plan, Snapshot
from manual_slop.tools.changing import absent, can_change, carry_out, encoded, present, previewed, text_of
from manual_slop.tools.declaration import ToolContext, ToolError, tool
from manual_slop.tools.patch_lines import patched
from manual_slop.tools.patch_text import FilePatch, PatchError, read_patch
from manual_slop.tools.text import counted
from manual_slop.tools.text_file import TextFile
from manual_slop.values.approval import Preview


def _plan(context: ToolContext, patch: str) -> Plan:
    problems: list[str] = []
    changes: list[Change] = []
    try:
        patches = read_patch(patch)
    except PatchError as error:
        raise ToolError(f"the patch cannot be read: {error}") from None
    for one in patches:
        try:
            changes += _changes(context, one)
        except (PatchError, WorkspaceError, ToolError) as error:
            problems.append(str(error))
    names = [change.path for change in changes]
    problems += [f"{show(name)}: stands in the patch twice" for name in dict.fromkeys(names) if names.count(name) > 1]
    if problems:
        raise ToolError("nothing was changed, because the patch does not fit:\n" + "\n".join(problems))
    return Plan(tuple(changes))


def _preview(context: ToolContext, patch: str) -> Preview:
    return previewed(context, _plan(context, patch))


@tool("WRITE", preview=_preview, usable=can_change)
def apply_patch(context: ToolContext, patch: str) -> str:
    """Apply a unified diff as `git diff` writes it: it may change, make, remove and rename text files.

    All files change or none. New files come from /dev/null, removed ones go there. Context and removed lines must be
    exact, though they may have moved; the numbers of lines in each `@@` heading must be right.

    Args:
        patch: The diff, with `--- a/path` and `+++ b/path` before the hunks of each file.
    """
    plan = _plan(context, patch)
    summary = carry_out(context, plan)
    names = ", ".join(dict.fromkeys(plan.targets))
    return f"Patched {counted(len(plan.changes), 'file')} ({summary}): {names}."


def _changes(context: ToolContext, patch: FilePatch) -> Iterator[Change]:
    if patch.old is None:
        assert patch.new is not None
        name = absent(context, patch.new)
        yield Change(name, None, _encoded(name, TextFile(""), patch), patch.mode)
        return
    name, before = present(context, patch.old)
    new = None if patch.new is None else context.workspace.relative(patch.new)
    if new is None:
        _require_all_removed(context, name, before, patch)
        yield Change(name, before, None)
    elif new == name:
        yield Change(name, before, _content(context, name, before, patch), patch.mode)
    else:
        mode = patch.mode if patch.mode is not None else before.state.mode
        yield Change(name, before, None)
        yield Change(absent(context, new), None, _content(context, name, before, patch), mode)


def _content(context: ToolContext, name: str, before: Snapshot, patch: FilePatch) -> bytes:
    if not patch.hunks:
        if patch.old == patch.new and patch.mode is None:
            raise PatchError(f"{name}: the patch has no hunks for it")
        return before.data
    return _encoded(name, text_of(context, name, before), patch)


def _require_all_removed(context: ToolContext, name: str, before: Snapshot, patch: FilePatch) -> None:
    text = text_of(context, name, before) if patch.hunks else None
    if text is not None and _encoded(name, text, patch) not in {b"", text.mark}:
        raise PatchError(f"{name}: the patch removes the file, but not all of its lines")


def _encoded(name: str, file: TextFile, patch: FilePatch) -> bytes:
    return encoded(name, patched(file, patch.hunks, name))

"""What all tools that change files do alike: look, plan, show, and do."""

from __future__ import annotations

from manual_slop.safety.path_rules import WorkspaceError, new_name_problem, show
from manual_slop.safety.protected import may_hold_keys
from manual_slop.safety.snapshot import Change, Plan, Snapshot, capture
from manual_slop.safety.writing import protected_paths
from manual_slop.tools import diff
from manual_slop.tools.declaration import ToolContext, ToolError
from manual_slop.tools.text_file import NotEncodable, NotText, TextFile, take_apart
from manual_slop.values.approval import Preview

_DEEPEST = 64


def can_change(context: ToolContext) -> bool:
    """Whether files may be changed at all in this conversation."""
    return context.changes is not None


def previewed(context: ToolContext, plan: Plan) -> Preview:
    """What a plan would do, for whoever decides about it."""
    protected = bool(protected_paths(context.workspace, plan))
    return Preview("diff", diff.of_plan(plan), plan.targets, plan.state, protected)


def carry_out(context: ToolContext, plan: Plan) -> str:
    """Do what was approved. Raises `ToolError` where nothing was; returns how many lines changed."""
    if context.changes is None or context.permit is None:
        raise ToolError("files are changed only after a person approved it, and nobody was asked")
    approved = context.permit.action.preview
    summary = diff.counts(plan)
    context.changes.carry_out(plan, context.permit.effect, state=approved.state, protected=approved.protected)
    for change in plan.changes:
        context.seen.wrote(change.path, change.after)
    return summary


def present(context: ToolContext, path: str) -> tuple[str, Snapshot]:
    """A file that is there, by its plain path, as the model knows it. Raises `WorkspaceError`."""
    name = context.workspace.relative(path)
    found = capture(context.workspace, name)
    if found is None:
        raise WorkspaceError(f"{show(path)}: there is no such file")
    context.seen.require_current(name, found)
    return name, found


def absent(context: ToolContext, path: str) -> str:
    """The plain path of a file that is to be made. Raises `WorkspaceError`."""
    name = context.workspace.relative(path)
    if capture(context.workspace, name) is not None:
        raise WorkspaceError(f"{show(path)}: is there already")
    require_new_name(name)
    return name


def require_new_name(name: str) -> None:
    """Raises `WorkspaceError` where a part of a path that is to be made would be no file name elsewhere."""
    parts = name.split("/")
    if len(parts) > _DEEPEST:
        raise WorkspaceError(f"{show(name)}: deeper than {_DEEPEST} folders")
    for part in parts:
        if problem := new_name_problem(part):
            raise WorkspaceError(f"{show(name)}: {problem}")


def text_of(context: ToolContext, name: str, found: Snapshot) -> TextFile:
    """The text of a file. Raises `ToolError` where it is none.

    One that may hold keys must have been read: what does not fit is answered with what stands there.
    """
    if may_hold_keys(context.workspace.locate(name)[1]):
        context.seen.require_known(name, found)
    try:
        return take_apart(found.data)
    except NotText as error:
        raise ToolError(f"{name} is {error} and cannot be edited as text") from None


def encoded(name: str, text: TextFile) -> bytes:
    """The bytes of a text. Raises `ToolError` where its encoding lacks a character."""
    try:
        return text.encoded()
    except NotEncodable as error:
        raise ToolError(f"{name}: {error}; write it in another way") from None


def one(change: Change) -> Plan:
    """A plan of a single change."""
    return Plan((change,))

"""Changes files of a workspace: each one whole or not at all, and of several all or none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from manual_slop.safety.path_rules import WorkspaceError, show
from manual_slop.safety.protected import protection
from manual_slop.safety.snapshot import Change, Plan, capture
from manual_slop.safety.staging import CHANGED, Staging, temporary_name
from manual_slop.safety.workspace import Workspace, refusal

MOST_FILES = 200
"""How many files one plan may touch: each folder is held open until all of it is done."""


class HalfDoneError(WorkspaceError):
    """A change went wrong in the middle and could not be taken back; the message names the files that differ."""


@dataclass(frozen=True, slots=True)
class _Move:
    """A file that only gets another name."""

    old: Change
    new: Change


def protected_paths(workspace: Workspace, plan: Plan) -> tuple[str, ...]:
    """Which paths of a plan need a yes of their own, each with its reason."""
    reasons = ((path, protection(workspace.locate(path)[1])) for path in plan.targets)
    return tuple(f"{show(path)} {reason}" for path, reason in reasons if reason)


def check(workspace: Workspace, plan: Plan, *, protected: bool = False) -> None:
    """That a plan may be carried out on what is there now. Raises `WorkspaceError`."""
    if len(set(plan.targets)) != len(plan.changes):
        raise WorkspaceError("a file stands twice in one change")
    if len(plan.changes) > MOST_FILES:
        raise WorkspaceError(f"more than {MOST_FILES} files in one change: make several of it")
    if not protected and (reasons := protected_paths(workspace, plan)):
        raise WorkspaceError(f"{reasons[0]}: this needs a permission of its own")
    for change in plan.changes:
        now = capture(workspace, change.path)
        if (now is None) != (change.before is None) or (now and change.before and not change.before.still(now.status)):
            raise WorkspaceError(f"{show(change.path)}: {CHANGED}")


def carry_out(workspace: Workspace, plan: Plan, token: str) -> tuple[str, ...]:
    """Make a checked plan true; the folders that had to be made for it. On the disk when this returns.

    `token` makes the names of temporary files unique. Raises `WorkspaceError`, everything being as it was before, or
    `HalfDoneError`, which says what is not.
    """
    begun: list[_Move | Change] = []
    with Staging(workspace, token) as staging:
        try:
            # What can fail for want of room or rights is done before the first file changes.
            for step, make_true in [(step, _stage(staging, step)) for step in _steps(plan)]:
                begun.append(step)
                make_true()
        except (OSError, WorkspaceError) as error:
            staging.clear()
            _take_back(workspace, begun, token)
            remove_folders(workspace, tuple(staging.made))
            raise refusal(plan.targets[0], error) if isinstance(error, OSError) else error from None
        return tuple(staging.made)


def remove_folders(workspace: Workspace, folders: tuple[str, ...]) -> None:
    """Remove those folders that are empty, the deepest first."""
    for path in sorted(folders, key=len, reverse=True):
        mount, parts = workspace.locate(path)
        with suppress(OSError), mount.confinement.folder(parts[:-1]) as folder:
            folder.remove_folder(parts[-1])


def remove_leftovers(workspace: Workspace, plan_targets: tuple[str, ...], token: str) -> None:
    """Remove the temporary files of a plan in the middle of which the program died."""
    for path in plan_targets:
        mount, parts = workspace.locate(path)
        with suppress(OSError), mount.confinement.folder(parts[:-1]) as folder:
            for name in folder.names():
                if name.startswith(temporary_name(token)):
                    folder.unlink(name)


def _steps(plan: Plan) -> Iterator[_Move | Change]:
    """Writes first and removals last, so that no content is ever nowhere; the two halves of a move as one."""
    moving = {change.path for move in plan.moves for change in move}
    rest = [change for change in plan.changes if change.path not in moving]
    yield from (change for change in rest if change.after is not None)
    yield from (_Move(old, new) for old, new in plan.moves)
    yield from (change for change in rest if change.after is None)


def _take_back(workspace: Workspace, begun: list[_Move | Change], token: str) -> None:
    """All but the last of the steps that were begun are done; nobody knows that of the last one, which failed."""
    differing: list[str] = []
    for number, step in enumerate(reversed(begun)):
        changes = (step.new, step.old) if isinstance(step, _Move) else (step,)
        try:
            back = [inverse for change in changes if (inverse := _inverse(workspace, change, certain=number > 0))]
            with Staging(workspace, f"{token}-back-{number}") as staging:
                for one in _steps(Plan(tuple(back))):
                    _stage(staging, one)()
        except (OSError, WorkspaceError):
            differing += [change.path for change in changes]
    if differing:
        names = ", ".join(map(show, dict.fromkeys(differing)))
        raise HalfDoneError(f"the change stopped in the middle and could not be taken back: look at {names}")


def _stage(staging: Staging, step: _Move | Change) -> Callable[[], None]:
    if isinstance(step, _Move):
        return staging.move(step.old, step.new)
    return staging.remove(step) if step.after is None else staging.write(step, step.after)


def _inverse(workspace: Workspace, change: Change, *, certain: bool) -> Change | None:
    """What brings back the file as it was; nothing where the change did not happen, or somebody saved over it.

    Raises `WorkspaceError` where it is `certain` that the change happened, and yet something else is there.
    """
    now = capture(workspace, change.path)
    wanted = None if change.before is None else change.before.data
    present = None if now is None else now.data
    if present == wanted and (now is None or change.before is None or now.state == change.before.state):
        return None
    if present != change.after and not certain:
        return None
    if present != change.after:
        raise WorkspaceError(f"{show(change.path)}: {CHANGED}")
    return Change(change.path, now, wanted, change.before.state.mode if change.before else None)

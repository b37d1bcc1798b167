"""A change of every kind at once, and what came of it."""

from __future__ import annotations

from pathlib import Path

from manual_slop.safety.changes import Changes
from manual_slop.safety.path_rules import WorkspaceError
from manual_slop.safety.snapshot import Change, Plan, capture
from manual_slop.safety.workspace import Workspace
from manual_slop.safety.writing import HalfDoneError
from manual_slop.store.blobs import Blobs
from manual_slop.store.effects import Effect
from manual_slop.store.journal import MemoryJournal

ME = Effect("test")


def changes_of(workspace: Workspace, tmp_path: Path) -> Changes:
    return Changes(workspace, MemoryJournal(), Blobs(tmp_path / "blobs"))


def everything(workspace: Workspace) -> Plan:
    """A change of every kind at once."""
    gone, moving, run = (capture(workspace, name) for name in ("gone.txt", "sub/moving.txt", "run.sh"))
    assert moving
    return Plan(
        (
            Change("a.txt", capture(workspace, "a.txt"), b"new content" * 1000),
            Change("new/deep/made.txt", None, b"made"),
            Change("gone.txt", gone, None),
            Change("sub/moving.txt", moving, None),
            Change("moved/here.txt", None, moving.data, moving.state.mode),
            Change("run.sh", run, run.data if run else None, 0o644),
        )
    )


def refusal_of(changes: Changes, plan: Plan) -> str:
    """Why a plan was not carried out; nothing where it was."""
    try:
        changes.carry_out(plan, ME)
    except HalfDoneError:
        raise
    except WorkspaceError as error:
        return str(error)
    return ""

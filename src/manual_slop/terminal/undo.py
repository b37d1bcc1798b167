"""`manual-slop undo`: take back what a model changed, and say what that was."""

from __future__ import annotations

from pathlib import Path

from manual_slop.terminal.exit_codes import DONE, REFUSED
from manual_slop.terminal.screen import screen
from manual_slop.terminal.visible import one_line
from manual_slop.values.errors import ConfigError


def take_back(folder: Path, session: str | None, *, turn: bool, redo: bool) -> int:
    """Undo, or with `redo` undo the undo, in one project. Returns the exit code; raises `ConfigError`."""
    from manual_slop.safety.path_rules import WorkspaceError
    from manual_slop.safety.undo import redo_last, undo_last
    from manual_slop.safety.workspace import Workspace
    from manual_slop.store.blobs import BlobError
    from manual_slop.store.journal import JournalError
    from manual_slop.tools.workbench import project_changes

    problem = ""
    try:
        changes = project_changes(Workspace(folder))
        report = redo_last(changes, session) if redo else undo_last(changes, session, turn=turn)
    except (WorkspaceError, JournalError, BlobError) as error:
        problem = str(error)
    if problem:
        raise ConfigError(problem)
    for path in report.restored:
        screen().put(f"restored {one_line(path)}")
    for reason in report.refused:
        screen().note(f"! {one_line(reason)}", "warn")
    return REFUSED if report.refused else DONE

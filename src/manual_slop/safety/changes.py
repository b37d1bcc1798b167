"""Changes to a project's files, each in the journal before it happens and with its outcome after."""

from __future__ import annotations

from dataclasses import replace

from manual_slop.safety.path_rules import WorkspaceError
from manual_slop.safety.snapshot import Plan
from manual_slop.safety.workspace import Workspace
from manual_slop.safety.writing import HalfDoneError, carry_out, check, remove_folders, remove_leftovers
from manual_slop.store.blobs import Blobs
from manual_slop.store.effects import Effect, Outcome
from manual_slop.store.journal import Journal


class Changes:
    """Carries out plans on one workspace. `blobs` keep what files held before. Safe to use from several threads."""

    def __init__(self, workspace: Workspace, journal: Journal, blobs: Blobs) -> None:
        self.workspace = workspace
        self.journal = journal
        self.blobs = blobs

    def carry_out(self, plan: Plan, effect: Effect, *, state: str = "", protected: bool = False) -> str:
        """Make a plan true; the id of its journal entry.

        `effect` says who does it and why; what it changes is filled in. `state` is that of the plan which was approved
        (empty where nobody was asked), and `protected` that names such as `.git` may be touched. Raises
        `WorkspaceError` where the files are not what was approved or cannot be changed, `JournalError` and `BlobError`
        where what is needed to undo it cannot be kept. Nothing was changed then, unless it says so.
        """
        with self.workspace.alone():
            if state and state != plan.state:
                raise WorkspaceError("the files changed after this was approved: read them again")
            check(self.workspace, plan, protected=protected)
            for change in plan.changes:
                if change.before is not None:
                    self.blobs.put(change.before.data)
            changes = tuple(change.recorded for change in plan.changes)
            entry = self.journal.intend(replace(effect, root=str(self.workspace.root), changes=changes))
            self._run(plan, entry)
        return entry

    def _run(self, plan: Plan, entry: str) -> None:
        try:
            folders = carry_out(self.workspace, plan, entry)
        except WorkspaceError as error:
            outcome: Outcome = "unknown" if isinstance(error, HalfDoneError) else "failed"
            self.journal.finish(entry, outcome, str(error))
            raise
        self.journal.finish(entry, "done", folders=folders)

    def clear_leftovers(self) -> None:
        """Remove the temporary files that a killed program left in this project; no file of anybody else is touched."""
        with self.workspace.alone():
            for entry in self.journal.unknown():
                if entry.effect.root == str(self.workspace.root):
                    paths = tuple(change.path for change in entry.effect.changes)
                    remove_leftovers(self.workspace, paths, entry.id)

    def remove_folders(self, folders: tuple[str, ...]) -> None:
        """Remove those folders that are empty."""
        with self.workspace.alone():
            remove_folders(self.workspace, folders)

"""Takes back the last change of a project's files, or all of the last turn, and can take that back, too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from manual_slop.safety.changes import Changes
from manual_slop.safety.path_rules import WorkspaceError, show
from manual_slop.safety.snapshot import Change, Plan, Snapshot, capture
from manual_slop.store.blobs import BlobError
from manual_slop.store.effects import Effect, FileChange, FileState
from manual_slop.store.journal import Entry, JournalError


@dataclass(frozen=True, slots=True)
class UndoReport:
    """What was taken back: the journal's entries and the paths restored. `refused` says why nothing was."""

    entries: tuple[Entry, ...] = ()
    restored: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


def undo_last(changes: Changes, session_id: str | None = None, *, turn: bool = False) -> UndoReport:
    """Restore what the last change overwrote (with `turn`: all changes of that turn), content, mode and name.

    All or nothing: where one of the files was changed since, nothing is, and the report names it. Only changes of this
    project count, and of this session where one is given. Called again it goes further back.
    """
    live = _live(changes, session_id)
    chosen = [entry for entry in live if not entry.effect.undoes]
    if not chosen:
        return UndoReport(refused=("there is nothing to undo",))
    last = chosen[-1].effect
    whole_turn = [one for one in chosen if _turn(one) == _turn(chosen[-1])]
    return _take_back(changes, whole_turn if turn and last.turn_id else chosen[-1:], "undo")


def _turn(entry: Entry) -> tuple[str, str]:
    return entry.effect.session_id, entry.effect.turn_id


def redo_last(changes: Changes, session_id: str | None = None) -> UndoReport:
    """Take back the last undo."""
    undone = [entry for entry in _live(changes, session_id) if entry.effect.tool == "undo"]
    if not undone:
        return UndoReport(refused=("there is nothing to redo",))
    return _take_back(changes, undone[-1:], "redo")


def _live(changes: Changes, session_id: str | None) -> list[Entry]:
    """Entries that changed files here, or may have, and were not taken back."""
    root = str(changes.workspace.root)
    entries = [entry for entry in changes.journal.entries() if entry.effect.root == root and entry.effect.changes]
    taken_back: set[str] = set()
    for entry in reversed(entries):
        # Whatever took this entry back stands later in the journal, so it was looked at before.
        if entry.id not in taken_back and entry.status == "done":
            taken_back.update(entry.effect.undoes)
    return [
        entry
        for entry in entries
        if entry.id not in taken_back
        and entry.status in {"done", "unknown"}
        and session_id in {None, entry.effect.session_id}
    ]


def _take_back(changes: Changes, entries: Sequence[Entry], tool: str) -> UndoReport:
    try:
        plan = _plan(changes, entries)
        last = entries[-1].effect
        if plan.changes:
            effect = Effect(tool, last.session_id, last.turn_id, undoes=tuple(entry.id for entry in entries))
            changes.carry_out(plan, effect, protected=True)
        changes.remove_folders(tuple(folder for entry in entries for folder in entry.effect.folders))
    except _Refused as refused:
        return UndoReport(refused=refused.reasons)
    except (WorkspaceError, BlobError, JournalError) as error:
        return UndoReport(refused=(str(error),))
    return UndoReport(tuple(entries), plan.targets)


class _Refused(Exception):
    def __init__(self, reasons: Iterable[str]) -> None:
        self.reasons = tuple(reasons)


def _plan(changes: Changes, entries: Sequence[Entry]) -> Plan:
    """What leads from the files as they are to those before `entries`. Raises `_Refused`."""
    paths = dict.fromkeys(change.path for entry in reversed(entries) for change in entry.effect.changes)
    now = {path: capture(changes.workspace, path) for path in paths}
    wanted = {path: snapshot.state if snapshot else None for path, snapshot in now.items()}
    differing: dict[str, str] = {}
    doubtful = _doubtful(changes)
    for entry in reversed(entries):
        for change in entry.effect.changes:
            _step_back(wanted, change, entry.id in doubtful, differing)
    if differing:
        raise _Refused(differing.values())
    contents = _contents(changes, now, wanted)
    return Plan(
        tuple(
            Change(path, now[path], None if state is None else contents[state.digest], state.mode if state else None)
            for path, state in wanted.items()
            if state != (now[path].state if now[path] else None)  # type: ignore[union-attr]
        )
    )


def _doubtful(changes: Changes) -> set[str]:
    """Entries whose files may be as before: their end was not seen, or that of their undoing."""
    unknown = changes.journal.unknown()
    return {entry.id for entry in unknown}.union(*(entry.effect.undoes for entry in unknown))


def _step_back(
    wanted: dict[str, FileState | None], change: FileChange, may_not_have_happened: bool, differing: dict[str, str]
) -> None:
    state = wanted[change.path]
    if _same_content(state, change.after):
        kept = state is not None and change.after is not None and change.after.mode not in {0, state.mode}
        before = change.before
        # Permissions that somebody changed since are theirs.
        wanted[change.path] = FileState(before.digest, state.mode) if kept and before and state else before
    elif not (may_not_have_happened and _same_content(state, change.before)):
        differing[change.path] = f"{show(change.path)}: changed since, so that nothing was undone"


def _same_content(one: FileState | None, other: FileState | None) -> bool:
    return (one and one.digest) == (other and other.digest)


def _contents(
    changes: Changes, now: Mapping[str, Snapshot | None], wanted: Mapping[str, FileState | None]
) -> dict[str, bytes]:
    """The contents that are wanted, by digest: from files that still have them, else from the blobs."""
    contents = {snapshot.state.digest: snapshot.data for snapshot in now.values() if snapshot}
    for state in wanted.values():
        if state is not None and state.digest not in contents:
            contents[state.digest] = changes.blobs.get(state.digest)
    return contents

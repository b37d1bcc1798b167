"""Takes back, behind the window, what the conversation in view changed in the project; and takes that back, too."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from manual_slop.app.app_state import AppState
from manual_slop.app.background import Background
from manual_slop.app.choices import Choices
from manual_slop.values.errors import ConfigError

if TYPE_CHECKING:
    from manual_slop.safety.undo import UndoReport

_MOST_NAMED = 4


class Undoing:
    """Commands that return at once; what came of it is said. Nothing is undone where files were changed since."""

    def __init__(self, state: AppState, choices: Choices, background: Background) -> None:
        self._state = state
        self._choices = choices
        self._background = background

    @property
    def possible(self) -> bool:
        """Whether there may be something, and nobody changes files right now."""
        view = self._state.conversation
        return self._choices.project is not None and bool(view.session_id) and not view.running

    def undo(self, *, turn: bool) -> None:
        """The last change of files, or all of the last turn that changed some; again goes further back."""
        self._do("undone", turn=turn)

    def redo(self) -> None:
        """Take back the last undo."""
        self._do("done again", redo=True)

    def _do(self, word: str, *, turn: bool = False, redo: bool = False) -> None:
        project, session_id = self._choices.project, self._state.conversation.session_id
        if not self.possible or project is None:
            return

        def take_back() -> None:
            try:
                report = _take_back(project, session_id, turn=turn, redo=redo)
            except Exception as error:  # noqa: BLE001  # whatever goes wrong is told, and the window goes on
                self._background.say(f"nothing was {word}: {error}", "bad")
                return
            for reason in report.refused:
                self._background.say(reason, "warn")
            if report.restored:
                self._background.say(f"{word}: {_named(report.restored)}", "good")

        self._background.do("undo", take_back)


def _take_back(project: Path, session_id: str, *, turn: bool, redo: bool) -> UndoReport:
    from manual_slop.safety.path_rules import WorkspaceError
    from manual_slop.safety.undo import redo_last, undo_last
    from manual_slop.safety.workspace import Workspace
    from manual_slop.tools.workbench import project_changes

    problem = ""
    try:
        changes = project_changes(Workspace(project))
    except WorkspaceError as error:
        problem = str(error)
    if problem:
        raise ConfigError(problem)
    return redo_last(changes, session_id) if redo else undo_last(changes, session_id, turn=turn)


def _named(paths: tuple[str, ...]) -> str:
    more = len(paths) - _MOST_NAMED
    return ", ".join(paths[:_MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")

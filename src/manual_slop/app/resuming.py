"""The conversation that was in view when the window was closed comes back, if it can, without a word."""

from __future__ import annotations

from pathlib import Path

from manual_slop.app.app_state import AppState
from manual_slop.app.background import Background
from manual_slop.app.choices import Choices
from manual_slop.app.conversation import Conversation
from manual_slop.app.news import Loaded, News

LAST = "last session"
"""The table of `AppState.loaded` that it comes into."""


class Resuming:
    """Brings a session back once, when the window is there. `pending` is its id until it is settled; "" is none."""

    def __init__(self, state: AppState, choices: Choices, background: Background) -> None:
        self._state = state
        self._choices = choices
        self._background = background
        self.pending = ""

    def begin(self) -> None:
        """Look for it in the background."""
        session_id, project = self.pending, self._choices.project
        if session_id:
            self._background.load(LAST, session_id, lambda: last_session(session_id, project))

    def take_up(self, news: News) -> None:
        """It takes the place of the empty conversation, unless the person has begun something by now."""
        match news.what:
            case Loaded(what="last session", key=session_id, value=found):
                self.pending = ""
                if isinstance(found, Conversation) and self._untouched():
                    before = self._state.current
                    self._state.conversations[session_id] = found
                    self._state.current = session_id
                    del self._state.conversations[before]

    def _untouched(self) -> bool:
        """Whether there is nothing yet but the conversation that every window begins with."""
        state, draft = self._state, self._state.draft
        said = state.conversation.items or state.conversation.running
        return len(state.conversations) == 1 and not said and not (draft.text or draft.images or draft.files)


def last_session(session_id: str, project: Path | None) -> Conversation | None:
    """A recorded session of that project in which something was said, as a discussion shows it; else `None`.

    Also `None` while another program goes on with it. Raises `StoreError` where there is no such session.
    """
    from manual_slop.app.recall import recall
    from manual_slop.store.shared import shared_store

    store = shared_store()
    summary = store.summary(session_id)
    elsewhere = summary.owner and store.database.owners.alive(summary.owner)
    if elsewhere or not _same(summary.project, project):
        return None
    found = recall(store, session_id)
    return found if found.items else None


def _same(recorded: str, project: Path | None) -> bool:
    if not recorded or project is None:
        return not recorded and project is None
    return Path(recorded).resolve() == project.resolve()

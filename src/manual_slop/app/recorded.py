"""What the window does with recorded sessions, in the background: list, find, bring back, fork, hand over, delete."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from manual_slop.app.app_state import AppState
from manual_slop.app.news import Loaded, Loudness, News
from manual_slop.app.session_files import export, take_in
from manual_slop.values.events import MessageAdded, TurnFailed, TurnFinished

SESSIONS, FOUND, RECALLED, FORKED, EXPORTED, TAKEN_IN, DELETED, LEDGER = (
    "sessions",
    "sessions found",
    "session recalled",
    "session forked",
    "session exported",
    "session taken in",
    "session deleted",
    "ledger",
)
"""Tables of `AppState.loaded`."""

Load = Callable[[str, str, Callable[[], Any]], None]
Say = Callable[[str, Loudness], None]


class Recorded:
    """The recorded sessions as commands; each returns at once, and what comes of it is in `state.fetched(TABLE, key)`.

    `load` does work in the background, `say` tells the person.
    """

    def __init__(self, state: AppState, load: Load, say: Say) -> None:
        self._state = state
        self._load = load
        self._say = say
        self._sought = ""
        self._stale = False

    def refresh(self) -> None:
        """List them anew: `SESSIONS` holds summaries, the last changed first."""
        self._stale = self._state.fetched(SESSIONS).loading
        self._load(SESSIONS, "", lambda: _store().sessions())

    def search(self, words: str) -> None:
        """Look for words in all of them: `FOUND` under these words holds hits, the newest first."""
        if words == self._sought and words in self._state.loaded.get(FOUND, {}):
            return
        self._sought = words
        self._state.loaded[FOUND] = {}
        self._load(FOUND, words, lambda: _store().search(words, 200) if words == self._sought else [])

    def costs(self, session_id: str = "") -> None:
        """Read the ledger of a session, or all of it: `LEDGER` under the id holds its entries."""
        self._load(LEDGER, session_id, lambda: list(_store().ledger(session_id or None)))

    def resume(self, session_id: str) -> None:
        """Bring a session into view; its next prompt goes on with it. One that is open here is only shown."""
        for source, conversation in self._state.conversations.items():
            if conversation.session_id == session_id:
                self._state.current = source
                return
        self._load(RECALLED, session_id, lambda: _recall(session_id))

    def fork(self, session_id: str, at: int | None = None) -> None:
        """Begin a session with what was said in another one (until its event number `at`), and bring it into view."""
        self._load(FORKED, session_id, lambda: _fork(session_id, at))

    def export(self, session_id: str, file: str) -> None:
        """Write a session to a file; what its name ends with says how (`.md`, `.html`, `.json`)."""
        self._load(EXPORTED, session_id, lambda: export(_store(), session_id, Path(file.strip()).expanduser()))

    def take_in(self, file: str) -> None:
        """Keep a session that was exported as JSON, here or elsewhere: `TAKEN_IN` under what was typed has its id."""
        self._load(TAKEN_IN, file, lambda: take_in(_store(), Path(file.strip()).expanduser()))

    def delete(self, session_id: str, first: Callable[[], None] = lambda: None) -> None:
        """Remove a session for good, when `first` is done; what it cost stays in the ledger."""

        def delete() -> Any:
            first()
            return _store().delete(session_id)

        self._load(DELETED, session_id, delete)

    def take_up(self, news: News) -> None:
        """What news mean for the sessions."""
        match news.what:
            case MessageAdded(message) if message.role == "user":
                self._changed()
            case TurnFinished() | TurnFailed():
                self._changed()
            case Loaded(error=error, what=what) if error and what in (RECALLED, FORKED, EXPORTED, TAKEN_IN, DELETED):
                self._say(error, "bad")
            case Loaded(what="sessions") if self._stale:
                self.refresh()
            case Loaded(what="session recalled", key=session_id, value=conversation):
                self._state.conversations[session_id] = conversation
                self._state.current = session_id
            case Loaded(what="session forked", key=before, value=session_id):
                self._say(f"session {session_id[:8]} is a fork of {before[:8]}", "good")
                self._changed()
                self.resume(session_id)
            case Loaded(what="session exported", value=written):
                self._say(f"wrote {written}", "good")
            case Loaded(what="session taken in", value=(_, told)):
                self._say(told, "good")
                self._changed()
            case Loaded(what="session deleted", key=session_id, value=gone):
                self._say(f"session {session_id[:8]} is deleted: {gone.events:,} events", "note")
                for table in (RECALLED, LEDGER):
                    self._state.loaded.get(table, {}).pop(session_id, None)
                self._changed()

    def _changed(self) -> None:
        """The list is another now; nobody has to read it who never saw it."""
        if SESSIONS in self._state.loaded:
            self.refresh()


def _store() -> Any:
    from manual_slop.store.shared import shared_store  # SQLite: only when it is wanted

    return shared_store()


def _recall(session_id: str) -> Any:
    from manual_slop.app.recall import recall

    return recall(_store(), session_id)


def _fork(session_id: str, at: int | None) -> str:
    from manual_slop.session.keeping import fork

    return fork(_store(), session_id, at)

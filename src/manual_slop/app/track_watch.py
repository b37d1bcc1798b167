"""Follows the store for the window: where tracks stand, and what their workers ask; told only when it is different."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from manual_slop.app.background import Background
from manual_slop.app.choices import Choices
from manual_slop.app.news import Asked, Loaded
from manual_slop.app.track_view import TracksView
from manual_slop.values.approval import Answer, Request
from manual_slop.values.errors import ConfigError

if TYPE_CHECKING:
    from manual_slop.app.track_reader import TrackReader
    from manual_slop.safety.shared_inbox import SharedInbox
    from manual_slop.store.watching import Watcher

CALLS = "track calls"
"""Table of `AppState.loaded`: calls that tracks made since the last ones were told."""
_LANE = "tracks"
_PAUSE = 0.1  # seconds between two looks whether anybody has written


class TrackWatch:
    """One watcher of the store, begun with `begin`. `tier_models` says which model each tier of a project uses."""

    def __init__(self, choices: Choices, background: Background, tier_models: Callable[[], Mapping[str, str]]) -> None:
        self._choices = choices
        self._background = background
        self._tier_models = tier_models
        self._due = threading.Event()
        self._waiting: set[str] = set()
        self._models: Mapping[str, str] | None = None
        self._posted = TracksView()
        self._trouble = ""
        self._watcher: Watcher | None = None
        self._over = False
        self._ending = threading.Lock()
        self._reader: TrackReader | None = None
        self._inbox: SharedInbox | None = None

    def begin(self) -> None:
        """Open the store and follow it, behind the window."""
        self._background.do(_LANE, self._begin)

    def look(self) -> None:
        """Read again where tracks stand, and which models they use; from any thread."""
        self._models = None
        self._look()

    def _look(self) -> None:
        if not self._due.is_set():
            self._due.set()
            self._background.do(_LANE, self._read)

    def answer(self, request: Request, answer: Answer) -> bool:
        """Settle a request that a run asks, behind the window. False where none of that id waits."""
        if request.id not in self._waiting:
            return False
        self._background.do(_LANE, lambda: self._answer(request, answer))
        return True

    def end(self) -> None:
        """Follow it no more; runs go on."""
        with self._ending:
            watcher, self._watcher, self._over = self._watcher, None, True
        if watcher is not None:
            watcher.close()

    def _begin(self) -> None:
        from manual_slop.app.track_reader import TrackReader  # SQLite: only behind the window
        from manual_slop.safety.shared_inbox import SharedInbox
        from manual_slop.store.errors import StoreError
        from manual_slop.store.shared import shared_store
        from manual_slop.store.watching import Watcher

        try:
            store = shared_store()
            watcher = Watcher(store.database, _PAUSE)
            if not self._keep(watcher):
                return
            self._reader = TrackReader(store)
            watcher.listen(self._look)
            self._inbox = SharedInbox(store.inbox, watcher)
        except StoreError as error:
            self._background.say(f"tracks cannot be followed: {error}", "bad")
            return
        for request in self._inbox.pending():
            self._asked(request, None)
        self._inbox.listen(self._asked)
        self._read()

    def _keep(self, watcher: Watcher) -> bool:
        """Whether it is still wanted; the window may be gone before the store is open."""
        with self._ending:
            wanted = not self._over
            if wanted:
                self._watcher = watcher
        if not wanted:
            watcher.close()
        return wanted

    def _answer(self, request: Request, answer: Answer) -> None:
        try:
            settled = self._inbox is not None and self._inbox.answer(request.id, request.action.digest, answer)
        except Exception as error:  # noqa: BLE001  # the store may fail in many ways; the request waits on
            self._background.say(f"it could not be answered: {error}", "bad")
            return
        if not settled:
            self._background.say("that request does not wait any more: nothing was done", "warn")

    def _asked(self, request: Request, answer: Answer | None) -> None:
        """A run asks something, or what it asked is settled."""
        self._background.post("", Asked(request, answer))
        if answer is not None:
            self._waiting.discard(request.id)
        else:
            self._waiting.add(request.id)
            self._background.say(f"{request.action.origin or 'a run'} asks: {request.action.tool}", "warn")

    def _read(self) -> None:
        from manual_slop.store.errors import StoreError

        self._due.clear()
        project = self._choices.project
        if self._reader is None:
            return
        try:
            tracks, calls = self._reader.read(str(project.resolve())) if project else ((), [])
            if tracks and self._models is None:  # not asked before: local servers may be looked for
                self._models = dict(self._tier_models())
            view = TracksView(tracks, self._models if tracks and self._models else {})
        except (StoreError, ConfigError) as error:
            if str(error) != self._trouble:
                self._trouble = str(error)
                self._background.say(f"tracks cannot be read: {error}", "bad")
            return
        self._trouble = ""
        if calls:
            self._background.post("", Loaded(CALLS, "", tuple(calls)))
        if view != self._posted:
            self._posted = view
            self._background.post("", view)

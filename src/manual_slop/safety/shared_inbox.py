"""All that waits for a person in any program, for whoever can show it: to look through, to be told of, to answer."""

from __future__ import annotations

import threading

from manual_slop.safety.inbox import Listener
from manual_slop.safety.shell.lineage import require_person
from manual_slop.store.inbox_table import Asked, InboxTable
from manual_slop.store.watching import Watcher
from manual_slop.values.approval import Answer, Request

_GONE = Answer("refuse", reason="it was answered elsewhere, or its asker is gone", by="the program")


class SharedInbox:
    """The inbox of all programs, of one track where `track` is given. Safe to use from several threads.

    Listeners are called on the watcher's thread: with a request when it begins to wait, and again with what came of it.
    """

    def __init__(self, table: InboxTable, watcher: Watcher, track: str | None = None) -> None:
        self._table = table
        self._track = track
        self._lock = threading.Lock()
        self._known: dict[str, Asked] = {}
        self._listeners: tuple[Listener, ...] = ()
        self._forget = watcher.listen(self.look)
        self.look()

    def pending(self) -> tuple[Request, ...]:
        """What waits, the oldest first."""
        return tuple(asked.request for asked in self._table.pending(self._track))

    def answer(self, request_id: str, digest: str, answer: Answer) -> bool:
        """Settle a request. False, and nothing happens, when it waits no more or `digest` is not its own.

        A command that a model runs may refuse, and no more: else `ConfigError`.
        """
        if answer.kind != "refuse":
            require_person("answering what waits for a person")
        return self._table.answer(request_id, digest, answer)

    def listen(self, listener: Listener) -> None:
        """Tell `listener` from now on of each request and of what came of it."""
        with self._lock:
            self._listeners = (*self._listeners, listener)

    def look(self) -> None:
        """Tell of what is new and of what waits no more."""
        with self._lock:
            now = {asked.request.id: asked for asked in self._table.pending(self._track)}
            new = [one for name, one in now.items() if name not in self._known]
            gone = [one for name, one in self._known.items() if name not in now]
            self._known = now
        for listener in self._listeners:
            for one in gone:
                listener(one.request, self._table.answered(one.request.id) or _GONE)
            for one in new:
                listener(one.request, None)

    def close(self) -> None:
        """Nobody is told any more."""
        self._forget()

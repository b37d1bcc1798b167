"""The inbox of a program whose person sits elsewhere: what waits here waits in the store, and is answered there."""

from __future__ import annotations

from manual_slop.safety.inbox import Inbox
from manual_slop.store.errors import StoreError
from manual_slop.store.inbox_table import InboxTable
from manual_slop.store.watching import Watcher
from manual_slop.values.approval import Answer, Request


class StoreInbox(Inbox):
    """An `Inbox` that any program of this person can look into. Whoever answers first, here or there, has answered.

    `track` is whose requests these are; `timeout` as in `Inbox`.
    """

    def __init__(self, table: InboxTable, watcher: Watcher, track: str = "", *, timeout: float | None = None) -> None:
        super().__init__(timeout=timeout)
        self._table = table
        self._track = track
        self._forget = watcher.listen(self._look)
        self.listen(self._follow)

    def answer(self, request_id: str, digest: str, answer: Answer) -> bool:
        """As `Inbox.answer`, unless somebody else was first."""
        request = next((one for one in self.pending() if one.id == request_id), None)
        if request is None or request.action.digest != digest:
            return False
        asked = next((one for one in self._table.pending() if one.request.id == request_id), None)
        if asked is None or not self._table.answer(request_id, asked.digest, answer):
            return False
        super().answer(request_id, digest, answer)  # unless the watcher was faster to hand it on
        return True

    def close(self) -> None:
        """As `Inbox.close`; nobody is listened to any more."""
        super().close()
        self._forget()

    def _follow(self, request: Request, answer: Answer | None) -> None:
        if answer is None:
            self._table.ask(request, self._track)
            self._look()
        else:
            self._table.settle(request.id, answer)

    def _look(self) -> None:
        """Hand on what was answered elsewhere."""
        for request in self.pending():
            try:
                answer = self._table.answered(request.id)
            except StoreError:
                return  # it is looked at again at the next change
            if answer is not None:
                super().answer(request.id, request.action.digest, answer)

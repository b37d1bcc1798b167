"""Where actions wait for a person: asked from any thread, answered from any thread, each answered once."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import get_args

from manual_slop.values.approval import Action, Answer, AnswerKind, Request
from manual_slop.values.cancel import Cancel

Listener = Callable[[Request, Answer | None], None]
"""Called with a request when it is asked (no answer yet) and again when it is settled, from the thread that asks."""

_KINDS = frozenset(get_args(AnswerKind))
_BY = "the program"


@dataclass(slots=True)
class _Waiting:
    request: Request
    digest: str
    settled: threading.Event = field(default_factory=threading.Event)
    answer: Answer | None = None


class Inbox:
    """The requests of all sessions and tiers. `timeout` is how long (seconds) to wait before refusing; none for ever.

    `clock` gives the time of day in seconds since 1970.
    """

    def __init__(self, *, timeout: float | None = None, clock: Callable[[], float] = time.time) -> None:
        self._timeout = timeout
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: dict[str, _Waiting] = {}
        self._listeners: tuple[Listener, ...] = ()
        self._closed = False

    def ask(self, action: Action, why: str, cancel: Cancel | None = None) -> Answer:
        """Wait until somebody answers; being cancelled, running out of time and closing are refusals."""
        waiting = self._enter(action, why)
        if waiting is None:
            return Answer("refuse", reason="nobody can be asked any more: the program is closing", by=_BY)
        try:
            self._tell(waiting)
            self._wait(waiting, cancel or Cancel())
        finally:
            # Whatever broke the waiting off, nobody can approve any more once this thread is gone.
            self._refuse(waiting, "the question was withdrawn")
            self._tell(waiting)
        return waiting.answer or Answer("refuse", by=_BY)

    def pending(self) -> tuple[Request, ...]:
        """What waits, the oldest first."""
        with self._lock:
            return tuple(waiting.request for waiting in self._waiting.values())

    def answer(self, request_id: str, digest: str, answer: Answer) -> bool:
        """Settle a request. False, and nothing happens, when it is not waiting any more or `digest` is not its own.

        `digest` is that of the action the person saw.
        """
        with self._lock:
            waiting = self._waiting.get(request_id)
        if waiting is None or waiting.digest != digest or answer.kind not in _KINDS:
            return False
        return self._settle(waiting, answer)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Tell `listener` of each request and its answer. Returns what stops that."""
        with self._lock:
            self._listeners = (*self._listeners, listener)

        def stop() -> None:
            with self._lock:
                self._listeners = tuple(one for one in self._listeners if one is not listener)

        return stop

    def close(self) -> None:
        """Refuse everything that waits and everything that will be asked."""
        with self._lock:
            self._closed = True
            left = tuple(self._waiting.values())
        for waiting in left:
            self._refuse(waiting, "the program is closing")

    def _enter(self, action: Action, why: str) -> _Waiting | None:
        request = Request(os.urandom(16).hex(), action, why, self._clock())
        waiting = _Waiting(request, action.digest)
        with self._lock:
            if self._closed:
                return None
            self._waiting[request.id] = waiting
        return waiting

    def _wait(self, waiting: _Waiting, cancel: Cancel) -> None:
        forget = cancel.on_request(lambda: self._refuse(waiting, "stopped by the person"))
        try:
            if not waiting.settled.wait(self._timeout):
                self._refuse(waiting, f"nobody answered within {self._timeout:g} seconds")
        finally:
            forget()

    def _refuse(self, waiting: _Waiting, reason: str) -> None:
        self._settle(waiting, Answer("refuse", reason=reason, by=_BY))

    def _settle(self, waiting: _Waiting, answer: Answer) -> bool:
        with self._lock:
            if self._waiting.pop(waiting.request.id, None) is None:
                return False
            waiting.answer = answer
        waiting.settled.set()
        return True

    def _tell(self, waiting: _Waiting) -> None:
        for listener in self._listeners:
            listener(waiting.request, waiting.answer)

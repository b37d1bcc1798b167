"""Keeps a conversation while it happens: each event is on the disk before anybody is told of it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence, Sized
from typing import Protocol

from manual_slop.store.errors import StoreError
from manual_slop.values.events import (
    Event,
    MessageFinished,
    Notice,
    ReasoningDelta,
    TextDelta,
    ToolCallDelta,
    TurnFailed,
    TurnFinished,
    TurnStarted,
)
from manual_slop.values.secrets import redactor

_EVERY = 0.25  # seconds between two drafts of a short answer
_AMOUNT = 4_096  # characters that make a draft due at once
_SLOWER = 65_536  # characters of answer by which drafts become rarer: each holds the whole of it


class Keeper(Protocol):
    """What a recorder needs of the store."""

    def append(self, session_id: str, events: Sequence[Event], wait: bool = True) -> None:
        """Keep events; on the disk when this returns, unless it is not to wait. Raises `StoreError`."""

    def unsaved(self, session_id: str | None = None) -> Sized:
        """Events that could not be written yet, and wait to be."""

    def draft(self, session_id: str, turn_id: str, text: str, reasoning: str = "") -> object:
        """Keep what has arrived of an answer, some time soon. Raises `StoreError`."""

    def claim(self, session_id: str) -> None:
        """Go on with a session alone. Raises `StoreError` if another does."""

    def release(self, session_id: str) -> None:
        """Let others go on with it. Raises `StoreError`."""


class Recorder:
    """The record of one session. Trouble with the store never ends a turn: it is told once, and nobody waits for the
    store until all that could not be written is written after all.

    The session is `claimed` with its first event, if not before. `clock` counts seconds.
    """

    def __init__(
        self,
        store: Keeper,
        session_id: str,
        *,
        claimed: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.session_id = session_id
        self.trouble = ""
        self._store = store
        self._claimed = claimed
        self._clock = clock
        self._turn_id = ""
        self._draft = _Draft()

    def __call__(self, event: Event) -> Notice | None:
        """Keep an event. Returns what a person should be told of the keeping, if anything."""
        if isinstance(event, ToolCallDelta):
            return None
        try:
            if not isinstance(event, TextDelta | ReasoningDelta):
                return self._whole(event)
            self._delta(event)
        except (StoreError, ValueError) as error:
            known, self.trouble = self.trouble, str(error)
            return None if known else Notice(f"this conversation is not being saved: {error}")
        return None

    def close(self) -> None:
        """Let others go on with the session."""
        if self._claimed:
            with contextlib.suppress(StoreError):
                self._store.release(self.session_id)
        self._claimed = False

    def _whole(self, event: Event) -> Notice | None:
        if isinstance(event, TurnStarted):
            self._turn_id = event.turn_id
        if isinstance(event, MessageFinished | TurnFinished | TurnFailed):
            self._draft = _Draft()
        over = self._trouble_is_over()
        self._store.append(self.session_id, (event,), wait=not self.trouble)
        if not self._claimed and not self.trouble:
            self._store.claim(self.session_id)
            self._claimed = True
        return Notice("this conversation is being saved again, all of it") if over else None

    def _trouble_is_over(self) -> bool:
        over = bool(self.trouble) and not len(self._store.unsaved(self.session_id))
        if over:
            self.trouble = ""
        return over

    def _delta(self, event: TextDelta | ReasoningDelta) -> None:
        now = self._clock()
        self._draft.add(event)
        if not self.trouble and self._draft.due(now):
            self._store.draft(self.session_id, self._turn_id, *self._draft.take(now))


class _Draft:
    """An answer as far as it has streamed in."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._size = self._kept = 0
        self._kept_at = float("-inf")

    def add(self, event: TextDelta | ReasoningDelta) -> None:
        (self._text if isinstance(event, TextDelta) else self._reasoning).append(event.text)
        self._size += len(event.text)

    def due(self, now: float) -> bool:
        rarer = 1 + self._size / _SLOWER
        return self._size - self._kept >= _AMOUNT * rarer or now - self._kept_at >= _EVERY * rarer

    def take(self, now: float) -> tuple[str, str]:
        """Text and reasoning, without an end that may be the beginning of a secret."""
        self._kept, self._kept_at = self._size, now
        return _safe(self._text), _safe(self._reasoning)


def _safe(pieces: list[str]) -> str:
    text = "".join(pieces)
    pieces[:] = [text]
    return text[: redactor.beginning(text)]

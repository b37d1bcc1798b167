"""Where a recorded conversation can branch off: before any of its messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from manual_slop.app.conversation import Conversation
from manual_slop.values.errors import ConfigError
from manual_slop.values.events import (
    CompactionUndone,
    HistoryCleared,
    HistoryCompacted,
    MessageAdded,
    MessageFinished,
    MessageWithdrawn,
)
from manual_slop.values.messages import Image

if TYPE_CHECKING:
    from collections.abc import Iterable

    from manual_slop.store.store import Store
    from manual_slop.values.envelope import Envelope

BRANCHED = "branched"
"""The table of `AppState.loaded` that branches come into."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A conversation that shares another one's beginning, and what is to be said in it at once, if anything."""

    conversation: Conversation
    model: str = ""
    text: str = ""
    images: tuple[Image, ...] = ()


def branch(session_id: str, number: int, model: str = "") -> Conversation:
    """A new session with the first `number` messages (at least one) of another. Raises `ConfigError`, `StoreError`."""
    from manual_slop.app.recall import recall
    from manual_slop.session.keeping import fork
    from manual_slop.store.shared import shared_store

    store: Store = shared_store()
    at = event_before(store.envelopes(session_id), number)
    return recall(store, fork(store, session_id, at, model))


def event_before(envelopes: Iterable[Envelope], number: int) -> int | None:
    """The number of the last event before message `number` was said; `None` where it has not been said."""
    said: list[int] = []
    folded: list[list[int]] = []
    for envelope in envelopes:
        match envelope.event:
            case MessageAdded():
                said.append(envelope.number)
            case MessageFinished(message) if message.parts:
                said.append(envelope.number)
            case MessageWithdrawn():
                del said[-1:]
            case HistoryCompacted(_, replaced):
                folded.append(said[:replaced])
                said[:replaced] = [envelope.number]
            case CompactionUndone() if folded:
                said[:1] = folded.pop()
            case HistoryCleared():
                said.clear()
    if number < 1:
        raise ConfigError("nothing was said before that")
    return said[number] - 1 if number < len(said) else None

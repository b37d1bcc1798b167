"""A conversation as this program holds it, as a session to export: also where its record could not be written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from manual_slop.session.history import originals
from manual_slop.store.shared import store_in_memory
from manual_slop.values.events import (
    Event,
    MessageAdded,
    MessageFinished,
    ToolFinished,
    ToolStarted,
    TurnStarted,
)
from manual_slop.values.ids import new_id
from manual_slop.values.messages import Message, ToolCall, ToolResult

if TYPE_CHECKING:
    from manual_slop.session.session import Session
    from manual_slop.store.store import Store


def snapshot(session: Session) -> Store:
    """A store in memory with this one session: every message, none summed up, and the calls that are remembered.

    How long tools took and who allowed them is only in a record, and is not in here.
    """
    store = store_in_memory()
    store.append(session.id, [session.description, *_said(session), *session.settled])
    return store


def _said(session: Session) -> Iterator[Event]:
    calls: dict[str, ToolCall] = {}
    kept = session.messages[1:] if session.compacted else session.messages
    for message in (*originals(session.compacted), *kept):
        if message.role == "user":
            yield TurnStarted(new_id(), session.id, session.model)
        if message.role == "assistant":
            calls = {call.id: call for call in message.tool_calls}
            yield MessageFinished(message, _ending(message))
            continue
        for part in message.parts:
            if isinstance(part, ToolResult) and part.call_id in calls:
                yield ToolStarted(calls[part.call_id])
                yield ToolFinished(calls[part.call_id], part, 0.0)
        yield MessageAdded(message)


def _ending(message: Message) -> str:
    if message.interrupted:
        return "interrupted"
    return "tool_calls" if message.tool_calls else "stop"

"""A session from elsewhere becomes one of the store's: once, and never in the place of another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from manual_slop.session.export.reading import Archive
from manual_slop.store.codec import encode
from manual_slop.store.errors import StoreError
from manual_slop.values.envelope import Envelope
from manual_slop.values.ids import new_id

if TYPE_CHECKING:
    from manual_slop.store.store import Store

Outcome = Literal["new", "known", "renamed"]


def take_in(store: Store, archive: Archive) -> tuple[str, Outcome]:
    """Keep an archive; the id of its session. `known`: it was there already; `renamed`: another one had its id.

    Raises `StoreError` and `BlobError`; then there is no such session.
    """
    session_id = archive.id
    if _exists(store, session_id):
        if _same(store, archive):
            return session_id, "known"
        session_id = new_id()
    for data in archive.contents.values():
        store.blobs.put(data)
    store.restore([_belonging(one, session_id) for one in archive.envelopes], session_id)
    for turn_id, text, reasoning in archive.drafts:
        store.draft(session_id, turn_id, text, reasoning).result()
    for call in archive.wire:
        store.wire.keep(replace(call, session_id=session_id)).result()
    return session_id, "new" if session_id == archive.id else "renamed"


def outcome_words(session_id: str, outcome: Outcome, archive: Archive) -> str:
    """What became of an archive, for the person who handed it over."""
    told: Mapping[Outcome, str] = {
        "new": f"session {session_id[:8]} is here now, {len(archive.envelopes):,} events",
        "known": f"session {session_id[:8]} was here already, just the same",
        "renamed": f"another session has its id, so it is here as {session_id[:8]}",
    }
    return told[outcome]


def _exists(store: Store, session_id: str) -> bool:
    try:
        store.summary(session_id)
    except StoreError as error:
        if error.trouble != "missing":
            raise
        return False
    return True


def _same(store: Store, archive: Archive) -> bool:
    here = [(one.at, encode(one.event)) for one in store.envelopes(archive.id)]
    return here == [(one.at, encode(one.event)) for one in archive.envelopes]


def _belonging(envelope: Envelope, session_id: str) -> Envelope:
    event: Any = envelope.event
    if getattr(event, "session_id", ""):
        event = replace(event, session_id=session_id)
    return Envelope(session_id, envelope.number, envelope.at, event)

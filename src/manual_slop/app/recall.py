"""A recorded session as a discussion shows it, also one that its program's end broke off."""

from __future__ import annotations

from datetime import UTC, datetime

from manual_slop.app.conversation import Conversation
from manual_slop.session.mending import Remains, mend
from manual_slop.session.transcript import Folding
from manual_slop.store.store import Store


def recall(store: Store, session_id: str) -> Conversation:
    """The conversation that its events lead to. An open turn is shown as what going on will make of it.

    Nothing is written and nobody is kept from going on with it. Raises `StoreError`.
    """
    conversation, folding, at = Conversation(session_id), Folding(), datetime.now(UTC)
    for envelope in store.envelopes(session_id):
        at = envelope.at
        conversation.apply(envelope.event, at)
        folding.take(envelope.event)
    transcript = folding.transcript()
    if transcript.open is not None:
        draft = next((one for one in store.drafts(session_id) if one.turn_id == transcript.open.id), None)
        remains = Remains(draft.text, draft.reasoning) if draft else Remains()
        for event in mend(transcript, remains, lambda _text: None):
            conversation.apply(event, at)
    return conversation

"""Where a conversation stands, for a person who comes back to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from manual_slop.terminal.screen import Screen
from manual_slop.terminal.visible import visible

if TYPE_CHECKING:
    from manual_slop.session.session import Session

_LAST_WORDS = 600  # characters


def tell_where_it_stands(shown: Screen, session: Session) -> None:
    """What was said last, for a person who comes back."""
    count = len(session.messages)
    shown.note(f"session {session.id[:8]} goes on after {count} message{'s' * (count != 1)}")
    for role, sign in (("user", "›"), ("assistant", " ")):
        texts = [message.text for message in session.messages if message.role == role and message.text]
        if texts:
            words = visible(texts[-1])
            shown.note(f"{sign} {words if len(words) <= _LAST_WORDS else '…' + words[-_LAST_WORDS:]}")

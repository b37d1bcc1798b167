"""Skill: shorten a text to its weightiest sentences."""

from __future__ import annotations

import re

from manual_slop.rehearsal.conversation import Conversation, Step
from manual_slop.rehearsal.craft.prose import weightiest_sentences

_ASKS = re.compile(r"\b(?:summari[sz]e|summary|tl;?dr|sum up|shorten|key points|gist)\b", re.IGNORECASE)
_START = re.compile(r"[:：]\s+|\n")
_SHORTEST = 120
_KEPT = 3


def summarise(conversation: Conversation) -> Step | None:
    """Quotes the weightiest sentences of the text that follows the request, or of the message before it."""
    if not _ASKS.search(conversation.asked[:500]) and not _ASKS.search(conversation.asked[-200:]):
        return None
    text = _text_of(conversation.asked) or _said_before(conversation)
    if len(text) < _SHORTEST:
        return None
    sentences = weightiest_sentences(text, _KEPT)
    note = f"The weightiest of {len(text.split())} words, quoted:"
    thought = "I am asked for a summary: I pick the sentences whose words are said most often."
    return Step("\n".join([note, "", *(f"- {sentence}" for sentence in sentences)]), thought=thought)


def _text_of(asked: str) -> str:
    """What follows the request, or stands before it."""
    before, *after = _START.split(asked, maxsplit=1)
    follows = after[0].strip() if after else ""
    if len(follows) >= _SHORTEST and _ASKS.search(before):
        return follows
    return asked if len(asked) >= 2 * _SHORTEST else ""


def _said_before(conversation: Conversation) -> str:
    texts = [message.text for message in conversation.messages if message.role in ("user", "assistant")]
    return texts[-2] if len(texts) > 1 else ""

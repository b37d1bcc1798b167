"""Skill: say exactly what one is told to say."""

from __future__ import annotations

import re

from manual_slop.rehearsal.conversation import Conversation, Step

_BEGINNING = 300
_SHORT = 2_000
_TOLD_TO = r"\s*(?:please\s+)?(?:repeat|echo|say|reply(?: with)?|answer(?: with)?|respond(?: with)?)"
_COLON = re.compile(
    rf"{_TOLD_TO}(?: (?:exactly|only|just|this|after me|the following|back|the words?|the text))*\s*:", re.IGNORECASE
)
_QUOTED = re.compile(
    rf"{_TOLD_TO}(?: (?:exactly|only|just|with|the words?|the text))* "
    r"(?:\"(?P<a>[^\"]+)\"|'(?P<b>[^']+)'|`(?P<c>[^`]+)`|“(?P<d>[^”]+)”)[\s.!]*",
    re.IGNORECASE,
)
_ONE_WORD = re.compile(rf"{_TOLD_TO}(?: (?:exactly|only|just|with))* the word (?P<word>[\w-]+)[\s.!]*", re.IGNORECASE)


def repeat_words(conversation: Conversation) -> Step | None:
    """Answers "repeat: …", `say "…"` and "reply with the word …" with these words and nothing else."""
    words = _words_to_repeat(conversation.asked)
    return Step(words, thought="I am asked to say something word for word.", exact=True) if words else None


def _words_to_repeat(asked: str) -> str:
    colon = _COLON.match(asked[:_BEGINNING])
    if colon:
        return asked[colon.end() :].strip()
    for form in (_QUOTED, _ONE_WORD):
        match = form.fullmatch(asked) if len(asked) <= _SHORT else None
        if match:
            return next(group for group in match.groups() if group is not None)
    return ""

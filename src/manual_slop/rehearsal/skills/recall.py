"""Skill: remember what was said earlier in the conversation."""

from __future__ import annotations

import re

from manual_slop.rehearsal.conversation import Conversation, Step

_ASKED_WHAT = re.compile(
    r"\bwhat (?:did|have) (?:i|we) (?:just |first )?(?:ask|say|said|asked|talk|talked)"
    r"|\bwhat was my (?:\w+ )?(?:question|message)|\bmy (?:first|last|previous|earlier) (?:question|message)",
    re.IGNORECASE,
)
_HOW_MANY = re.compile(
    r"\bhow many (?:questions|messages|things|times) (?:have|did) (?:i|we) (?:ask|sen[dt]|said|say|writt?en?)", re.I
)
_FIRST = re.compile(r"\bfirst\b|\bstart\b|\bbegin", re.IGNORECASE)
_WHAT_IS = re.compile(
    r"\b(?:what(?:'s| is| was)|tell me|do you (?:know|remember)) (?P<thing>(?:my|the) [\w ]{1,40}?)\s*\?*$", re.I
)


def remember(conversation: Conversation) -> Step | None:
    """Answers "what did I ask first?", "how many questions …", and "what is my …?" when an earlier message said it."""
    asked, earlier = conversation.asked, conversation.questions[:-1]
    if not earlier:
        return None
    thought = "The question is about our own conversation."
    if _HOW_MANY.search(asked):
        return Step(f"You sent {len(earlier)} messages before this one, {len(earlier) + 1} with it.", thought=thought)
    if _ASKED_WHAT.search(asked):
        which, words = ("first", earlier[0]) if _FIRST.search(asked) else ("last", earlier[-1])
        return Step(f"Your {which} message before this one was: “{_short(words)}”", thought=thought)
    told = _told(asked, earlier)
    return Step(told, thought=thought) if told else None


def _told(asked: str, earlier: tuple[str, ...]) -> str:
    match = _WHAT_IS.search(asked.strip())
    if not match:
        return ""
    thing = " ".join(match["thing"].split())
    statement = re.compile(rf"\b{re.escape(thing)} (?:is|are|was) ([^.!?\n]+)", re.IGNORECASE)
    said = [found[1].strip() for words in reversed(earlier) if (found := statement.search(words))]
    yours = re.sub(r"^my\b", "Your", thing, flags=re.IGNORECASE)
    return f"{yours[0].upper()}{yours[1:]} is {said[0]}; you told me earlier." if said else ""


def _short(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= 300 else words[:300].rsplit(" ", 1)[0] + " …"

"""Skill: write the summary that is to stand for the beginning of a conversation, by quoting what weighs most in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from manual_slop.rehearsal.conversation import Conversation, Step
from manual_slop.rehearsal.craft.prose import weightiest_sentences

_ASKS = re.compile(r"\bsummari[sz]e the beginning of a conversation\b", re.IGNORECASE)
_SENTENCES = 2
_LONGEST_QUOTE = 300
_LONGEST_EARLIER = 2_500
_NOTE = "Quoted by the scripted rehearsal model, which does not understand what it quotes."
_TURNS = 40


def compact_conversation(conversation: Conversation) -> Step | None:
    """Quotes each prompt and the weightiest sentences of each answer, and counts the tools; nothing is made up."""
    told = " ".join(message.text for message in conversation.messages if message.role == "system")
    if conversation.tools or not _ASKS.search(told):
        return None
    entries = list(_entries(conversation.asked))
    lines = [line for entry in entries for line in _lines(entry)]
    kept = lines if len(lines) <= _TURNS else [*lines[: _TURNS // 4], "…", *lines[-(_TURNS * 3 // 4) :]]
    thought = "I am to sum up a conversation: I quote its prompts and the sentences whose words are said most often."
    return Step("\n".join([_NOTE, *kept]), thought=thought, exact=True)


def _entries(text: str) -> Iterator[Mapping[str, Any]]:
    for line in text.splitlines():
        try:
            entry = json.loads(line) if line.startswith("{") else None
        except (ValueError, RecursionError):
            continue
        if isinstance(entry, dict):
            yield entry


def _lines(entry: Mapping[str, Any]) -> Iterator[str]:
    who, says = entry.get("who"), _text(entry, "says")
    if _text(entry, "earlier_summary"):
        yield from _earlier(_text(entry, "earlier_summary"))
    elif who == "person":
        yield f"- The person said: “{_short(says)}”"
    elif who == "model" and says.strip():
        yield f"- The model answered: “{_short(' '.join(weightiest_sentences(says, _SENTENCES)))}”"
    elif _text(entry, "cut_short"):
        yield f"- Something long, beginning: “{_short(_text(entry, 'cut_short'))}”"
    for call in entry.get("calls") or ():
        if isinstance(call, dict):
            yield f"- It called {_text(call, 'tool')} {_short(_text(call, 'arguments'))}"
    if who == "tool" and entry.get("failed"):
        yield f"- {_text(entry, 'tool')} failed: “{_short(_text(entry, 'result'))}”"


def _earlier(text: str) -> list[str]:
    return [line for line in text[:_LONGEST_EARLIER].splitlines() if line.strip() and line != _NOTE]


def _text(entry: Mapping[str, Any], key: str) -> str:
    value = entry.get(key)
    return value if isinstance(value, str) else ""


def _short(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= _LONGEST_QUOTE else words[:_LONGEST_QUOTE].rsplit(" ", 1)[0] + " …"

"""Skill: write the summary that is to stand for the beginning of a conversation, by quoting what weighs most in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from manual_slop.rehearsal.conversation import Conversation, Step
from manual_slop.rehearsal.craft.prose import weightiest_sentences

_ASKS = re.compile(r"\bsummari[sz]e the beginning of a conversation\b", re.IGNORECASE)
_LIMIT = re.compile(r"\b(\d{1,5}) words at most\b")
_SENTENCES = 2
_QUOTE, _SHORTEST_QUOTE = 300, 50
_READABLE = 60
_CALLED = "- It called "
_USUAL_WORDS = 600
_LETTERS_A_WORD = 4  # few: words of a language or of code may be long
_NOTE = "Quoted by the scripted rehearsal model, which does not understand what it quotes."


def compact_conversation(conversation: Conversation) -> Step | None:
    """Quotes each prompt and the weightiest sentences of each answer, and names the tools; nothing is made up."""
    told = " ".join(message.text for message in conversation.messages if message.role == "system")
    if conversation.tools or not _ASKS.search(told):
        return None
    limit = _LIMIT.search(told)
    letters = (int(limit[1]) if limit else _USUAL_WORDS) * _LETTERS_A_WORD - len(_NOTE)
    lines = [line for entry in _entries(conversation.asked) for line in _lines(entry)]
    thought = "I am to sum up a conversation: I quote its prompts and the sentences whose words are said most often."
    return Step("\n".join([_NOTE, *_fitting(lines, letters)]), thought=thought, exact=True)


def _fitting(lines: list[str], letters: int) -> list[str]:
    """The lines, each shortened and if need be some in the middle left out, so that they come to so many letters."""
    if letters < len(lines) * _READABLE:
        lines = [line for line in lines if not line.startswith(_CALLED)] or lines
    most = max(letters // max(1, len(lines)) - 1, _SHORTEST_QUOTE)
    short = [line if len(line) <= most else f"{line[: most - 2]} …" for line in lines]
    room = max(2, letters // (most + 1))
    head, tail = room // 2, room - room // 2
    return short if len(short) <= room else [*short[:head], "…", *short[-tail:]]


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
    calls = entry.get("calls")
    for call in calls if isinstance(calls, list) else ():
        if isinstance(call, dict):
            yield f"{_CALLED}{_text(call, 'tool')} {_short(_text(call, 'arguments'))}"
    if who == "tool" and entry.get("failed"):
        yield f"- {_text(entry, 'tool')} failed: “{_short(_text(entry, 'result'))}”"


def _earlier(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip() and line not in (_NOTE, "…")]


def _text(entry: Mapping[str, Any], key: str) -> str:
    value = entry.get(key)
    return value if isinstance(value, str) else ""


def _short(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= _QUOTE else words[:_QUOTE].rsplit(" ", 1)[0] + " …"

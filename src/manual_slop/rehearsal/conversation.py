"""What the scripted model is given and what it decides: plain values, no wire in them."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from manual_slop.rehearsal.weaknesses import STRONG, Weakness
from manual_slop.values.messages import Image, Message, ToolCall, ToolResult
from manual_slop.values.tools import ToolSpec


@dataclass(frozen=True, slots=True)
class Exchange:
    """A tool call the model made and what came back."""

    name: str
    arguments: Mapping[str, Any]
    result: str


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call the model wants to make."""

    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """What to do next: make `calls`, or say `text`.

    `thought` is what a reasoning model thinks aloud before it; `exact` asks that nothing be added to the text, `final`
    that nothing at all be done to it: it obeys a schema already, or is not meant to.
    """

    text: str = ""
    calls: tuple[Call, ...] = ()
    thought: str = ""
    exact: bool = False
    final: bool = False


@dataclass(frozen=True, slots=True)
class Conversation:
    """All that was said, and under which rules to answer.

    `tools` are those that may be called now; `must_call` that one of them has to be; `parallel` that several may be at
    once. `schema` is the JSON Schema the answer has to obey, `None` when words will do. `weakness` is how the model is
    to go wrong on purpose (see `weaknesses.py`).
    """

    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...] = ()
    must_call: bool = False
    parallel: bool = True
    schema: Mapping[str, Any] | None = None
    weakness: Weakness = STRONG

    @property
    def asked(self) -> str:
        """The words of the person's last message."""
        at = self._last_user()
        return self.messages[at].text if at >= 0 else ""

    @property
    def questions(self) -> tuple[str, ...]:
        """The words of each of the person's messages, oldest first; a program's note on earlier ones is not theirs."""
        said = (message.text for message in self.messages if message.role == "user")
        return tuple(words for text in said for words in _persons_words(text))

    @property
    def images(self) -> tuple[Image, ...]:
        """The pictures in the person's last message."""
        at = self._last_user()
        return self.messages[at].images if at >= 0 else ()

    @property
    def since_asked(self) -> tuple[Message, ...]:
        """What was said after the person's last message: the model's own calls and their results."""
        return self.messages[self._last_user() + 1 :]

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """The tool calls made for the person's last message, with their results."""
        results = {part.call_id: part.content for message in self.since_asked for part in _results(message)}
        calls = [call for message in self.since_asked for call in message.tool_calls]
        return tuple(Exchange(call.name, _arguments(call), results.get(call.id, "")) for call in calls)

    def _last_user(self) -> int:
        places = range(len(self.messages) - 1, -1, -1)
        return next((at for at in places if self.messages[at].role == "user"), -1)


def _persons_words(text: str) -> Iterator[str]:
    """What the person said in a message, which may begin with a program's note on what they said before."""
    note = _NOTE.match(text)
    if note is None:
        yield text
        return
    first = _FIRST_REQUEST.search(note[0])
    if first:
        with contextlib.suppress(ValueError):
            yield json.loads(first[1])
    if text[note.end() :]:
        yield text[note.end() :]


_NOTE = re.compile(r"\[The program wrote this, not the person: .*?\n</summary-\w+>\n[^\n]*:\s*", re.DOTALL)
_FIRST_REQUEST = re.compile(r'first request, word for word: ("(?:[^"\\]|\\.)*")$', re.MULTILINE)

Skill = Callable[[Conversation], Step | None]
"""Looks at a conversation and says what to do next, or `None` when it is not its business."""


def _results(message: Message) -> tuple[ToolResult, ...]:
    return tuple(part for part in message.parts if isinstance(part, ToolResult))


def _arguments(call: ToolCall) -> Mapping[str, Any]:
    try:
        parsed = json.loads(call.arguments)
    except (ValueError, RecursionError):
        return {}
    return parsed if isinstance(parsed, dict) else {}

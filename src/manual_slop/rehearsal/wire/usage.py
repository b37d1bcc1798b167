"""How many tokens a request and its answer count, and how many of them this server has seen before.

The estimate is simple and stated: four characters are one token, a message costs four more, a picture what
`image_tokens` says. Caching is real: a prefix of messages counts as cached when this server has answered it before.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from manual_slop.rehearsal.conversation import Conversation
from manual_slop.rehearsal.wire.images import image_tokens
from manual_slop.values.messages import Image, Message, Part, Text, ToolCall, ToolResult

_MESSAGE_OVERHEAD = 4
_SHORTEST_PREFIX = 1024
_CACHE_STEP = 128


@dataclass(frozen=True, slots=True)
class Counted:
    """Tokens of one call. `completion` includes `reasoning`, `prompt` includes `cached`."""

    prompt: int
    completion: int
    cached: int = 0
    reasoning: int = 0

    def as_json(self) -> dict[str, Any]:
        """OpenAI's `usage` object."""
        return {
            "prompt_tokens": self.prompt,
            "completion_tokens": self.completion,
            "total_tokens": self.prompt + self.completion,
            "prompt_tokens_details": {"cached_tokens": self.cached, "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": self.reasoning,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        }


def tokens_of(text: str) -> int:
    """The estimate for a text: a quarter of its characters, rounded up."""
    return (len(text) + 3) // 4


def prompt_tokens(conversation: Conversation) -> int:
    """The estimate for all that a request says."""
    return tokens_of(_tools_text(conversation)) + sum(map(_message_tokens, conversation.messages))


class PrefixCache:
    """Remembers which beginnings of conversations were answered, the latest `size` of them; threads may share it."""

    def __init__(self, size: int = 8192) -> None:
        self._size = size
        self._seen: OrderedDict[bytes, None] = OrderedDict()
        self._lock = threading.Lock()

    def count(self, model: str, conversation: Conversation) -> tuple[int, int]:
        """Prompt tokens, and how many of them are cached; the conversation is remembered from now on."""
        tools = _tools_text(conversation)
        weights = [_message_tokens(message) for message in conversation.messages]
        totals = list(itertools.accumulate(weights, initial=tokens_of(tools)))[1:]
        if totals[-1] < _SHORTEST_PREFIX:
            return totals[-1], 0
        known = self._remember(_prefixes(f"{model}\n{tools}", conversation.messages))
        cached = totals[known - 1] // _CACHE_STEP * _CACHE_STEP if known else 0
        return totals[-1], cached if cached >= _SHORTEST_PREFIX else 0

    def _remember(self, prefixes: list[bytes]) -> int:
        """How many of the messages were known, before these prefixes are added."""
        with self._lock:
            known = max((at for at, prefix in enumerate(prefixes, 1) if prefix in self._seen), default=0)
            for prefix in prefixes:
                self._seen[prefix] = None
                self._seen.move_to_end(prefix)
            while len(self._seen) > self._size:
                self._seen.popitem(last=False)
            return known


def digest(model: str, conversation: Conversation) -> bytes:
    """What tells one conversation from another: equal for a request that is sent again."""
    return _prefixes(model, conversation.messages)[-1]


def _prefixes(start: str, messages: tuple[Message, ...]) -> list[bytes]:
    """One digest for each beginning of the conversation."""
    running = hashlib.blake2b(start.encode("utf-8"), digest_size=16)
    digests = []
    for message in messages:
        running.update(b"\x00" + message.role.encode())
        for part in message.parts:
            running.update(b"\x01" + _part_bytes(part))
        digests.append(running.digest())
    return digests


def _tools_text(conversation: Conversation) -> str:
    if not conversation.tools:
        return ""
    return json.dumps([(tool.name, tool.description, dict(tool.parameters)) for tool in conversation.tools])


def _part_bytes(part: Part) -> bytes:
    match part:
        case Image(data=data):
            return data
        case ToolCall(id=call_id, name=name, arguments=arguments):
            return f"{call_id}\n{name}\n{arguments}".encode()
        case ToolResult(call_id=call_id, content=content):
            return f"{call_id}\n{content}".encode()
        case _:
            return part.text.encode()


def _message_tokens(message: Message) -> int:
    return _MESSAGE_OVERHEAD + sum(map(_part_tokens, message.parts))


def _part_tokens(part: Part) -> int:
    match part:
        case Image(width=width, height=height):
            return image_tokens(width, height)
        case ToolCall(name=name, arguments=arguments):
            return tokens_of(name) + tokens_of(arguments)
        case ToolResult(content=content):
            return tokens_of(content)
        case Text(text=text):
            return tokens_of(text)
        case _:
            return 0

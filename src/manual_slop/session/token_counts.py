"""How many tokens something may come to, without any tokenizer."""

from __future__ import annotations

import json
from collections.abc import Iterable

from manual_slop.values.messages import Image, Message, Part, Reasoning, Text, ToolCall
from manual_slop.values.tools import ToolSpec

_BYTES_A_TOKEN = 2  # the worst that ordinary text, code and JSON come to
_IMAGE_TOKENS = 3_000
_MESSAGE_TOKENS = 8


def most_tokens(messages: Iterable[Message], tools: Iterable[ToolSpec] = ()) -> int:
    """More tokens than these messages and tools are likely to come to with any vendor."""
    of_tools = sum(len(spec.description) + len(json.dumps(spec.parameters)) for spec in tools)
    return of_tools // _BYTES_A_TOKEN + sum(_most(message) for message in messages)


def _most(message: Message) -> int:
    return _MESSAGE_TOKENS + sum(_most_of_part(part) for part in message.parts)


def _most_of_part(part: Part) -> int:
    match part:
        case Image():
            return _IMAGE_TOKENS
        case Text() | Reasoning():
            text = part.text
        case ToolCall():
            text = part.name + part.arguments
        case _:
            text = part.content
    return -(-len(text.encode("utf-8", "surrogatepass")) // _BYTES_A_TOKEN)

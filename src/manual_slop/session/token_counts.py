"""How many tokens something may come to, without any tokenizer: at the worst, and as a rule."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from manual_slop.values.context import ShareKind
from manual_slop.values.messages import Image, Message, Part, Reasoning, Role, Text, ToolCall
from manual_slop.values.tools import ToolSpec

_BYTES_A_TOKEN = 2  # the worst that ordinary text, code and JSON come to
_IMAGE_TOKENS = 3_000
_MESSAGE_TOKENS = 8

_USUAL_BYTES_A_TOKEN = 4
_USUAL_MESSAGE_TOKENS = 4
_PIXELS_A_TOKEN = 750
_SMALLEST_IMAGE, _SOME_IMAGE, _LARGEST_IMAGE = 85, 1_000, 1_600
_SPEAKERS: Mapping[Role, ShareKind] = {
    "system": "system prompt",
    "user": "person",
    "assistant": "assistant",
    "tool": "tool results",
}

Echoes = Callable[[int, Message], bool]
"""Whether the thoughts in the message at that place will be sent back to the model."""


@dataclass(frozen=True, slots=True)
class Weight:
    """What things are likely to come to, in tokens, and how many pieces they are, by kind. Nobody has counted them."""

    tokens: Mapping[ShareKind, int]
    pieces: Mapping[ShareKind, int]

    @property
    def pictures(self) -> int:
        """The tokens of pictures."""
        return self.tokens.get("pictures", 0)

    @property
    def text(self) -> int:
        """The tokens of everything else."""
        return sum(self.tokens.values()) - self.pictures


def most_tokens(messages: Iterable[Message], tools: Iterable[ToolSpec] = ()) -> int:
    """More tokens than these messages and tools are likely to come to with any vendor."""
    of_tools = sum(len(spec.description) + len(json.dumps(spec.parameters)) for spec in tools)
    return of_tools // _BYTES_A_TOKEN + sum(_most(message) for message in messages)


def weigh(
    messages: Iterable[Message],
    tools: Iterable[ToolSpec] = (),
    *,
    echoes: Echoes = lambda _at, _message: False,
    summary: Message | None = None,
) -> Weight:
    """What messages and tools are likely to come to. `summary` is the one among them that stands for others."""
    tokens: Counter[ShareKind] = Counter()
    pieces: Counter[ShareKind] = Counter()
    for spec in tools:
        schema = spec.name + spec.description + json.dumps(spec.parameters)
        tokens["tools"] += usual_tokens(schema)
        pieces["tools"] += 1
    for at, message in enumerate(messages):
        speaker: ShareKind = "summary" if message is summary else _SPEAKERS[message.role]
        echoed = message.role == "assistant" and echoes(at, message)
        tokens[speaker] += _USUAL_MESSAGE_TOKENS
        pieces[speaker] += 1 if message.role != "tool" else len(message.parts)
        for part in message.parts:
            kind = _kind(part, speaker)
            if kind == "reasoning" and not echoed:
                continue
            tokens[kind] += _usual(part)
            pieces[kind] += kind != speaker
    return Weight(dict(tokens), dict(pieces))


def usual_tokens(text: str) -> int:
    """What a text comes to as a rule: four bytes a token, which is about right for English and for code."""
    return -(-_bytes(text) // _USUAL_BYTES_A_TOKEN)


def _kind(part: Part, speaker: ShareKind) -> ShareKind:
    if isinstance(part, Image):
        return "pictures"
    return "reasoning" if isinstance(part, Reasoning) else speaker


def _usual(part: Part) -> int:
    if not isinstance(part, Image):
        return usual_tokens(_words(part))
    if not part.width or not part.height:
        return _SOME_IMAGE
    return min(max(part.width * part.height // _PIXELS_A_TOKEN, _SMALLEST_IMAGE), _LARGEST_IMAGE)


def _most(message: Message) -> int:
    return _MESSAGE_TOKENS + sum(_most_of_part(part) for part in message.parts)


def _most_of_part(part: Part) -> int:
    return _IMAGE_TOKENS if isinstance(part, Image) else -(-_bytes(_words(part)) // _BYTES_A_TOKEN)


def _words(part: Part) -> str:
    match part:
        case Image():
            return ""
        case Text() | Reasoning():
            return part.text
        case ToolCall():
            return part.name + part.arguments
        case _:
            return part.content


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))

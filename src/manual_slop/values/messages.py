"""What is said between a person, a model and its tools: messages made of parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Role = Literal["system", "user", "assistant", "tool"]


@dataclass(frozen=True, slots=True)
class Text:
    """Words."""

    text: str


@dataclass(frozen=True, slots=True)
class Image:
    """A picture, ready to send: `data` are the bytes of a file of `media_type` (`image/png` …)."""

    media_type: str
    data: bytes = field(repr=False)
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Opaque:
    """Data of one provider that only it can read (signatures, encrypted thoughts): carried, echoed, never read."""

    provider: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reasoning:
    """What a model thought aloud before it answered, and what its provider wants echoed of it."""

    text: str
    opaque: Opaque | None = None


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A model's wish to run a tool. `arguments` is the JSON text it wrote, unparsed; `id` may carry a signature."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool answered, as the model will read it."""

    call_id: str
    content: str
    is_error: bool = False


Part = Text | Image | Reasoning | ToolCall | ToolResult


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of speech. `model` says who wrote an assistant's; `interrupted` that it was cut off."""

    role: Role
    parts: tuple[Part, ...]
    model: str = ""
    interrupted: bool = False

    @property
    def text(self) -> str:
        """All the words of it, joined."""
        return "".join(part.text for part in self.parts if isinstance(part, Text))

    @property
    def reasoning(self) -> str:
        """All that was thought aloud, joined."""
        return "".join(part.text for part in self.parts if isinstance(part, Reasoning))

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The tools it asks for, in order."""
        return tuple(part for part in self.parts if isinstance(part, ToolCall))

    @property
    def images(self) -> tuple[Image, ...]:
        """The pictures in it, in order."""
        return tuple(part for part in self.parts if isinstance(part, Image))


def user(text: str, images: tuple[Image, ...] = ()) -> Message:
    """A person's message."""
    return Message("user", (*images, Text(text)))


def system(text: str) -> Message:
    """The standing instructions."""
    return Message("system", (Text(text),))

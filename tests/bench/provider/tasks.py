"""What every contender is asked, and what it hands back."""

from __future__ import annotations

import functools
import random
import struct
import time
import zlib
from dataclasses import dataclass, field
from typing import Any

KEY = "sk-bench-0000000000000000"
MODEL = "gpt-4o-mini"
PROMPT = "Say something about Paris."
IMAGE_QUESTION = "What is in this picture?"


@dataclass(frozen=True, slots=True)
class Done:
    """The outcome of one task: the text, and seconds to its first piece where pieces were heard."""

    text: str
    first: float | None = None
    rounds: int = 1


@dataclass(slots=True)
class Pieces:
    """Pieces of text as they come; the clock of `first` starts when this is made."""

    started: float = field(default_factory=time.perf_counter)
    first: float | None = None
    heard: list[str] = field(default_factory=list)

    def add(self, piece: str) -> None:
        """One more piece; empty ones do not count."""
        if piece:
            if self.first is None:
                self.first = time.perf_counter()
            self.heard.append(piece)

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(self.heard)

    def done(self, started: float | None = None, rounds: int = 1) -> Done:
        """The outcome, timed from `started` if that is another moment."""
        assert self.first is not None, "no piece came"
        return Done(self.text, self.first - (self.started if started is None else started), rounds)


def add(a: int, b: int) -> str:
    """What the tool does, for everybody."""
    return str(a + b)


TOOL_NAMES = ("add", "subtract", "multiply", "divide", "power")


@functools.cache
def tool_schemas() -> list[dict[str, Any]]:
    """Five tools as Chat Completions has them."""
    number = {"type": "integer", "description": "A number."}
    parameters = {"type": "object", "properties": {"a": number, "b": number}, "required": ["a", "b"]}
    return [
        {
            "type": "function",
            "function": {"name": name, "description": "Two numbers into one.", "parameters": parameters},
        }
        for name in TOOL_NAMES
    ]


@functools.cache
def plain_history(length: int) -> list[dict[str, Any]]:
    """A conversation of so many messages of about 200 characters."""
    roles = ("user", "assistant")
    return [
        {"role": roles[at % 2], "content": f"Message {at}. " + "All of this was said before. " * 7}
        for at in range(length)
    ]


@functools.cache
def image_bytes() -> bytes:
    """A PNG of noise, 5 MB."""
    width, height = 1280, 1302
    noise = random.Random(5)
    rows = b"".join(b"\0" + noise.randbytes(3 * width) for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows, 0)), (b"IEND", b"")]
    sealed = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(sealed)

"""A text file taken apart so that it can be changed and put together with everything else as it was."""

from __future__ import annotations

import codecs
import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, replace

from manual_slop.tools.text import SAMPLE_BYTES, encoding_of

_MARKED: Mapping[bytes, str] = {
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_LINE_END = re.compile(r"\r\n|\r|\n")


class NotText(Exception):
    """The bytes are no text that could be written back just as it was; the message says what they are."""


class NotEncodable(Exception):
    """The text holds a character that the file's encoding has not; the message names both."""


@dataclass(frozen=True, slots=True)
class TextFile:
    """`raw` is the text with its own line ends and without the byte order mark, which is `mark`."""

    raw: str
    encoding: str = "utf-8"
    mark: bytes = b""

    @property
    def text(self) -> str:
        """With `\\n` line ends, as a model reads it."""
        return plain(self.raw)

    @property
    def newline(self) -> str:
        """The line end that most lines have."""
        ends = _LINE_END.findall(self.raw)
        return max(("\n", "\r\n", "\r"), key=ends.count) if ends else "\n"

    def places(self, *offsets: int) -> tuple[int, ...]:
        """Where in `raw` these places of `text` are."""
        pairs = [found.start() - count for count, found in enumerate(re.finditer(r"\r\n", self.raw))]
        return tuple(offset + bisect_left(pairs, offset) for offset in offsets)

    def ended(self, text: str) -> str:
        """`text` with the line ends of the file."""
        newline = self.newline
        return plain(text) if newline == "\n" else plain(text).replace("\n", newline)

    def with_text(self, text: str) -> TextFile:
        """Another text in the same encoding and with the same line ends."""
        return replace(self, raw=self.ended(text))

    def encoded(self) -> bytes:
        """The bytes of the file. Raises `NotEncodable`."""
        try:
            return self.mark + self.raw.encode(self.encoding)
        except UnicodeEncodeError as error:
            char = error.object[error.start]
            raise NotEncodable(f"the file is {self.encoding}, which has no {char!r} (U+{ord(char):04X})") from None


def take_apart(data: bytes) -> TextFile:
    """The text of these bytes. Raises `NotText`."""
    mark = next((mark for mark in _MARKED if data.startswith(mark)), b"")
    encoding = _MARKED.get(mark) or encoding_of(data[:SAMPLE_BYTES])
    if encoding is None:
        raise NotText("binary data")
    try:
        return TextFile(data[len(mark) :].decode(encoding), encoding, mark)
    except UnicodeDecodeError:
        if mark:
            raise NotText(f"marked as {encoding} but not valid in it") from None
        return TextFile(data.decode("latin-1"), "latin-1")


def plain(text: str) -> str:
    """`text` with `\\n` line ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n")

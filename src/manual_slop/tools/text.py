"""Bytes as text: which encoding they are in, or what they are when they are no text."""

from __future__ import annotations

import codecs

SAMPLE_BYTES = 64 * 1024

# Longest first: the mark of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_KINDS = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\x1f\x8b", "gzip data"),
    (b"\x7fELF", "a program or library (ELF)"),
    (b"MZ", "a program or library (Windows)"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"\xca\xfe\xba\xbe", "compiled code"),
    (b"\0asm", "WebAssembly"),
)
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b"))


def encoding_of(head: bytes) -> str | None:
    """The encoding of text that begins with `head`, by its mark or as UTF-8, else Latin-1; `None` for binary data."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    controls = len(head) - len(head.translate(None, _CONTROLS))
    if b"\0" in head or controls * 10 > len(head):
        return None
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def decode(data: bytes) -> str | None:
    """All of a file as text with `\\n` line ends; `None` for binary data."""
    encoding = encoding_of(data[:SAMPLE_BYTES])
    if encoding is None:
        return None
    try:
        text = data.decode(encoding, strictness(encoding))
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def strictness(encoding: str) -> str:
    """How wrong bytes are met: UTF-8 is given up for Latin-1; what bears the mark of another stays that."""
    return "strict" if encoding.startswith("utf-8") else "replace"


def kind_of(head: bytes) -> str:
    """What binary data that begins with `head` is, in words."""
    return next((kind for start, kind in _KINDS if head.startswith(start)), "binary data")


def counted(number: int, noun: str) -> str:
    """`1 file`, `2,000 files`."""
    return f"{number:,} {noun}{'s' * (number != 1)}"

"""What a command prints, however much it is: the beginning, the end, and the rest in a file of limited size."""

from __future__ import annotations

import codecs
import contextlib
import os
import re
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from manual_slop.values.secrets import RedactingStream, redactor

KEPT = 512 * 1024  # bytes, of the beginning and of the end
LARGEST_SPILL = 64 * 1024 * 1024
_MOST_SPILLS = 16
_OVERLAP = 16 * 1024  # longer than any key that could lie across a cut
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b\b"))
_ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # colours, cursor movements
    r"|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"  # titles, links
    r"|\x9b[0-?]*[ -/]*[@-~]"
    r"|\x1b[ -/]*[0-~]"
    r"|\x1b"
)


class Output:
    """Takes bytes as they come and holds on to few: at most about twice `kept` at either end.

    Once there is more than that, the first `largest` bytes go to the file that `open_spill` makes.
    """

    def __init__(self, open_spill: Callable[[], BinaryIO], *, kept: int = KEPT, largest: int = LARGEST_SPILL) -> None:
        self.total = 0
        self._kept = kept
        self._head = bytearray()
        self._tail = bytearray()
        self._cut = False
        self._open_spill = open_spill
        self._spill: Spill | None = None
        self._largest = largest

    def feed(self, data: bytes) -> None:
        """Take the next bytes. Raises `OSError` where the file cannot be written."""
        self.total += len(data)
        room = max(0, self._kept + _OVERLAP - len(self._head))
        self._head += data[:room]
        self._tail += data[room:]
        if self._spill is None and len(self._tail) > self._kept:
            self._spill = Spill(self._open_spill(), self._largest)
            self._spill.write(bytes(self._head + self._tail))
        elif self._spill is not None:
            self._spill.write(data)
        # Cut seldom and by much: each cut moves what is left.
        if len(self._tail) > 2 * self._kept + _OVERLAP:
            del self._tail[: -(self._kept + _OVERLAP)]
            self._cut = True

    def close(self) -> None:
        """The end: the file is complete."""
        if self._spill is not None:
            self._spill.close()

    @property
    def spilled_to(self) -> Path | None:
        """The file, if there was need of one."""
        return self._spill.path if self._spill else None

    @property
    def binary(self) -> bool:
        """Whether more than a tenth of what is kept is controls that text has no use for; or, beside NULs, no UTF-8."""
        sample = bytes(self._head + self._tail)
        odd = len(sample) - len(sample.translate(None, _CONTROLS))
        if b"\0" in sample:
            odd += sample.decode("utf-8", "replace").count("\ufffd")
        return odd * 10 > len(sample)

    def texts(self) -> tuple[str, str]:
        """Beginning and end, without secrets; the end is empty where the beginning is everything."""
        if self._spill is None:
            return redactor.redact(_text(self._head + self._tail)), ""
        # What may be half a key stays away where it is cut: nobody could know it for one.
        head = RedactingStream().feed(_text(self._head))
        return head[: self._kept], self._end()

    def _end(self) -> str:
        seen = self._tail if self._cut else self._head + self._tail
        characters = codecs.getincrementaldecoder("utf-8")("replace")
        stream = RedactingStream()
        stream.feed(characters.decode(seen[-(self._kept + _OVERLAP) : -self._kept]))
        shown = stream.feed(characters.decode(seen[-self._kept :], final=True)) + stream.end()
        return shown[-self._kept :]


class Spill:
    """A file that takes the first `limit` bytes, without secrets, and no more. A full disk ends it early."""

    def __init__(self, file: BinaryIO, limit: int) -> None:
        self.path = Path(file.name)
        self._file = file
        self._room = limit
        self._characters = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._redacted = RedactingStream()

    def write(self, data: bytes) -> None:
        """Add to it, as long as there is room."""
        if self._room > 0:
            self._put(self._redacted.feed(self._characters.decode(data)))

    def close(self) -> None:
        """Write what waited for its other half."""
        self._put(self._redacted.feed(self._characters.decode(b"", final=True)) + self._redacted.end())
        with contextlib.suppress(OSError):
            self._file.close()

    def _put(self, text: str) -> None:
        data = text.encode("utf-8", "surrogateescape")
        try:
            self._file.write(data[: max(0, self._room)])
            self._room -= len(data)
        except OSError:
            self._room = 0


def spill_opener(folder: Path) -> Callable[[], BinaryIO]:
    """Makes new files in `folder` that nobody else can read, and removes all but the newest sixteen."""

    def make() -> BinaryIO:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in sorted(folder.glob("*.log"))[: -_MOST_SPILLS + 1]:
            path.unlink(missing_ok=True)
        name = folder / f"{time.time_ns():020d}-{secrets.token_hex(4)}.log"
        return open(name, "xb", opener=lambda path, flags: os.open(path, flags, 0o600))

    return make


def without_escapes(text: str) -> str:
    """`text` without the sequences that colour it, move the cursor or rename the window."""
    return _ESCAPES.sub("", text)


def _text(data: bytearray) -> str:
    return data.decode("utf-8", "replace")

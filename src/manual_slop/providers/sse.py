"""Server-sent events and JSON lines, cut anywhere: bytes in, the data of each event out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

LONGEST = 32 * 1024 * 1024
"""Bytes of a line, and of an event: what is longer would fill the memory before it meant anything."""
_KEEPING = 64  # bytes that holding a piece takes besides its own


class BrokenStream(Exception):
    """The bytes of a stream are not what its protocol says; some of the answer is missing."""


class NotAStream(Exception):
    """A stream was asked for and the server answered in one piece."""


class _Pieces:
    """Bytes that belong together and come one by one, joined once: a long one costs no more than it is long."""

    def __init__(self, kind: str, glue: bytes = b"") -> None:
        self._kind = kind
        self._glue = glue
        self._held: list[bytes] = []
        self._size = 0

    def __bool__(self) -> bool:
        return bool(self._held)

    @property
    def last(self) -> bytes:
        return self._held[-1] if self._held else b""

    def add(self, piece: bytes) -> None:
        """One more, unless it makes no difference. Raises `BrokenStream` when it is too much."""
        if not piece and not (self._held and self._glue):
            return
        self._held.append(piece)
        self._size += len(piece) + _KEEPING
        if self._size > LONGEST:
            raise BrokenStream(f"{self._kind} of the stream is longer than {LONGEST:,} bytes")

    def take(self) -> bytes:
        """All of it; nothing is left."""
        whole = self._glue.join(self._held)
        self._held.clear()
        self._size = 0
        return whole


def lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Lines of a byte stream, ended by LF, CRLF or CR, however the bytes are cut. The last may lack its end."""
    rest = _Pieces("a line")
    after_return = False
    for chunk in chunks:
        block = chunk[1:] if after_return and chunk.startswith(b"\n") else chunk  # the second half of a CRLF
        after_return = chunk.endswith(b"\r") if chunk else after_return
        if b"\r" in block:
            block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        first, *more = block.split(b"\n")
        rest.add(first)
        if more:
            yield rest.take()
            yield from more[:-1]
            rest.add(more[-1])
    if rest:
        yield rest.take()


def data(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The data of each server-sent event; a stream of bare JSON lines is taken as it is. Comments are dropped."""
    event = _Pieces("an event", b"\n")
    for line in lines(chunks):
        if line.startswith(b"data:"):
            if event.last.endswith(b"}"):  # some servers forget the empty line between two events
                yield event.take()
            event.add(line[5:].lstrip(b" "))
        elif not line and event:
            yield event.take()
        elif line[:1] == b"{":
            yield line
    if event:
        yield event.take()

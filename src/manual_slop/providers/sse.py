"""Server-sent events and JSON lines, cut anywhere: bytes in, the data of each event out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

LONGEST_LINE = 32 * 1024 * 1024


class BrokenStream(Exception):
    """The bytes of a stream are not what its protocol says; some of the answer is missing."""


class NotAStream(Exception):
    """A stream was asked for and the server answered in one piece."""


def lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Lines of a byte stream, ended by LF, CRLF or CR, however the bytes are cut. The last may lack its end."""
    rest = b""
    for chunk in chunks:
        block, held = rest + chunk, b""
        if block.endswith(b"\r"):  # may be the first half of a CRLF
            block, held = block[:-1], b"\r"
        if b"\r" in block:
            block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *complete, rest = block.split(b"\n")
        rest += held
        yield from complete
        if len(rest) > LONGEST_LINE:
            raise BrokenStream(f"a line of the stream is longer than {LONGEST_LINE:,} bytes")
    if rest:
        yield rest.rstrip(b"\r")


def data(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The data of each server-sent event; a stream of bare JSON lines is taken as it is. Comments are dropped."""
    pending = b""
    for line in lines(chunks):
        if line.startswith(b"data:"):
            more = line[5:].lstrip(b" ")
            if pending and pending.endswith(b"}"):  # some servers forget the empty line between two events
                yield pending
                pending = more
            else:
                pending = pending + b"\n" + more if pending else more
        elif not line and pending:
            yield pending
            pending = b""
        elif line[:1] == b"{":
            yield line
    if pending:
        yield pending

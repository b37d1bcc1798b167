"""A Chat Completions server that costs next to nothing: it answers from bytes made beforehand, in its own process.

`python -m tests.bench.provider.server` prints its port and ends with its standard input. The first part of the
path chooses the answer: `/plain/v1`, `/long/v1` (500 pieces at once), `/short/v1` (20), `/loop/v1` (ten tool
rounds), `/mark/v1` (echoes the last `#number#`), `/stall/v1` (never answers), `/midstall/v1` (20 pieces, then
silence); `/delay-200/plain/v1` waits 200 ms first.
"""

from __future__ import annotations

import asyncio
import re
import sys

from tests.bench.provider.replies import (
    LONG,
    SENTENCE,
    TOOL_ROUNDS,
    call_streamed,
    call_whole,
    pieces,
    said,
    told,
    words,
)

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_RESULT = re.compile(rb'"role": ?"tool"')
_MARK = re.compile(rb"#(\d+)#")

_WHOLE = {"plain": said(SENTENCE), "long": said(LONG), "short": said("".join(words(20)))}
_STREAMED = {
    "plain": told(pieces(SENTENCE)),
    "long": told(pieces(LONG)),
    "short": told(words(20)),
    "midstall": told(words(20), ends=False),
}
_CALLS = {False: [call_whole(at) for at in range(TOOL_ROUNDS)], True: [call_streamed(at) for at in range(TOOL_ROUNDS)]}


def answer(scenario: str, body: bytes) -> bytes:
    """The response to a request; empty to leave the client waiting."""
    streams = b'"stream":true' in body or b'"stream": true' in body
    if scenario == "loop":
        round_at = len(_RESULT.findall(body))
        if round_at < TOOL_ROUNDS:
            return _CALLS[streams][round_at]
        scenario = "plain"
    if scenario == "mark":
        mark = _MARK.findall(body)[-1].decode()
        return told(["#", mark, "#"]) if streams else said(f"#{mark}#")
    return (_STREAMED if streams else _WHOLE).get(scenario, b"")


class _Connection(asyncio.Protocol):
    """One keep-alive connection: requests with a content length, one after the other."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._path = ""
        self._body_at = 0
        self._end = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._held += data
        if not self._end and (head_end := self._held.find(b"\r\n\r\n")) >= 0:
            self._read_head(bytes(self._held[:head_end]))
        if self._end and len(self._held) >= self._end:
            body = bytes(self._held[self._body_at : self._end])
            del self._held[: self._end]
            self._end = 0
            self._answer(body)

    def _read_head(self, head: bytes) -> None:
        self._path = head.split(b" ", 2)[1].decode()
        length = _LENGTH.search(head)
        self._body_at = len(head) + 4
        self._end = self._body_at + (int(length[1]) if length else 0)

    def _answer(self, body: bytes) -> None:
        delay, scenario = 0.0, self._path.split("/")[1]
        if scenario.startswith("delay-"):
            delay, scenario = int(scenario[6:]) / 1000, self._path.split("/")[2]
        response = answer(scenario, body)
        if delay:
            asyncio.get_running_loop().call_later(delay, self._transport.write, response)
        else:
            self._transport.write(response)


async def serve() -> None:
    """Listen on loopback, say where on standard output, and stay until standard input ends."""
    server = await asyncio.get_running_loop().create_server(_Connection, "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(serve())

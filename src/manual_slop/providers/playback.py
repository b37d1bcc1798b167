"""Answers a provider's calls from what was recorded: the same bytes in the same pieces, and no socket is opened."""

from __future__ import annotations

import urllib.parse
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Protocol

from manual_slop.values.wire import WireCall, WireRequest, WireResponse

if TYPE_CHECKING:
    import httpx

    from manual_slop.providers.exchange import Exchange


class Player(Protocol):
    """Stands in the place of every server."""

    def answer(self, request: httpx.Request, exchange: Exchange) -> httpx.Response:
        """The response to `request`. Raises what a network would."""


class Playback:
    """Plays recorded calls in their order, however they ended; where a person stopped one, it is stopped again.

    `asked` counts the questions to a model, also those for which nothing was left. What litellm asks on its own is
    answered by what was once answered at the same path, as often as it likes.
    """

    def __init__(self, calls: Iterable[WireCall]) -> None:
        self.left: deque[WireCall] = deque(calls)
        pairs = (pair for call in self.left for pair in call.earlier)
        self._earlier = {_path(request): response for request, response in pairs}
        self.asked = 0

    def answer(self, request: httpx.Request, exchange: Exchange) -> httpx.Response:
        """The next recorded response. Raises `httpx.ConnectError` where there was none, or none is left."""
        import httpx

        path = request.url.path
        if path in self._earlier and not (self.left and _path(self.left[0].request) == path):
            then = self._earlier[path]
            if then is None:
                raise httpx.ConnectError("nobody answered then", request=request)
            return _response(request, then, iter([then.body]))
        if exchange.cancel.requested:
            raise httpx.ReadError("cancelled", request=request)
        self.asked += 1
        exchange.sent = True
        if not self.left:
            raise httpx.ConnectError("no recorded answer is left", request=request)
        call = self.left.popleft()
        if call.response is None:
            raise _as_it_ended(call, exchange)
        return _response(request, call.response, _played(call, call.response, exchange))


def _path(request: WireRequest | None) -> str:
    return urllib.parse.urlsplit(request.url).path if request is not None else ""


def _response(request: httpx.Request, recorded: WireResponse, body: Iterator[bytes]) -> httpx.Response:
    import httpx

    return httpx.Response(recorded.status, headers=recorded.headers, content=body, request=request)


def _played(call: WireCall, response: WireResponse, exchange: Exchange) -> Iterator[bytes]:
    at = 0
    for _, size in response.pieces:
        if at < len(response.body):
            yield response.body[at : at + size]
        at += size
    if at < len(response.body):  # what was taken out for a key may be shorter than what stands there for it
        yield response.body[at:]
    if not response.ended or response.missing:
        raise _as_it_ended(call, exchange)


def _as_it_ended(call: WireCall, exchange: Exchange) -> Exception:
    """What a broken connection raised then: time ran out, a person stopped it, or it was just lost."""
    import httpx

    if call.error == "cancelled":
        exchange.cancel.request()
    if call.error == "timeout":
        return httpx.ReadTimeout("nothing more was recorded")
    return httpx.ReadError("nothing more was recorded")

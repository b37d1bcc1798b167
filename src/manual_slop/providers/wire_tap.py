"""Listens in on one provider call: what was sent, what came back, in which pieces and when."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from manual_slop.providers.wire_cleaning import clean_earlier, clean_params, clean_request, clean_response
from manual_slop.values.wire import Asked, WireCall, WireRequest, WireResponse

if TYPE_CHECKING:
    from manual_slop.providers.exchange import Exchange
    from manual_slop.providers.litellm_gateway import Answer, Request

MOST_BYTES = 32 * 1024 * 1024
"""The most that is kept of a request's body, and of a response's."""


class Wire(Protocol):
    """Who listens in on a session's calls, and keeps what was heard."""

    def begin(self, exchange: Exchange) -> None:
        """A call is about to be made: put a tap on it, or do not."""

    def end(self, call: WireCall) -> None:
        """A call with a tap is over. Must not raise: the answer is there, and nothing is wrong with it."""


class Tap:
    """What the transport notes of a call while it happens: references only. The work is done when it is over.

    `limit` is the most bytes kept of each body.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, limit: int = MOST_BYTES) -> None:
        self._clock = clock
        self._limit = limit
        self._heard: list[_Heard] = []

    def sending(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> None:
        """A request is about to leave."""
        self._heard.append(_Heard((method, url, headers, body), self._clock(), self._limit))

    def answered(self, status: int, headers: Mapping[str, str]) -> None:
        """The head of the response is there."""
        self._heard[-1].head = (status, headers)

    def listen(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The same pieces; notes each, and whether the last one came."""
        heard = self._heard[-1]
        for piece in pieces:
            heard.note(piece, self._clock())
            yield piece
        heard.ended = True

    def call(self, request: Request, answer: Answer, began: datetime, ids: tuple[str, str, str]) -> WireCall:
        """All of the call, now that it is over; `ids` are those of the call, its session and its turn."""
        route = request.route
        foreign = (spec for spec in request.tools if spec.name.startswith("mcp__"))
        asked = Asked(
            route.model,
            route.litellm_model,
            route.api_base or "",
            clean_params(request.params),
            request.stream,
            {spec.name: (spec.description, spec.parameters) for spec in foreign},
        )
        error = answer.error.kind if answer.error is not None else ""
        last = self._heard[-1] if self._heard else None
        return WireCall(
            *ids,
            began,
            asked,
            last.request() if last else None,
            last.response() if last else None,
            error,
            tuple(clean_earlier(one.request(), one.response()) for one in self._heard[:-1]),
        )


@dataclass(slots=True)
class _Heard:
    """One request and what came of it. `sent` is when, by the tap's clock."""

    sending: tuple[str, str, Mapping[str, str], bytes]
    sent: float
    limit: int
    head: tuple[int, Mapping[str, str]] | None = None
    pieces: list[tuple[float, bytes]] = field(default_factory=list)
    size: int = 0
    missing: int = 0
    ended: bool = False

    def note(self, piece: bytes, now: float) -> None:
        kept = piece[: max(0, self.limit - self.size)]
        self.size += len(piece)
        self.missing += len(piece) - len(kept)
        self.pieces.append((now - self.sent, kept))

    def request(self) -> WireRequest:
        return clean_request(*self.sending, self.limit)

    def response(self) -> WireResponse | None:
        if self.head is None:
            return None
        return clean_response(*self.head, self.pieces, ended=self.ended, missing=self.missing)


def plain_headers(headers: Any) -> dict[str, str]:
    """Headers of httpx as a mapping, in lower case."""
    return {name.lower(): value for name, value in headers.items()}

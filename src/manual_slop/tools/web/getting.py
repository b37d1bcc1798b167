"""One page got with GET: no cookies, no keys, and each connection to the very address that was checked."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urljoin

from manual_slop import __version__
from manual_slop.safety.path_rules import show
from manual_slop.tools.declaration import ToolError
from manual_slop.tools.web.addresses import Place, Resolve, checked_addresses, is_public, looked_up, place_of
from manual_slop.values.cancel import Cancel

LARGEST = 2 * 1024 * 1024  # bytes
_MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PIECE = 16 * 1024


@dataclass(frozen=True, slots=True)
class Got:
    """What came from `url`, which is the last one where the first led on. `cut` says that there was more."""

    url: str
    status: int
    reason: str
    content_type: str
    body: bytes
    cut: bool


class Getter:
    """Gets pages. `resolve` and `allowed` say where hosts lie and which addresses may be reached.

    `headers` are sent beside the usual ones, wherever it leads: with any, allow no `redirects`.
    """

    def __init__(
        self,
        resolve: Resolve = looked_up,
        allowed: Callable[[str], bool] = is_public,
        seconds: float = 20.0,
        headers: tuple[tuple[str, str], ...] = (),
        redirects: int = _MOST_REDIRECTS,
    ) -> None:
        self.resolve = resolve
        self.allowed = allowed
        self._seconds = seconds
        self.headers = headers
        self.redirects = redirects

    def get(self, url: str, cancel: Cancel) -> Got:
        """The page at `url`, after at most five redirects. Raises `ToolError`; a cancel is heard at once."""
        attempt = _Attempt(self, time.monotonic() + self._seconds)
        woken = threading.Event()

        def work() -> None:
            attempt.run(url)
            woken.set()

        # Looking up a name cannot be broken off, only left behind.
        threading.Thread(target=work, name="fetch", daemon=True).start()
        forget = cancel.on_request(woken.set)
        woken.wait(self._seconds)
        forget()
        if attempt.outcome is None:
            attempt.abandon()
            raise ToolError(
                "stopped by the person" if cancel.requested else f"no page within {self._seconds:g} seconds"
            )
        if isinstance(attempt.outcome, Exception):
            raise attempt.outcome
        return attempt.outcome


class _Attempt:
    """One page on its way, in a thread that can be left behind."""

    def __init__(self, getter: Getter, until: float) -> None:
        self.outcome: Got | Exception | None = None
        self._getter = getter
        self._until = until
        self._abandoned = False
        self._socket: socket.socket | None = None

    def abandon(self) -> None:
        self._abandoned = True
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def run(self, url: str) -> None:
        try:
            self.outcome = self._follow(place_of(url))
        except (OSError, http.client.HTTPException, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            self.outcome = ToolError(f"the page could not be got: {show(reason)}")
        except Exception as error:  # noqa: BLE001 - raised in the thread that waits
            self.outcome = error

    def _follow(self, place: Place) -> Got:
        for _ in range(self._getter.redirects + 1):
            got = self._one(place)
            if isinstance(got, Got):
                return got
            if place.scheme == "https" and got.scheme == "http":
                raise ToolError("the page leads on from https to http: that is not followed")
            place = got
        raise ToolError(f"the page leads on more than {self._getter.redirects} times")

    def _one(self, place: Place) -> Got | Place:
        connection = http.client.HTTPConnection(place.host, place.port)
        connection.sock = self._connected(place)
        try:
            connection.putrequest("GET", place.target, skip_host=True, skip_accept_encoding=True)
            for name, value in (*_headers(place), *self._getter.headers):
                connection.putheader(name, value)
            connection.endheaders()
            with connection.getresponse() as response:
                location = response.getheader("Location")
                if response.status in _REDIRECTS and location:
                    return place_of(urljoin(str(place), location))
                return self._read(place, response)
        finally:
            connection.close()

    def _connected(self, place: Place) -> socket.socket:
        problem: OSError = OSError("it has no address")
        for address in checked_addresses(place, self._getter.resolve, self._getter.allowed):
            self._check()
            try:
                plain = socket.create_connection((address, place.port), timeout=self._left())
            except OSError as error:
                problem = error
                continue
            self._socket = plain
            if place.scheme == "http":
                return plain
            self._socket = ssl.create_default_context().wrap_socket(plain, server_hostname=place.host)
            return self._socket
        raise problem

    def _read(self, place: Place, response: http.client.HTTPResponse) -> Got:
        if (response.getheader("Content-Encoding") or "identity").lower() != "identity":
            raise ToolError("the page is packed although it was asked for unpacked")
        pieces: list[bytes] = []
        size = 0
        while size <= LARGEST and (piece := response.read1(_PIECE)):
            self._check()
            pieces.append(piece)
            size += len(piece)
        kind = response.getheader("Content-Type") or ""
        body = b"".join(pieces)
        return Got(str(place), response.status, response.reason, kind, body[:LARGEST], len(body) > LARGEST)

    def _left(self) -> float:
        return max(0.0, self._until - time.monotonic()) + 1.0  # whoever waits says first that it took too long

    def _check(self) -> None:
        if self._abandoned or time.monotonic() > self._until:
            raise TimeoutError("it took too long")


def _headers(place: Place) -> tuple[tuple[str, str], ...]:
    return (
        ("Host", place.authority),
        ("User-Agent", f"manual-slop/{__version__}"),
        ("Accept", "text/html, application/json, application/xml;q=0.9, text/*;q=0.8"),
        ("Accept-Encoding", "identity"),
        ("Connection", "close"),
    )

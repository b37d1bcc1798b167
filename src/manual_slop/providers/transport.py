"""The one httpx transport that all of litellm's requests go through: it can be cancelled, and keeps time."""

from __future__ import annotations

import threading
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import httpcore
import httpx

from manual_slop.providers import exchange as exchanges
from manual_slop.providers.credentials import environment
from manual_slop.providers.wire_tap import Tap, plain_headers


class _TrackedStream(httpcore.NetworkStream):
    """A network stream that tells the current exchange when it blocks."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        exchange = exchanges.current()
        if exchange is None:
            return self._inner.read(max_bytes, timeout)
        with exchange.reading(self._inner) as patience:
            return self._inner.read(max_bytes, patience)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        exchange = exchanges.current()
        if exchange is None:
            return self._inner.write(buffer, timeout)
        with exchange.reading(self._inner) as patience:
            exchange.sent = True
            return self._inner.write(buffer, patience)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        exchange = exchanges.current()
        if exchange is None:
            return _TrackedStream(self._inner.start_tls(ssl_context, server_hostname, timeout))
        with exchange.reading(self._inner):
            patience = exchange.timeouts.connect
            return _TrackedStream(self._inner.start_tls(ssl_context, server_hostname, patience))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Connecting:
    """A connection being made in a thread of its own, because neither a look-up nor a connect can be woken."""

    def __init__(self) -> None:
        self.ready = threading.Event()
        self._lock = threading.Lock()
        self._abandoned = False
        self._stream: httpcore.NetworkStream | None = None
        self._error: BaseException | None = None

    def run(self, connect: Any) -> None:
        try:
            stream = connect()
        except Exception as error:  # noqa: BLE001  # carried over to the thread that waits
            self._error = error
        else:
            with self._lock:
                self._stream = stream
                if self._abandoned:
                    stream.close()
        self.ready.set()

    def result(self) -> httpcore.NetworkStream:
        if self._error is not None:
            raise self._error
        if self._stream is None:
            raise httpcore.ConnectError("cancelled")
        return self._stream

    def abandon(self) -> None:
        with self._lock:
            self._abandoned = True
            if self._stream is not None:
                self._stream.close()


class _Backend(httpcore.SyncBackend):
    """Connects so that a cancel is answered at once, and hands out tracked streams."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        exchange = exchanges.current()
        plain = super().connect_tcp
        if exchange is None:
            return _TrackedStream(plain(host, port, timeout, local_address, socket_options))
        patience = min(exchange.timeouts.connect, exchange.patience())
        attempt = _Connecting()
        threading.Thread(
            target=attempt.run,
            args=(lambda: plain(host, port, patience, local_address, socket_options),),
            name="connect",
            daemon=True,
        ).start()
        forget = exchange.cancel.on_request(attempt.ready.set)
        in_time = attempt.ready.wait(patience + 0.5)
        forget()
        if exchange.cancel.requested or not in_time:
            attempt.abandon()
            exchange.timed_out = "" if in_time else "a connection"
            raise httpcore.ConnectTimeout("no connection in time")
        try:
            return _TrackedStream(attempt.result())
        except httpcore.ConnectTimeout:
            exchange.timed_out = "a connection"
            raise


class _TappedBody(httpx.SyncByteStream):
    """A response's body with somebody listening in."""

    def __init__(self, inner: httpx.SyncByteStream, tap: Tap) -> None:
        self._inner = inner
        self._tap = tap

    def __iter__(self) -> Iterator[bytes]:
        return self._tap.listen(self._inner)

    def close(self) -> None:
        self._inner.close()


class Transport(httpx.BaseTransport):
    """Direct or through the proxy the environment names; remembers each response on the current exchange.

    It is shared by every client litellm makes, so closing one of those does not close it. Which proxies there are is
    asked at most once a second: that reads the whole environment, on some systems their settings too.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, **options: Any) -> None:
        self._clock = clock
        self._proxies: Mapping[str, str] = {}
        self._proxies_until = float("-inf")
        self._options = options
        self._direct = self._make(None)
        self._proxied: dict[str, httpx.HTTPTransport] = {}
        self._lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        exchange = exchanges.current()
        if exchange is not None and exchange.response is not None:
            _refuse_foreign_redirect(exchange.response, request)
        _drop_openais_own(request)
        if exchange is None:
            return self._route(request.url).handle_request(request)
        exchange.response = response = self._answer(request, exchange)
        return response

    def close(self) -> None:
        """Stay open: the clients that share this transport come and go."""

    def shut(self) -> None:
        """Really close every connection."""
        self._direct.close()
        for transport in self._proxied.values():
            transport.close()

    def _answer(self, request: httpx.Request, exchange: exchanges.Exchange) -> httpx.Response:
        """The response to a request of the call that this thread is making."""
        tap = exchange.tap
        if tap is not None:
            tap.sending(request.method, str(request.url), plain_headers(request.headers), request.read())
        if exchange.player is not None:
            response = exchange.player.answer(request, exchange)
        else:
            response = self._route(request.url).handle_request(request)
        if tap is not None:
            tap.answered(response.status_code, plain_headers(response.headers))
            assert isinstance(response.stream, httpx.SyncByteStream)
            response.stream = _TappedBody(response.stream, tap)
        return response

    def _make(self, proxy: str | None) -> httpx.HTTPTransport:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=64)
        transport = httpx.HTTPTransport(proxy=proxy, limits=limits, **self._options)
        # httpx has no public way to name a network backend; tests/providers/test_transport.py notices a change.
        transport._pool._network_backend = _Backend()
        return transport

    def _route(self, url: httpx.URL) -> httpx.HTTPTransport:
        proxies = self._current_proxies()
        proxy = proxies.get(url.scheme) or proxies.get("all")
        if not proxy or urllib.request.proxy_bypass(url.host):
            return self._direct
        with self._lock:
            if proxy not in self._proxied:
                self._proxied[proxy] = self._make(proxy)
            return self._proxied[proxy]

    def _current_proxies(self) -> Mapping[str, str]:
        with self._lock:
            now = self._clock()
            if now >= self._proxies_until:
                self._proxies, self._proxies_until = urllib.request.getproxies(), now + 1
            return self._proxies


def _drop_openais_own(request: httpx.Request) -> None:
    """The OpenAI SDK tells every server it talks to what the environment says for OpenAI; only OpenAI may know."""
    if request.url.host.endswith("openai.com"):
        return
    for name in ("openai-organization", "openai-project"):
        request.headers.pop(name, None)
    for line in environment("OPENAI_CUSTOM_HEADERS").splitlines():
        name, _, value = line.partition(":")
        if request.headers.get(name.strip()) == value.strip():
            del request.headers[name.strip()]


def _refuse_foreign_redirect(previous: httpx.Response, request: httpx.Request) -> None:
    """httpx strips `Authorization` when it follows a redirect to another host, but not `x-api-key` and its like."""
    if not previous.is_redirect or previous.request is None:
        return
    before, after = previous.request.url, request.url
    if (before.scheme, before.host, before.port) != (after.scheme, after.host, after.port):
        raise httpx.ConnectError(f"{before.host} redirects to {after.host}; keys are not sent there", request=request)

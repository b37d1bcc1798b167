"""The transport beneath litellm: cancelled at once, on time, and careful where it sends keys."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpcore
import httpx
import pytest

from manual_slop.providers.exchange import Exchange, Timeouts, opened
from manual_slop.providers.transport import Transport
from manual_slop.values.cancel import Cancel
from tests.support.patience import is_soon, with_time_enough
from tests.support.scripted_server import Scripted, ScriptedServer, says, whole


@contextmanager
def client() -> Iterator[httpx.Client]:
    transport = Transport()
    with httpx.Client(transport=transport, follow_redirects=True) as made:
        yield made
    transport.shut()


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def cancelled_after(server: ScriptedServer, cancel: Cancel) -> threading.Thread:
    """Press `cancel` as soon as the server has been asked."""

    def press() -> None:
        server.asked.acquire()
        cancel.request()

    thread = threading.Thread(target=press)
    thread.start()
    return thread


def test_a_wait_for_the_first_byte_is_cancelled_at_once() -> None:
    cancel = Cancel()
    with ScriptedServer([Scripted([], hold_before=True)]) as server, client() as http:
        presser = cancelled_after(server, cancel)
        with opened(Exchange(Timeouts(), cancel)), pytest.raises(httpx.ReadError):
            http.post(server.url)
        presser.join()


def test_a_stream_is_cancelled_in_the_middle_at_once() -> None:
    cancel = Cancel()
    with ScriptedServer([Scripted([b"data: {}\n\n"], hold_after=True)]) as server, client() as http:
        with opened(Exchange(Timeouts(), cancel)), http.stream("POST", server.url) as response:
            pieces = response.iter_bytes()
            assert next(pieces) == b"data: {}\n\n"
            threading.Timer(0.05, cancel.request).start()
            with pytest.raises(httpx.ReadError):
                next(pieces)


def test_a_connection_that_is_never_made_is_cancelled_at_once() -> None:
    with socket.socket() as listener:  # its queue is full: the kernel answers nobody any more
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        held = []
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(address)
            held.append(filler)

        def ask() -> float:
            cancel = Cancel()
            threading.Timer(0.1, cancel.request).start()
            started = time.monotonic()
            with opened(Exchange(Timeouts(), cancel)), client() as http, pytest.raises(httpx.TransportError):
                http.get(f"http://127.0.0.1:{address[1]}/")
            return time.monotonic() - started

        is_soon(ask, 1.0)
        for filler in held:
            filler.close()


def test_a_cancel_pressed_before_the_call_stops_it() -> None:
    cancel = Cancel()
    cancel.request()
    with ScriptedServer([says("hi")]) as server, client() as http:
        with opened(Exchange(Timeouts(), cancel)), pytest.raises(httpx.TransportError):
            http.post(server.url)
        assert server.seen == []


@pytest.mark.parametrize(
    ("limit", "reply", "what"),
    [
        ("first_token", Scripted([], hold_before=True), "the first token"),
        ("total", Scripted([], hold_before=True), "the whole answer"),
        ("first_token", Scripted([b": keep-alive\n\n"] * 2, hold_after=True), "the first token"),
    ],
)
def test_patience_runs_out_and_says_which(limit: str, reply: Scripted, what: str) -> None:
    def ran_out(seconds: float) -> str:
        exchange = Exchange(Timeouts(**{limit: seconds}))
        with (
            ScriptedServer([reply]) as server,
            client() as http,
            opened(exchange),
            pytest.raises(httpx.TimeoutException),
        ):
            http.post(server.url)
        return exchange.timed_out

    assert with_time_enough(ran_out, lambda told: told == what, 0.05) == what


def test_after_the_first_token_the_patience_between_chunks_counts() -> None:
    exchange = Exchange(Timeouts(first_token=60, between_chunks=0.05))
    with ScriptedServer([Scripted([b"data: {}\n\n"], hold_after=True)]) as server, client() as http:
        with opened(exchange), http.stream("POST", server.url) as response, pytest.raises(httpx.ReadTimeout):
            for _ in response.iter_bytes():
                exchange.progress()

    assert exchange.timed_out == "the next part of the answer"


def test_a_redirect_to_another_host_does_not_take_the_key_along() -> None:
    with ScriptedServer([whole({})]) as thief:
        lure = Scripted([], 307, {"location": thief.url.replace("127.0.0.1", "localhost")})
        with ScriptedServer([lure]) as server, client() as http, opened(Exchange(Timeouts())):
            with pytest.raises(httpx.ConnectError, match="keys are not sent there"):
                http.post(server.url, headers={"x-api-key": "sk-canary"})
        assert thief.seen == []


def test_a_redirect_on_the_same_host_is_followed() -> None:
    with ScriptedServer([Scripted([], 307, {"location": "/v2"}), whole({"ok": True})]) as server, client() as http:
        with opened(Exchange(Timeouts())):
            assert http.post(server.url).json() == {"ok": True}


def test_a_client_that_closes_leaves_the_transport_open() -> None:
    transport = Transport()
    with ScriptedServer([whole({"n": 1})]) as server:
        for _ in range(2):
            with httpx.Client(transport=transport) as http:
                assert http.post(server.url).json() == {"n": 1}
    transport.shut()


def test_connections_are_used_again() -> None:
    with ScriptedServer([whole({})]) as server, client() as http:
        ports = set()
        for _ in range(3):
            exchange = Exchange(Timeouts())
            with opened(exchange):
                response = http.post(server.url)
            ports.add(response.extensions["network_stream"].get_extra_info("client_addr"))

    assert len(ports) == 1


def test_the_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedServer([whole({"via": "proxy"})]) as proxy, client() as http:
        monkeypatch.setenv("http_proxy", proxy.url)
        assert http.post("http://models.example/v1").json() == {"via": "proxy"}
        assert proxy.seen[0].path == "http://models.example/v1"


def test_a_proxy_that_comes_up_while_the_program_runs_is_found_a_second_later(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    transport = Transport(clock=lambda: now[0])
    with ScriptedServer([whole({"via": "proxy"})]) as proxy, ScriptedServer([whole({"via": "nobody"})]) as server:
        with httpx.Client(transport=transport, trust_env=False) as http:
            heard = []
            for seconds in (0.0, 0.9, 0.2):
                now[0] += seconds
                heard.append(http.post(f"{server.url}/v1").json()["via"])
                monkeypatch.setenv("http_proxy", proxy.url)
    transport.shut()
    assert heard == ["nobody", "nobody", "proxy"]


def test_what_the_environment_says_for_openai_is_told_to_openai_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "x-gateway-token: secret")
    with ScriptedServer([whole({})]) as server, client() as http, opened(Exchange(Timeouts())):
        http.post(
            server.url,
            headers={
                "openai-organization": "org-1",
                "openai-project": "p",
                "x-gateway-token": "secret",
                "x-else": "stays",
            },
        )

    assert not {"openai-organization", "openai-project", "x-gateway-token"} & set(server.seen[0].headers)
    assert server.seen[0].headers["x-else"] == "stays"


def test_outside_an_exchange_it_is_an_ordinary_transport() -> None:
    with ScriptedServer([whole({"ok": 1})]) as server, client() as http:
        assert http.post(server.url).json() == {"ok": 1}


def test_httpx_still_lets_us_name_the_network_backend() -> None:
    pool = Transport()._direct._pool

    assert isinstance(pool, httpcore.ConnectionPool)
    assert type(pool._network_backend).__module__ == "manual_slop.providers.transport"

"""The server's life: it starts at once, listens on loopback only, and ends whatever hangs on it."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import openai
import pytest

from manual_slop.rehearsal import serve_forever, shared_server, start
from manual_slop.values.errors import ConfigError
from tests.support.patience import HANGS, is_soon


def test_a_started_server_answers_at_once_and_quickly() -> None:
    with start():  # the first start imports aiohttp
        pass

    def start_another() -> float:
        began = time.monotonic()
        with start() as server:
            seconds = time.monotonic() - began
            assert httpx.get(f"{server.base_url}/models", trust_env=False, timeout=HANGS).status_code == 200
        return seconds

    is_soon(start_another, 0.3)


def test_it_listens_on_loopback_only() -> None:
    with start() as server:
        assert server.base_url == f"http://127.0.0.1:{server.port}/v1"
        with socket.socket() as probe, pytest.raises(OSError, match="refused"):
            probe.connect(("127.0.0.2", server.port))


def test_closing_twice_is_closing_once_and_frees_the_port() -> None:
    server = start()
    server.close()
    server.close()
    assert server.closed
    with start(server.port) as again:
        assert again.port == server.port


@pytest.mark.parametrize("model", ["fault-stall", "fault-first-stall", "slow-1"])
def test_closing_ends_a_hanging_stream_within_a_second(model: str) -> None:
    is_soon(lambda: _close_under_a_hanging_stream(model), 1.0)


def _close_under_a_hanging_stream(model: str) -> float:
    server = start()
    failed = threading.Event()

    def hang() -> None:
        try:
            with httpx.stream(
                "POST", f"{server.base_url}/chat/completions", json=_hello(model), trust_env=False, timeout=HANGS
            ) as reply:
                reply.read()
        except httpx.HTTPError:
            failed.set()

    reader = threading.Thread(target=hang)
    reader.start()
    _until_asked(server.base_url)
    began = time.monotonic()
    server.close()
    seconds = time.monotonic() - began
    reader.join(HANGS)
    assert failed.is_set()
    return seconds


def test_a_taken_port_is_refused_with_what_to_do() -> None:
    with start() as server, pytest.raises(ConfigError, match=r"choose another port, or 0"):
        start(server.port)


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_number_that_is_no_port_is_refused(port: int) -> None:
    with pytest.raises(ConfigError, match="is not a port"):
        start(port)


def test_all_threads_share_one_server_and_a_closed_one_is_replaced() -> None:
    with ThreadPoolExecutor(8) as pool:
        servers = set(pool.map(lambda _: shared_server(), range(16)))
    assert len(servers) == 1
    servers.pop().close()
    assert not shared_server().closed
    shared_server().close()


def test_serving_forever_announces_the_address_and_ends_when_closed() -> None:
    addresses = []

    def announce(server) -> None:
        addresses.append(server.base_url)
        threading.Thread(target=server.close).start()

    serve_forever(0, announce)
    assert addresses[0].startswith("http://127.0.0.1:")


def test_importing_it_loads_no_web_server_and_no_pictures() -> None:
    code = "import sys, manual_slop.rehearsal; print(*{'aiohttp', 'PIL', 'asyncio', 'httpx'} & set(sys.modules))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == ""


def test_32_streams_at_once_all_arrive_whole() -> None:
    def read(client: openai.OpenAI, number: int) -> str:
        stream = client.chat.completions.create(
            model="demo", messages=[{"role": "user", "content": f"repeat: stream {number} of many"}], stream=True
        )
        return "".join(chunk.choices[0].delta.content or "" for chunk in stream)

    with (
        start() as server,
        httpx.Client(trust_env=False) as transport,
        openai.OpenAI(base_url=server.base_url, api_key="any", max_retries=0, http_client=transport) as client,
        ThreadPoolExecutor(32) as pool,
    ):
        texts = list(pool.map(lambda number: read(client, number), range(32)))
    assert texts == [f"stream {number} of many" for number in range(32)]


def test_a_slow_stream_does_not_hold_up_others() -> None:
    with start() as server, httpx.Client(trust_env=False, base_url=server.base_url, timeout=HANGS) as http:
        with http.stream("POST", "/chat/completions", json=_hello("fault-stall")) as stalled:  # for ever
            assert stalled.status_code == 200
            assert http.post("/chat/completions", json={**_hello("demo"), "stream": False}).status_code == 200


def _hello(model: str) -> dict:
    return {"model": model, "stream": True, "messages": [{"role": "user", "content": "hello"}]}


def _until_asked(base_url: str) -> None:
    """Wait until the server has surely taken the request that was sent before: it serves in order of arrival."""
    with httpx.Client(trust_env=False, timeout=HANGS) as http:
        for _ in range(20):
            http.get(f"{base_url}/models")

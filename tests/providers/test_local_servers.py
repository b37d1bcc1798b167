"""Model servers on this computer are found at once, and whatever else listens there is not taken for one."""

from __future__ import annotations

import http.server
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from manual_slop.providers.local_servers import LocalServer, find_local_servers, usual_places, usual_ports
from tests.support.patience import HANGS, with_time_enough

Serve = Callable[..., int]


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Any

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))
        status, body = self.server.pages.get(self.path, (404, b"{}"))
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a server that answers one path, and gives its port."""
    servers = []

    def start(path: str, answer: Any, status: int = 200, asked: list[Any] | None = None) -> int:
        server: Any = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        server.pages = {path: (status, answer if isinstance(answer, bytes) else json.dumps(answer).encode())}
        server.asked = asked if asked is not None else []
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        servers.append(server)
        return int(server.server_address[1])

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_every_kind_of_server_is_found_with_its_models(serve: Serve) -> None:
    ports = {
        "ollama": serve("/api/tags", {"models": [{"name": "qwen3:latest"}, {"name": "nomic-embed-text:latest"}]}),
        "lm_studio": serve("/v1/models", {"data": [{"id": "qwen/qwen3-8b"}]}),
        "llamacpp": serve("/v1/models", {"models": [{"name": "x"}], "data": [{"id": "default"}]}),
        "vllm": serve("/v1/models", {"data": []}),
    }
    assert find_local_servers(5, ports) == (
        LocalServer("ollama", f"http://127.0.0.1:{ports['ollama']}", ("qwen3:latest",)),
        LocalServer("lm_studio", f"http://127.0.0.1:{ports['lm_studio']}/v1", ("qwen/qwen3-8b",)),
        LocalServer("llamacpp", f"http://127.0.0.1:{ports['llamacpp']}/v1", ("default",)),
        LocalServer("vllm", f"http://127.0.0.1:{ports['vllm']}/v1", ()),
    )


def test_the_usual_ports_are_those_of_the_table() -> None:
    assert usual_ports() == {"ollama": 11434, "lm_studio": 1234, "llamacpp": 8080, "vllm": 8000}


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (b"<html>a web application</html>", 200),
        ({"hello": 1}, 200),
        ({"data": [{"id": "m"}]}, 401),
        (b"[" * 99_999, 200),
    ],
)
def test_somebody_else_on_the_port_is_not_taken_for_a_model_server(serve: Serve, answer: Any, status: int) -> None:
    assert find_local_servers(5, {"llamacpp": serve("/v1/models", answer, status)}) == ()


def test_nobody_there_is_known_at_once(closed_port: int) -> None:
    began = time.monotonic()
    assert find_local_servers(300, dict.fromkeys(usual_ports(), closed_port)) == ()
    assert time.monotonic() - began < HANGS


def test_one_that_does_not_answer_is_not_waited_for_and_keeps_no_other_back(serve: Serve) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        ports = {"vllm": silent.getsockname()[1], "ollama": serve("/api/tags", {"models": [{"name": "qwen3"}]})}
        found = with_time_enough(lambda seconds: find_local_servers(seconds, ports), bool, 0.3)
        assert [server.provider for server in found] == ["ollama"]


def test_no_key_is_shown_to_whoever_listens(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VLLM_API_KEY", "canary-key")
    asked: list[Any] = []
    find_local_servers(5, {"vllm": serve("/v1/models", {"data": []}, asked=asked)})
    assert asked
    assert "canary" not in str(asked)


@pytest.mark.parametrize("form", ["127.0.0.1:{}", "http://localhost:{}", "0.0.0.0:{}"])
def test_ollama_is_asked_where_it_was_told_to_listen(serve: Serve, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    monkeypatch.setenv("OLLAMA_HOST", form.format(serve("/api/tags", {"models": [{"name": "qwen3"}]})))
    found = [server for server in find_local_servers(5) if server.provider == "ollama"]
    assert [server.models for server in found] == [("qwen3",)]


@pytest.mark.parametrize("host", ["192.0.2.1:11434", "https://ollama.example", "not a host", ""])
def test_an_ollama_on_another_computer_is_not_looked_for(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_HOST", host)
    assert usual_places()["ollama"] == "http://127.0.0.1:11434"

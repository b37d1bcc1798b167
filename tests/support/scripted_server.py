"""A scripted model behind a real HTTP server on loopback: it plays one prepared reply for each request it gets."""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

USAGE = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}


@dataclass
class Scripted:
    """One reply: status, headers, and a body sent in pieces. `hold` waits there for the server to close."""

    pieces: list[bytes]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: str = "text/event-stream"
    cut: bool = False
    hold_before: bool = False
    hold_after: bool = False


def event(payload: Mapping[str, Any]) -> bytes:
    """One server-sent event."""
    return b"data: " + json.dumps(payload).encode() + b"\n\n"


def chunk(delta: Mapping[str, Any], finish: str | None = None, **more: Any) -> bytes:
    """One Chat Completions chunk as an event."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return event(
        {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice], **more}
    )


def says(*words: str, usage: Mapping[str, Any] | None = USAGE, finish: str = "stop") -> Scripted:
    """A streamed answer, one delta a word."""
    pieces = [chunk({"content": word}) for word in words] + [chunk({}, finish)]
    if usage:
        pieces.append(
            event(
                {
                    "id": "c1",
                    "object": "chat.completion.chunk",
                    "created": 1,
                    "model": "m",
                    "choices": [],
                    "usage": usage,
                }
            )
        )
    return Scripted([*pieces, b"data: [DONE]\n\n"])


def calls(*wanted: tuple[str, Any], finish: str = "tool_calls") -> Scripted:
    """A streamed answer that calls tools: pairs of name and arguments (an object, or raw text)."""
    deltas = [
        {
            "index": at,
            "id": f"call_{at}_{name}",
            "type": "function",
            "function": {"name": name, "arguments": arguments if isinstance(arguments, str) else json.dumps(arguments)},
        }
        for at, (name, arguments) in enumerate(wanted)
    ]
    return Scripted(
        [*(chunk({"tool_calls": [delta]}) for delta in deltas), chunk({}, finish, usage=USAGE), b"data: [DONE]\n\n"]
    )


def whole(payload: Mapping[str, Any], status: int = 200, **headers: str) -> Scripted:
    """An answer or an error in one piece of JSON."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Scripted([json.dumps(payload).encode()], status, named, "application/json")


def fails(status: int, message: str = "no", code: str | None = None, **headers: str) -> Scripted:
    """An error in OpenAI's envelope."""
    return whole({"error": {"message": message, "type": "x", "code": code}}, status, **headers)


@dataclass
class Seen:
    """A request as it arrived."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


class _Server(ThreadingHTTPServer):
    """Says nothing of guests who were killed or went away."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class ScriptedServer:
    """Plays `script` in order, then repeats its last reply; remembers what it was asked."""

    def __init__(self, script: Iterable[Scripted]) -> None:
        self.script = list(script)
        self.seen: list[Seen] = []
        self.asked = threading.Semaphore(0)
        self._closing = threading.Event()
        self._lock = threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                server._play(self)

            do_GET = do_POST  # noqa: N815

            def log_message(self, *args: object) -> None:
                pass

        self._http = _Server(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        """Where it is, without a path."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._closing.set()
        self._http.shutdown()
        self._http.server_close()

    def _next(self) -> Scripted:
        with self._lock:
            return self.script.pop(0) if len(self.script) > 1 else self.script[0]

    def _play(self, http: BaseHTTPRequestHandler) -> None:
        raw = http.rfile.read(int(http.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in http.headers.items()}
        self.seen.append(Seen(http.path, headers, json.loads(raw) if raw else {}))
        reply = self._next()
        self.asked.release()
        if reply.hold_before:
            self._closing.wait(30)
        try:
            self._write(http, reply)
        except OSError:
            http.close_connection = True

    def _write(self, http: BaseHTTPRequestHandler, reply: Scripted) -> None:
        http.send_response(reply.status)
        http.send_header("content-type", reply.kind)
        http.send_header("transfer-encoding", "chunked")
        for name, value in reply.headers.items():
            http.send_header(name, value)
        http.end_headers()
        for piece in reply.pieces:
            http.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            http.wfile.flush()
        if reply.hold_after:
            self._closing.wait(30)
        if reply.cut:
            http.connection.shutdown(socket.SHUT_RDWR)
            http.close_connection = True
            return
        http.wfile.write(b"0\r\n\r\n")

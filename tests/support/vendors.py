"""Four vendors behind one loopback server, each with its own protocol, and the scripted model behind them all.

`/openai` and `/acme` speak Chat Completions, `/anthropic` speaks Messages, `/gemini` speaks generateContent. What
arrived is kept, with the usage that was answered, so that a test can compare it with what the program recorded.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from manual_slop.rehearsal.desk import Desk

Json = dict[str, Any]
_CONTENT = re.compile(r"/gemini/.*?models/(?P<model>[^:]+):(?P<how>streamGenerateContent|generateContent)")


@dataclass(frozen=True, slots=True)
class Arrival:
    """A call as it came in at a vendor's: the model's name on the wire, the key that was shown, what was answered."""

    vendor: str
    model: str
    key: str
    input: int
    cached: int
    output: int


class Vendors:
    """The server. `config` is the `config.toml` that leads to it; `arrivals` is what came.

    The first `down` calls are refused: 503, try again at once.
    """

    def __init__(self, down: int = 0) -> None:
        self.down = down
        self.arrivals: list[Arrival] = []
        self._desk = Desk()
        vendors = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                vendors._serve(self)

            def log_message(self, *args: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)

    def config(self) -> str:
        """The person's `config.toml`."""
        url = f"http://127.0.0.1:{self._http.server_address[1]}"
        return (
            f'[providers.openai]\napi_base = "{url}/openai/v1"\n'
            f'[providers.anthropic]\napi_base = "{url}/anthropic"\n'
            f'[providers.gemini]\napi_base = "{url}/gemini/v1beta"\n'
            f'[providers.acme]\nlitellm = "openai"\napi_base = "{url}/acme/v1"\nmodels = ["m1"]\n'
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    def _serve(self, http: BaseHTTPRequestHandler) -> None:
        body: Json = json.loads(http.rfile.read(int(http.headers.get("content-length") or 0)))
        if self.down:
            self.down -= 1
            _send(http, 503, b'{"error": {"message": "we are being mended"}}')
            return
        vendor = http.path.split("/")[1]
        gemini = _CONTENT.match(http.path)
        model = gemini["model"] if gemini else str(body["model"])
        streamed = gemini["how"] == "streamGenerateContent" if gemini else bool(body.get("stream"))
        read, write = _PROTOCOLS[vendor]
        chat = {"model": "demo", **read(body)}
        raw = json.loads(self._desk.answer(json.dumps(chat).encode()).body)
        usage = raw["usage"]
        cached = (usage.get("prompt_tokens_details") or {}).get("cached_tokens", 0)
        self.arrivals.append(
            Arrival(vendor, model, _key(http.headers), usage["prompt_tokens"], cached, usage["completion_tokens"])
        )
        sent = b"".join(write({**raw, "model": model}, cached, streamed))
        _send(http, 200, sent, "text/event-stream" if streamed else "application/json")


def _send(http: BaseHTTPRequestHandler, status: int, sent: bytes, kind: str = "application/json") -> None:
    http.send_response(status)
    http.send_header("content-type", kind)
    http.send_header("content-length", str(len(sent)))
    http.send_header("retry-after", "0")
    http.end_headers()
    http.wfile.write(sent)


def _key(headers: Any) -> str:
    bearer = str(headers.get("authorization", "")).removeprefix("Bearer ")
    return headers.get("x-api-key") or headers.get("x-goog-api-key") or bearer


def _event(payload: Mapping[str, Any], name: str = "") -> bytes:
    named = f"event: {name}\n".encode() if name else b""
    return named + b"data: " + json.dumps(payload).encode() + b"\n\n"


def _chat_in(body: Json) -> Json:
    return {name: value for name, value in body.items() if name not in ("model", "stream", "stream_options")}


def _chat_out(answer: Json, _cached: int, streamed: bool) -> Iterator[bytes]:
    if not streamed:
        yield json.dumps(answer).encode()
        return
    choice, common = answer["choices"][0], {key: answer[key] for key in ("id", "created", "model")}
    common["object"] = "chat.completion.chunk"
    message = {"role": "assistant", "content": choice["message"].get("content") or ""}
    calls = [{**call, "index": at} for at, call in enumerate(choice["message"].get("tool_calls") or [])]
    delta = {**message, "tool_calls": calls} if calls else message
    yield _event({**common, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
    yield _event({**common, "choices": [{"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]}]})
    yield _event({**common, "choices": [], "usage": answer["usage"]})
    yield b"data: [DONE]\n\n"


def _messages_in(body: Json) -> Json:
    messages = [{"role": "system", "content": _joined(body["system"])}] if body.get("system") else []
    for message in body["messages"]:
        pieces = message["content"] if isinstance(message["content"], list) else [_text(message["content"])]
        messages += [
            {"role": "tool", "tool_call_id": piece["tool_use_id"], "content": _joined(piece["content"])}
            for piece in pieces
            if piece["type"] == "tool_result"
        ]
        said = "".join(piece["text"] for piece in pieces if piece["type"] == "text")
        calls = [_call(piece["id"], piece["name"], piece["input"]) for piece in pieces if piece["type"] == "tool_use"]
        if said or calls:
            messages.append({"role": message["role"], "content": said} | ({"tool_calls": calls} if calls else {}))
    tools = [_tool(tool["name"], tool.get("description", ""), tool["input_schema"]) for tool in body.get("tools", [])]
    return {"messages": messages} | ({"tools": tools} if tools else {})


def _messages_out(answer: Json, cached: int, streamed: bool) -> Iterator[bytes]:
    message, usage = answer["choices"][0]["message"], answer["usage"]
    counted = {
        "input_tokens": usage["prompt_tokens"] - cached,
        "cache_read_input_tokens": cached,
        "cache_creation_input_tokens": 0,
        "output_tokens": usage["completion_tokens"],
    }
    said = [{"type": "text", "text": message["content"]}] if message.get("content") else []
    pieces = said + [
        {"type": "tool_use", "id": call["id"], "name": name, "input": given} for call, name, given in _calls(message)
    ]
    why = "tool_use" if len(pieces) > len(said) else "end_turn"
    whole = {"id": answer["id"], "type": "message", "role": "assistant", "model": answer["model"], "usage": counted}
    if not streamed:
        yield json.dumps({**whole, "content": pieces, "stop_reason": why, "stop_sequence": None}).encode()
        return
    begun = {**whole, "content": [], "stop_reason": None, "stop_sequence": None}
    yield _event({"type": "message_start", "message": begun}, "message_start")
    for at, piece in enumerate(pieces):
        text = piece["type"] == "text"
        empty = {**piece, "text": ""} if text else {**piece, "input": {}}
        delta = (
            {"type": "text_delta", "text": piece["text"]}
            if text
            else {"type": "input_json_delta", "partial_json": json.dumps(piece["input"])}
        )
        yield _event({"type": "content_block_start", "index": at, "content_block": empty}, "content_block_start")
        yield _event({"type": "content_block_delta", "index": at, "delta": delta}, "content_block_delta")
        yield _event({"type": "content_block_stop", "index": at}, "content_block_stop")
    end = {"type": "message_delta", "delta": {"stop_reason": why, "stop_sequence": None}, "usage": counted}
    yield _event(end, "message_delta")
    yield _event({"type": "message_stop"}, "message_stop")


def _content_in(body: Json) -> Json:
    system = body.get("systemInstruction") or body.get("system_instruction")
    messages = [{"role": "system", "content": "".join(part["text"] for part in system["parts"])}] if system else []
    asked: list[str] = []
    for content in body["contents"]:
        calls, said = [], ""
        for part in content["parts"]:
            said += part.get("text", "")
            if given := part.get("functionCall") or part.get("function_call"):
                asked.append(f"call_{len(messages)}_{len(calls)}")
                calls.append(_call(asked[-1], given["name"], given.get("args", {})))
            if result := part.get("functionResponse") or part.get("function_response"):
                told = result["response"].get("content", json.dumps(result["response"]))
                messages.append({"role": "tool", "tool_call_id": asked.pop(0), "content": told})
        role = "assistant" if content.get("role") == "model" else "user"
        if said or calls:
            messages.append({"role": role, "content": said} | ({"tool_calls": calls} if calls else {}))
    declared = [
        one
        for tool in body.get("tools", [])
        for one in tool.get("functionDeclarations") or tool.get("function_declarations") or []
    ]
    tools = [_tool(one["name"], one.get("description", ""), one.get("parameters") or {}) for one in declared]
    settings = body.get("generationConfig", {})
    wants_json = (settings.get("responseMimeType") or settings.get("response_mime_type")) == "application/json"
    chat: Json = {"messages": messages} | ({"tools": tools} if tools else {})
    return chat | ({"response_format": {"type": "json_object"}} if wants_json else {})


def _content_out(answer: Json, cached: int, streamed: bool) -> Iterator[bytes]:
    message, usage = answer["choices"][0]["message"], answer["usage"]
    parts: list[Json] = [{"text": message["content"]}] if message.get("content") else []
    parts += [{"functionCall": {"name": name, "args": given}} for _, name, given in _calls(message)]
    payload = {
        "candidates": [{"index": 0, "content": {"role": "model", "parts": parts}, "finishReason": "STOP"}],
        "usageMetadata": {
            "promptTokenCount": usage["prompt_tokens"],
            "cachedContentTokenCount": cached,
            "candidatesTokenCount": usage["completion_tokens"],
            "totalTokenCount": usage["total_tokens"],
        },
        "modelVersion": answer["model"],
        "responseId": answer["id"],
    }
    yield _event(payload) if streamed else json.dumps(payload).encode()


def _text(text: str) -> Json:
    return {"type": "text", "text": text}


def _joined(content: Any) -> str:
    return content if isinstance(content, str) else "".join(piece.get("text", "") for piece in content)


def _call(name_of_call: str, name: str, arguments: Any) -> Json:
    return {"id": name_of_call, "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}


def _calls(message: Json) -> Iterator[tuple[Json, str, Json]]:
    for call in message.get("tool_calls") or []:
        yield call, call["function"]["name"], json.loads(call["function"]["arguments"])


def _tool(name: str, description: str, schema: Any) -> Json:
    return {"type": "function", "function": {"name": name, "description": description, "parameters": schema}}


_PROTOCOLS: Mapping[str, tuple[Callable[[Json], Json], Callable[[Json, int, bool], Iterator[bytes]]]] = {
    "openai": (_chat_in, _chat_out),
    "acme": (_chat_in, _chat_out),
    "anthropic": (_messages_in, _messages_out),
    "gemini": (_content_in, _content_out),
}

"""litellm's undocumented insides that the readers stand on: one test a shape, so that another litellm is noticed."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from manual_slop.providers.config import Config, Vendor
from manual_slop.providers.dialect import Translator
from manual_slop.providers.exchange import Exchange, Timeouts, opened
from manual_slop.providers.litellm_gateway import Request, complete
from manual_slop.providers.litellm_loader import litellm
from manual_slop.providers.readers import speaks_chat_completions
from manual_slop.providers.registry import Registry
from manual_slop.values.messages import Image, Message, Reasoning, Text, ToolCall, ToolResult, system, user
from manual_slop.values.tools import ToolSpec
from tests.support.scripted_server import Scripted, ScriptedServer, event, fails, says, whole

ANTHROPIC = Scripted(
    [
        event({"type": "message_start", "message": {"id": "m", "model": "claude", "usage": {"input_tokens": 9}}}),
        event({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
        event({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "hi"}}),
        event({"type": "content_block_stop", "index": 0}),
        event({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}}),
        event({"type": "message_stop"}),
    ]
)
GEMINI = Scripted(
    [
        event(
            {
                "candidates": [{"content": {"parts": [{"text": "hi"}], "role": "model"}, "finishReason": "STOP"}],
                "usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": 2},
            }
        )
    ]
)
OLLAMA = Scripted(
    [
        b'{"model":"m","message":{"role":"assistant","content":"hi"},"done":false}\n',
        (
            b'{"model":"m","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop",'
            b'"prompt_eval_count":9,"eval_count":2}\n'
        ),
    ],
    kind="application/x-ndjson",
)
PREFIXES = {
    "openai/gpt-4o": says("hi"),
    "deepseek/deepseek-chat": says("hi"),
    "groq/openai/gpt-oss-120b": says("hi"),
    "mistral/mistral-small-latest": says("hi"),
    "openrouter/openai/gpt-4o": says("hi"),
    "xai/grok-4": says("hi"),
    "anthropic/claude-sonnet-4-5": ANTHROPIC,
    "gemini/gemini-2.5-flash": GEMINI,
    "ollama/qwen3": OLLAMA,
}


def base(server: ScriptedServer, model: str) -> str:
    return server.url + {"anthropic": "", "ollama": "", "gemini": "/v1beta"}.get(model.partition("/")[0], "/v1")


def inner_stream(model: str, reply: Scripted, path: str) -> Any:
    with ScriptedServer([reply]) as server, opened(Exchange(Timeouts())):
        answer = litellm().completion(
            model=model,
            messages=[{"role": "user", "content": "hi"}],
            stream=True,
            api_base=server.url + path,
            api_key="sk-x",
            max_retries=0,
        )
        return answer.completion_stream or answer.fetch_sync_stream()


@pytest.mark.parametrize(
    "model",
    [
        "openai/gpt-4o",
        "custom_openai/m",
        "zai/glm-4.6",
        "deepseek/deepseek-chat",
        "groq/openai/gpt-oss-120b",
        "mistral/mistral-small-latest",
        "openrouter/openai/gpt-4o",
        "xai/grok-4",
    ],
)
def test_chat_completions_are_known_by_the_parser_litellm_would_use(model: str) -> None:
    assert speaks_chat_completions(inner_stream(model, says("hi"), "/v1"))


def test_the_streams_of_other_protocols_are_not_taken_for_chat_completions() -> None:
    for model, reply, path in (
        ("anthropic/claude-sonnet-4-5", ANTHROPIC, ""),
        ("gemini/gemini-2.5-flash", GEMINI, "/v1beta"),
        ("ollama_chat/qwen3", OLLAMA, ""),
    ):
        assert not speaks_chat_completions(inner_stream(model, reply, path))


@pytest.mark.parametrize(
    ("model", "reply", "path"),
    [
        ("anthropic/claude-sonnet-4-5", ANTHROPIC, ""),
        ("gemini/gemini-2.5-flash", GEMINI, "/v1beta"),
        ("ollama_chat/qwen3", OLLAMA, ""),
    ],
)
def test_other_streams_read_lines_from_an_attribute_we_can_set(model: str, reply: Scripted, path: str) -> None:
    inner = inner_stream(model, reply, path)
    inner.streaming_response = inner.response_iterator = iter([])

    assert [chunk for chunk in inner if chunk is not None] == []


def long_conversation() -> tuple[Message, ...]:
    asks = Message(
        "assistant", (Reasoning("hm"), Text("I look."), ToolCall("call_1", "read", '{"path": "x"}')), model="a/b"
    )
    return (
        system("Be kind."),
        user("what is it?", (Image("image/png", b"\x89PNG\r\n\x1a\n" + b"0" * 64),)),
        asks,
        Message("tool", (ToolResult("call_1", "text"),)),
        user("go on"),
    )


@pytest.mark.parametrize("model", PREFIXES)
def test_what_litellm_is_given_is_not_changed_by_it(model: str) -> None:
    said = long_conversation()
    with ScriptedServer([PREFIXES[model]]) as server:
        route = Registry().resolve(model, api_key="sk-canary-12345678", api_base=base(server, model))
        translator = Translator(route.provider.name, route.protocol)
        before = copy.deepcopy(translator.messages(said))
        spec = ToolSpec("read", "reads", {"type": "object", "properties": {"path": {"type": "string"}}})
        parameters = copy.deepcopy(spec.parameters)
        answer = complete(Request(route, said, (spec,)), translator, Exchange(Timeouts()), lambda event: None)

    assert answer.error is None
    assert answer.message.text == "hi"
    assert translator.messages(said) == before
    assert spec.parameters == parameters


@pytest.mark.parametrize("model", ["openai/gpt-4o", "deepseek/deepseek-chat", "anthropic/claude-sonnet-4-5"])
def test_a_connection_is_used_for_the_next_call_too(model: str) -> None:
    with ScriptedServer([PREFIXES[model]]) as server:
        route = Registry().resolve(model, api_key="sk-canary-12345678", api_base=base(server, model))
        ports = set()
        for _ in range(3):
            exchange = Exchange(Timeouts())
            complete(Request(route, (user("hi"),)), Translator("p", route.protocol), exchange, lambda event: None)
            assert exchange.response is not None
            ports.add(exchange.response.extensions["network_stream"].get_extra_info("client_addr"))

    assert len(ports) == 1


def test_nothing_beneath_us_retries() -> None:
    for model in ("openai/gpt-4o", "anthropic/claude-sonnet-4-5", "deepseek/deepseek-chat", "zai/glm-4.6"):
        with ScriptedServer([fails(500)]) as server:
            route = Registry().resolve(model, api_key="sk-canary-12345678", api_base=base(server, model))
            complete(Request(route, (user("hi"),)), Translator("p", "p"), Exchange(Timeouts()), lambda event: None)
            assert len(server.seen) == 1


@pytest.mark.parametrize("model", ["openai/gpt-4o", "acme/m", "zai/glm-4.6", "deepseek/deepseek-chat"])
@pytest.mark.parametrize("odd", [whole({}), whole({"odd": 1}), whole({"choices": []})])
def test_an_answer_that_holds_none_is_an_error_and_no_empty_success(model: str, odd: Scripted) -> None:
    acme = Config(Path("config.toml"), vendors={"acme": Vendor("acme", api_base="http://127.0.0.1:9/v1")})
    with ScriptedServer([odd]) as server:
        route = Registry(acme).resolve(model, api_key="sk-canary-12345678", api_base=base(server, model))
        request = Request(route, (user("hi"),), stream=False)
        answer = complete(request, Translator("p", "p"), Exchange(Timeouts()), lambda event: None)

    assert answer.error is not None


def test_the_key_goes_to_the_server_and_nowhere_else(capfd: pytest.CaptureFixture[str]) -> None:
    key = "sk-canary-nowhere-else-1"
    with ScriptedServer([fails(401, f"Incorrect API key provided: {key}"), whole({"odd": key})]) as server:
        route = Registry().resolve("openai/gpt-4o", api_key=key, api_base=base(server, "openai/gpt-4o"))
        answers = [
            complete(
                Request(route, (user("hi"),), stream=stream), Translator("p", "p"), Exchange(Timeouts()), lambda e: None
            )
            for stream in (True, False)
        ]
        assert server.seen[0].headers["authorization"] == f"Bearer {key}"

    printed = capfd.readouterr()
    assert key not in repr(answers) + repr(route) + "".join(str(a.error) for a in answers) + printed.out + printed.err


def test_importing_litellm_reads_no_env_file_prints_nothing_and_asks_no_network(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("STRAY=1\n", "utf-8")
    program = """
import json, os, sys
asked = []
network = ("socket.getaddrinfo", "socket.connect")
sys.addaudithook(lambda name, args: asked.append(str(args)) if name in network else None)
from manual_slop.providers.litellm_loader import litellm
module = litellm()
print(json.dumps([asked, os.environ.get("STRAY"), module.callbacks]))
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )

    assert json.loads(ran.stdout) == [[], None, []]
    assert ran.stderr == ""

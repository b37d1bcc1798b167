"""Every recording of a real provider, replayed through `litellm.completion`, against an independent reading of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from manual_slop.providers.litellm_gateway import Answer
from manual_slop.values.events import Event, TextDelta
from manual_slop.values.messages import ToolCall
from tests.support.recordings import CANARY, Case, ask, cases
from tests.support.replay import Replay
from tests.support.shared import MISSING

UNREADABLE = {
    "azure-openai-stream-empty-choices-02": "litellm asks Azure's o4-mini for one piece and cannot read the stream",
    "deepseek-responses-cached-reasoning-stream-tool-call-01": "litellm asks models it does not know for one piece",
    "va-gemini-stream-tool-args-streamed": "litellm cannot read arguments that Vertex streams in pieces (KeyError)",
}
"""What litellm itself cannot parse: a clear error instead of an answer."""

OTHERWISE_READ = {
    "openai-openai-reasoning-tool-call-01": "a custom tool takes text, which the reader calls an empty object",
    "openai-responses-reasoning-tool-call-01": "a custom tool, which the reader does not count as a call",
    "openai-responses-reasoning-truncated-01": "1,217 tokens written to the cache, which the reader does not look for",
    "gemini-gemini-stream-reasoning-vision-01": "no count of the prompt: the reader says 0, we estimate",
    "vertex-gemini-refusal_filter-01": "no counts at all: the reader says 0, we estimate",
    "pr-ollama-stream-thinking": "no counts at all: the reader says 0, we estimate",
}
"""Where the independent reader and we differ on purpose."""

ENDS_EARLY = {
    "fb-vertex-stream-error-midstream": "every event of this old server carries a finish reason",
    "fb-vertex-stream-utf8": "every event of this old server carries a finish reason",
    "va-cerebras-stream-tools": "two answers in one file: the first is whole",
}
"""Streams that say they are finished before they are; nobody can tell."""

pytestmark = pytest.mark.skipif(not cases(), reason=MISSING)

ANSWERS = [case for case in cases() if not case.kinds and case.expected and case.id not in UNREADABLE]
STREAMS = [case for case in ANSWERS if case.streamed and case.body]


def named(chosen: list[Case]) -> Any:
    return pytest.mark.parametrize("case", chosen, ids=[case.id for case in chosen])


def check(case: Case, answer: Answer, events: list[Event]) -> None:
    expected = case.expected or {}
    assert answer.error is None
    assert answer.message.text == (expected["text"] or expected.get("refusal") or "")
    assert answer.message.reasoning.strip() == expected["reasoning"].strip()
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == answer.message.text
    if case.id in OTHERWISE_READ:
        return
    assert [plain(call) for call in answer.message.tool_calls] == [
        [name, given or {}] for name, given in expected["tools"]
    ]
    check_usage(expected["usage"], answer)


def plain(call: ToolCall) -> list[Any]:
    return [call.name, json.loads(call.arguments or "{}")]


def check_usage(expected: dict[str, Any] | None, answer: Answer) -> None:
    if expected is None or expected["prompt"] is None:
        assert answer.usage.estimated
        return
    usage = answer.usage
    assert not usage.estimated
    assert {
        "prompt": usage.input_tokens,
        "completion": usage.output_tokens,
        "cached": usage.cache_read_tokens,
        "cache_write": usage.cache_write_tokens,
        "reasoning": usage.reasoning_tokens,
    } == {name: expected[name] or 0 for name in ("prompt", "completion", "cached", "cache_write", "reasoning")}
    if expected["cost"] is not None:
        assert answer.billed_usd is not None
        assert float(answer.billed_usd) == pytest.approx(expected["cost"])


@named(ANSWERS)
def test_an_answer_is_read_as_it_was_meant(case: Case, replay_server: Replay) -> None:
    check(case, *ask(replay_server, case))


@named(STREAMS)
@pytest.mark.parametrize("cutting", ["chunk=1", "chunk=7", "crlf=1", "gzip=1"])
def test_a_stream_reads_the_same_however_its_bytes_are_cut(case: Case, cutting: str, replay_server: Replay) -> None:
    check(case, *ask(replay_server, case, cutting))


@named([case for case in cases() if case.kinds])
def test_an_error_gets_its_kind(case: Case, replay_server: Replay) -> None:
    answer, _ = ask(replay_server, case)

    assert answer.error is not None
    assert answer.error.kind in case.kinds
    assert answer.stop_reason == "interrupted"
    assert answer.error.status in (None, case.status) or case.status == 200
    assert len(answer.error.message) > 3
    for noise in ("Traceback", "github.com/BerriAI", "litellm.", CANARY):
        assert noise not in answer.error.message


@pytest.mark.parametrize("case_id", UNREADABLE)
def test_what_litellm_cannot_read_is_a_clear_error(case_id: str, replay_server: Replay) -> None:
    case = next(case for case in cases() if case.id == case_id)

    answer, _ = ask(replay_server, case)

    assert answer.error is not None
    assert answer.error.kind == "server"
    assert not answer.message.tool_calls


@named(STREAMS)
def test_a_stream_that_breaks_anywhere_is_never_taken_for_a_finished_answer(case: Case, replay_server: Replay) -> None:
    expected = case.expected or {}
    last = case.events - 1
    for fault in ("cut", "end", "bad"):
        for place in sorted({1, last // 2, last} & set(range(1, case.events))):
            answer, _ = ask(replay_server, case, f"{fault}={place}")
            whole = len(answer.message.text) == len(expected["text"] or expected.get("refusal") or "")
            whole = whole and len(answer.message.tool_calls) == len(expected["tools"])
            if answer.error is None:
                assert whole or case.id in ENDS_EARLY, f"{fault} at {place} of {case.events} was taken for the end"
            else:
                assert answer.error.kind in ("network", "server")
                assert not answer.message.tool_calls
                assert answer.usage.estimated or not answer.usage.total_tokens


def test_a_web_page_is_never_an_empty_success(replay_server: Replay) -> None:
    portal = next(case for case in cases() if case.id == "hm-html-200-captive-portal")
    prefixes = ("openai", "anthropic", "gemini", "deepseek", "groq", "mistral", "xai", "openrouter", "ollama_chat")
    for prefix in prefixes:
        for stream in (True, False):
            asked = Case(portal.id, f"{prefix}/some-model", "", 200, "", stream, None, ())
            answer, _ = ask(replay_server, asked)
            assert answer.error is not None, (prefix, stream)
            assert "Sign in to the network" in answer.error.message, (prefix, stream)


def test_an_answer_in_one_piece_to_a_request_for_a_stream_is_an_error(replay_server: Replay) -> None:
    for case_id in ("openai-openai-01", "anthropic-anthropic-01", "mistral-openai-01", "deepseek-openai-01"):
        case = next(case for case in cases() if case.id == case_id)
        answer, _ = ask(replay_server, case, stream=True)
        assert answer.error is not None, case_id
        assert "stream" in answer.error.message, case_id

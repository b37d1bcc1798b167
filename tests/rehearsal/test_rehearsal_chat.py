"""Plain conversation through the official OpenAI client: one reply, streams, limits, tokens."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import httpx
import openai
import pytest

HELLO = [{"role": "user", "content": "hello"}]


def test_a_reply_says_that_it_is_scripted_and_what_was_asked(client: openai.OpenAI) -> None:
    reply = client.chat.completions.create(model="demo", messages=[{"role": "user", "content": "paint me a horse"}])
    message = reply.choices[0].message
    assert "scripted" in message.content
    assert "paint me a horse" in message.content
    assert (reply.choices[0].finish_reason, message.refusal, reply.choices[0].logprobs) == ("stop", None, None)
    assert "scripted" in reply.system_fingerprint


def test_the_same_conversation_gets_the_same_answer(ask: Callable[..., str]) -> None:
    assert ask("tell me something") == ask("tell me something")


def test_the_model_may_be_named_with_its_provider(ask: Callable[..., str]) -> None:
    assert ask("repeat: yes", model="rehearsal/demo") == "yes"


def test_no_authorization_and_any_authorization_are_accepted(http: httpx.Client) -> None:
    body = {"model": "demo", "messages": HELLO}
    for headers in ({}, {"Authorization": "Bearer nonsense"}):
        assert http.post("/chat/completions", json=body, headers=headers).status_code == 200


def test_a_stream_is_a_role_then_words_then_a_finish_then_done(http: httpx.Client) -> None:
    body = {"model": "words-3", "messages": HELLO, "stream": True}
    with http.stream("POST", "/chat/completions", json=body) as reply:
        assert reply.headers["content-type"].startswith("text/event-stream")
        lines = [line for line in reply.iter_lines() if line]
    assert all(line.startswith("data: ") for line in lines)
    assert lines.pop() == "data: [DONE]"
    chunks = [json.loads(line[6:]) for line in lines]
    deltas = [(chunk["choices"][0]["delta"], chunk["choices"][0]["finish_reason"]) for chunk in chunks]
    assert deltas == [
        ({"role": "assistant", "content": "", "refusal": None}, None),
        ({"content": "word1"}, None),
        ({"content": " word2"}, None),
        ({"content": " word3"}, None),
        ({}, "stop"),
    ]
    assert len({chunk["id"] for chunk in chunks}) == 1
    assert not any("usage" in chunk for chunk in chunks)


def test_usage_comes_in_a_last_chunk_without_choices_only_when_asked_for(client: openai.OpenAI) -> None:
    stream = client.chat.completions.create(
        model="demo", messages=HELLO, stream=True, stream_options={"include_usage": True}
    )
    *chunks, last = list(stream)
    assert all(chunk.usage is None and chunk.choices for chunk in chunks)
    assert last.choices == []
    assert last.usage.total_tokens == last.usage.prompt_tokens + last.usage.completion_tokens > 0


def test_a_stream_joined_is_the_reply(client: openai.OpenAI, ask: Callable[..., str]) -> None:
    question = "summarize: " + "Cats sleep a lot. Dogs bark at night. Cats hunt mice at night while dogs sleep. " * 3
    stream = client.chat.completions.create(model="demo", messages=[{"role": "user", "content": question}], stream=True)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in stream) == ask(question)


def test_500_words_are_500_deltas(client: openai.OpenAI) -> None:
    stream = client.chat.completions.create(model="words-500", messages=HELLO, stream=True)
    words = [chunk.choices[0].delta.content for chunk in stream if chunk.choices[0].delta.content]
    assert len(words) == 500
    assert "".join(words).split() == [f"word{at}" for at in range(1, 501)]


def test_the_thinker_thinks_aloud_first_and_its_tokens_are_counted(client: openai.OpenAI) -> None:
    question = [{"role": "user", "content": "what is 2+2?"}]
    stream = client.chat.completions.create(
        model="thinker", messages=question, stream=True, stream_options={"include_usage": True}
    )
    *chunks, last = list(stream)
    kinds = [bool(getattr(chunk.choices[0].delta, "reasoning_content", "")) for chunk in chunks[1:-1]]
    assert kinds == sorted(kinds, reverse=True)
    assert any(kinds)
    assert 0 < last.usage.completion_tokens_details.reasoning_tokens < last.usage.completion_tokens
    reply = client.chat.completions.create(model="thinker", messages=question)
    assert "2+2" in reply.choices[0].message.reasoning_content


def test_the_demo_does_not_think_aloud(client: openai.OpenAI) -> None:
    reply = client.chat.completions.create(model="demo", messages=HELLO)
    assert not hasattr(reply.choices[0].message, "reasoning_content")
    assert reply.usage.completion_tokens_details.reasoning_tokens == 0


@pytest.mark.parametrize("limit", ["max_tokens", "max_completion_tokens"])
def test_an_answer_ends_at_the_token_limit_and_says_so(client: openai.OpenAI, limit: str) -> None:
    reply = client.chat.completions.create(model="demo", messages=HELLO, **{limit: 5})
    assert reply.choices[0].finish_reason == "length"
    assert reply.usage.completion_tokens == 5
    assert len(reply.choices[0].message.content) == 20


def test_an_answer_ends_before_a_stop_sequence(ask: Callable[..., str]) -> None:
    assert ask("repeat: one two three", stop=["three", " two"]) == "one"


def test_a_second_call_with_the_same_beginning_reads_it_from_the_cache(client: openai.OpenAI) -> None:
    story = [{"role": "system", "content": "Once upon a time there was a cache. " * 300}]
    first = client.chat.completions.create(model="demo", messages=[*story, {"role": "user", "content": "one"}])
    second = client.chat.completions.create(model="demo", messages=[*story, {"role": "user", "content": "two"}])
    assert first.usage.prompt_tokens_details.cached_tokens == 0
    cached = second.usage.prompt_tokens_details.cached_tokens
    assert 1024 <= cached <= second.usage.prompt_tokens
    assert cached % 128 == 0


def test_short_prompts_and_other_beginnings_are_not_cached(client: openai.OpenAI) -> None:
    def cached(text: str) -> int:
        reply = client.chat.completions.create(model="demo", messages=[{"role": "user", "content": text}])
        return reply.usage.prompt_tokens_details.cached_tokens

    assert [cached("short"), cached("short")] == [0, 0]
    assert [cached("a" * 8000), cached("b" * 8000)] == [0, 0]


def test_slow_tokens_keep_their_pace(client: openai.OpenAI) -> None:
    began = time.perf_counter()
    stream = client.chat.completions.create(
        model="slow-100", messages=[{"role": "user", "content": "repeat: a b c d e f g h i j"}], stream=True
    )
    assert "".join(chunk.choices[0].delta.content or "" for chunk in stream) == "a b c d e f g h i j"
    assert time.perf_counter() - began >= 0.1

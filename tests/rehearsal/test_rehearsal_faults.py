"""Faults on request: each goes wrong in exactly the promised way, and those that end do end."""

from __future__ import annotations

import json
import time

import httpx
import openai
import pytest

from tests.support.patience import with_time_enough

HELLO = [{"role": "user", "content": "repeat: one two three four five six seven eight"}]


@pytest.mark.parametrize(
    ("model", "error", "code"),
    [
        ("fault-401", openai.AuthenticationError, "invalid_api_key"),
        ("fault-402", openai.APIStatusError, "insufficient_balance"),
        ("fault-403", openai.PermissionDeniedError, "model_not_allowed"),
        ("fault-404", openai.NotFoundError, "model_not_found"),
        ("fault-429", openai.RateLimitError, "rate_limit_exceeded"),
        ("fault-quota", openai.RateLimitError, "insufficient_quota"),
        ("fault-500", openai.InternalServerError, None),
        ("fault-503", openai.InternalServerError, None),
        ("fault-529", openai.InternalServerError, None),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_a_status_fault_is_that_status(
    client: openai.OpenAI, model: str, error: type[openai.APIStatusError], code: str | None, stream: bool
) -> None:
    for _ in range(2):
        with pytest.raises(error) as raised:
            client.chat.completions.create(model=model, messages=HELLO, stream=stream)
        assert raised.value.code == code


def test_a_rate_limit_says_when_to_come_back_and_a_spent_quota_does_not(http: httpx.Client) -> None:
    def retry_after(model: str) -> str | None:
        return http.post("/chat/completions", json={"model": model, "messages": HELLO}).headers.get("retry-after")

    assert [retry_after(model) for model in ("fault-429", "fault-503", "fault-quota", "fault-401")] == [
        "1",
        "1",
        None,
        None,
    ]


@pytest.mark.parametrize(("model", "times"), [("fault-rate-limit", 2), ("fault-429-3", 3), ("fault-503-1", 1)])
def test_a_counted_fault_ends_and_then_begins_anew(http: httpx.Client, model: str, times: int) -> None:
    def statuses(words: str) -> list[int]:
        body = {"model": model, "messages": [{"role": "user", "content": words}]}
        return [http.post("/chat/completions", json=body).status_code for _ in range(times + 1)]

    refused = int(model.split("-")[1]) if model != "fault-rate-limit" else 429
    assert statuses("hello") == statuses("hello") == [refused] * times + [200]


def test_counts_of_different_conversations_are_separate(http: httpx.Client) -> None:
    def status(words: str) -> int:
        body = {"model": "fault-500-1", "messages": [{"role": "user", "content": words}]}
        return http.post("/chat/completions", json=body).status_code

    assert [status("a"), status("b"), status("a"), status("b")] == [500, 500, 200, 200]


def test_a_header_makes_any_model_fail(client: openai.OpenAI) -> None:
    def ask(fault: str):
        return client.chat.completions.create(model="demo", messages=HELLO, extra_headers={"x-rehearsal-fault": fault})

    with pytest.raises(openai.RateLimitError):
        ask("quota")
    with pytest.raises(openai.InternalServerError):
        ask("fault-500")
    with pytest.raises(openai.BadRequestError, match="no fault 'nonsense'"):
        ask("nonsense")


def test_a_cut_stream_breaks_after_some_words(http: httpx.Client) -> None:
    events = []
    with pytest.raises(httpx.RemoteProtocolError), _stream(http, "fault-cut-4") as reply:
        events.extend(line for line in reply.iter_lines() if line)
    assert [_content(line) for line in events] == ["", "one", " two", " three"]


def test_a_cut_reply_breaks_in_the_middle(http: httpx.Client) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        http.post("/chat/completions", json={"model": "fault-cut", "messages": HELLO})


def test_a_stalled_stream_falls_silent_after_its_words(http: httpx.Client) -> None:
    def heard(seconds: float) -> list[str]:
        events: list[str] = []
        with pytest.raises(httpx.ReadTimeout), _stream(http, "fault-stall-3", timeout=seconds) as reply:
            events.extend(line for line in reply.iter_lines() if line)
        return [_content(line) for line in events]

    words = ["", "one", " two"]
    assert with_time_enough(heard, lambda found: found == words, 0.3) == words


@pytest.mark.parametrize("stream", [False, True])
def test_a_first_stall_never_sends_a_byte(http: httpx.Client, stream: bool) -> None:
    body = {"model": "fault-first-stall", "messages": HELLO, "stream": stream}
    began = time.perf_counter()
    with pytest.raises(httpx.ReadTimeout):
        http.post("/chat/completions", json=body, timeout=0.3)
    assert time.perf_counter() - began >= 0.3


def test_a_malformed_stream_has_one_broken_event_and_goes_on(http: httpx.Client) -> None:
    with _stream(http, "fault-malformed-3") as reply:
        lines = [line for line in reply.iter_lines() if line]
    broken = [at for at, line in enumerate(lines[:-1]) if not _parses(line)]
    assert broken == [3]
    assert lines[-1] == "data: [DONE]"


def test_a_malformed_reply_is_half_a_json(http: httpx.Client) -> None:
    reply = http.post("/chat/completions", json={"model": "fault-malformed", "messages": HELLO})
    assert reply.status_code == 200
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        reply.json()


def test_an_html_page_comes_with_status_200(http: httpx.Client) -> None:
    with _stream(http, "fault-html") as reply:
        assert (reply.status_code, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert b"<html>" in reply.read()


def test_a_stream_may_be_answered_with_json(http: httpx.Client) -> None:
    with _stream(http, "fault-json") as reply:
        assert reply.headers["content-type"] == "application/json"
        assert json.loads(reply.read())["object"] == "chat.completion"


def test_a_stream_may_end_without_a_finish(http: httpx.Client) -> None:
    with _stream(http, "fault-nofinish") as reply:
        lines = [line for line in reply.iter_lines() if line]
    assert "".join(_content(line) for line in lines) == "one two three four five six seven eight"
    assert all(json.loads(line[6:])["choices"][0]["finish_reason"] is None for line in lines)


def _stream(http: httpx.Client, model: str, timeout: float = 5):
    body = {"model": model, "messages": HELLO, "stream": True}
    return http.stream("POST", "/chat/completions", json=body, timeout=timeout)


def _content(line: str) -> str:
    return json.loads(line[6:])["choices"][0]["delta"].get("content", "")


def _parses(line: str) -> bool:
    try:
        json.loads(line[6:])
    except ValueError:
        return False
    return True

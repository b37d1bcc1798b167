"""One error kind for every way a call can fail."""

from __future__ import annotations

import inspect
import pickle
import ssl
import time
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from manual_slop.providers import error_body
from manual_slop.providers.error_rules import CLASS_KINDS, classify
from manual_slop.providers.errors_map import provider_error
from manual_slop.providers.exchange import Exchange, Timeouts
from manual_slop.providers.litellm_loader import litellm
from manual_slop.providers.sse import BrokenStream
from manual_slop.values.cancel import Cancel
from manual_slop.values.errors import ERROR_KINDS, ErrorKind, ProviderError
from manual_slop.values.secrets import Secret


def failed(status: int, body: Any = None, headers: dict[str, str] | None = None) -> ProviderError:
    exchange = Exchange(Timeouts())
    kind = {"text": body} if isinstance(body, str) else {"json": body}
    exchange.response = httpx.Response(status, headers=headers, request=httpx.Request("POST", "http://x/"), **kind)
    return provider_error(RuntimeError("whatever litellm made of it"), exchange, "openai", "openai/gpt-4o")


def test_every_exception_class_of_litellm_has_a_row() -> None:
    module = litellm().exceptions
    classes = [kind for _, kind in inspect.getmembers(module, inspect.isclass) if issubclass(kind, Exception)]
    ours = [kind for kind in classes if kind.__module__.startswith("litellm")]

    assert len(ours) > 25
    assert not [kind.__name__ for kind in ours if not any(base.__name__ in CLASS_KINDS for base in kind.__mro__)]


@pytest.mark.parametrize("body", ["", " \n", {}, [], {"error": {}}, {"error": {"message": "", "code": 500}}, "null"])
def test_an_error_without_a_word_says_which_status_it_had(body: Any) -> None:
    assert failed(500, body).message == "openai answered HTTP 500 without a message"
    assert failed(401, body).kind == "auth"


def test_an_error_whose_words_are_nowhere_usual_is_shown_as_it_came() -> None:
    error = failed(400, {"reason": {"why": "maximum context length"}})
    assert (error.kind, error.message) == ("context_length", '{"reason": {"why": "maximum context length"}}')


def test_every_kind_has_advice() -> None:
    for kind in ERROR_KINDS:
        assert len(ProviderError(kind, "openai", "openai/gpt-4o", "no").advice) > 20


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (429, {"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}}, "quota"),
        (429, {"error": {"message": "Rate limit reached", "code": "rate_limit_exceeded"}}, "rate_limit"),
        (429, {"error": {"details": [{"quotaId": "RequestsPerDay"}], "status": "RESOURCE_EXHAUSTED"}}, "quota"),
        (429, {"error": {"details": [{"quotaId": "RequestsPerMinute"}], "status": "RESOURCE_EXHAUSTED"}}, "rate_limit"),
        (401, {"error": {"message": "bad key"}}, "auth"),
        (403, {"error": {"message": "not yours"}}, "auth"),
        (400, {"error": {"message": "API key not valid. Please pass a valid API key."}}, "auth"),
        (402, {"error": {"message": "Insufficient Balance"}}, "balance"),
        (400, {"error": {"message": "Your credit balance is too low"}}, "balance"),
        (404, {"error": {"message": "no such model"}}, "not_found"),
        (400, {"error": {"message": "unknown", "code": "model_not_found"}}, "not_found"),
        (400, {"error": {"code": "context_length_exceeded"}}, "context_length"),
        (400, {"error": {"message": "prompt is too long: 210000 tokens > 200000 maximum"}}, "context_length"),
        (413, {"error": {"message": "too large"}}, "context_length"),
        (400, {"error": {"innererror": {"code": "ResponsibleAIPolicyViolation"}}}, "content_policy"),
        (400, {"error": {"message": "rejected by our safety system"}}, "content_policy"),
        (400, {"error": {"message": "bad temperature"}}, "bad_request"),
        (422, {"detail": "bad shape"}, "bad_request"),
        (500, {"error": {"message": "oops"}}, "server"),
        (503, {"error": {"message": "The model is overloaded"}}, "server"),
        (529, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, "server"),
        (504, None, "timeout"),
        (408, None, "timeout"),
        (200, {"error": {"message": "Rate limit exceeded", "code": 429}}, "rate_limit"),
        (302, None, "network"),
    ],
)
def test_status_and_body_decide(status: int, body: Any, kind: ErrorKind) -> None:
    assert failed(status, body).kind == kind


def test_a_web_page_is_no_answer_and_names_itself() -> None:
    error = failed(200, "<!DOCTYPE html><html><h1>Sign in to the network</h1></html>", {"content-type": "text/html"})

    assert "Sign in to the network" in error.message
    assert "api_base" in error.advice
    assert not error.retryable


def test_an_error_page_keeps_its_status() -> None:
    error = failed(502, "<html><title>502 Bad Gateway</title></html>", {"content-type": "text/html"})

    assert (error.kind, error.status) == ("server", 502)
    assert "502 Bad Gateway" in error.message


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({"retry-after": "7"}, None, 7.0),
        ({"retry-after-ms": "250"}, None, 0.25),
        ({"retry-after": "Mon, 23 Nov 2026 12:00:30 GMT"}, None, 30.0),
        ({"retry-after": "Mon, 23 Nov 2026 11:00:00 GMT"}, None, 0.0),
        ({}, {"error": {"details": [{"retryDelay": "34.4s"}]}}, 34.4),
        ({"retry-after": "soon"}, None, None),
        ({"retry-after": "-5"}, None, None),
        ({"retry-after": "nan"}, None, None),
        ({}, None, None),
    ],
)
def test_how_long_to_wait_survives(headers: dict[str, str], body: Any, seconds: float | None) -> None:
    now = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)

    assert error_body.retry_after(headers, body, now) == seconds


def test_the_request_id_survives() -> None:
    assert failed(500, None, {"x-request-id": "req_1"}).request_id == "req_1"


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (httpx.ReadTimeout("slow"), "timeout"),
        (httpx.ConnectError("[Errno 111] Connection refused"), "network"),
        (httpx.RemoteProtocolError("peer closed connection"), "network"),
        (ssl.SSLCertVerificationError("self-signed"), "network"),
        (BrokenStream("the stream ended before the model had finished"), "network"),
        (ValueError("invalid literal for int()"), "unknown"),
    ],
)
def test_without_a_response_the_cause_decides(failure: Exception, kind: ErrorKind) -> None:
    outer = RuntimeError("litellm.InternalServerError: OpenAIException - Connection error.")
    outer.__cause__ = failure

    assert provider_error(outer, Exchange(Timeouts()), "openai", "openai/gpt-4o").kind == kind


def test_what_was_cancelled_is_cancelled_whatever_was_raised() -> None:
    cancel = Cancel()
    cancel.request()

    assert provider_error(OSError("x"), Exchange(Timeouts(), cancel), "openai", "m").kind == "cancelled"


def test_messages_lose_tracebacks_issue_links_and_wrapper_names() -> None:
    dirty = (
        "litellm.APIConnectionError: APIConnectionError: OpenAIException - the real reason\n"
        "File it with one click: https://github.com/BerriAI/litellm/issues/new?x=1\n"
        'Traceback (most recent call last):\n  File "main.py", line 1'
    )

    assert error_body.clean(dirty) == "the real reason"


def test_a_key_that_a_provider_echoes_is_not_repeated() -> None:
    key = Secret("sk-canary-echoed-1234567890")

    error = failed(401, {"error": {"message": f"Incorrect API key provided: {key.reveal()}."}})

    assert key.reveal() not in repr(vars(error)) + str(error) + error.advice


def test_nothing_foreign_hangs_on_the_error() -> None:
    error = failed(500, {"error": {"message": "oops"}})

    assert error.__cause__ is None
    assert error.__context__ is None
    assert {type(value) for value in vars(error).values()} <= {str, int, float, bool, type(None)}
    assert vars(pickle.loads(pickle.dumps(error))) == vars(error)


def test_an_error_cannot_be_changed() -> None:
    with pytest.raises(AttributeError, match="read-only"):
        failed(500).kind = "auth"  # type: ignore[misc]


def test_a_long_message_is_cut() -> None:
    assert len(failed(500, {"error": {"message": "x" * 100_000}}).message) < 2000


@pytest.mark.parametrize("body", [None, [], "", 7, {"error": None}, {"error": []}, {"error": {"message": {"a": 1}}}])
def test_odd_bodies_do_not_hide_the_error(body: Any) -> None:
    assert failed(500, body).kind == "server"


def test_nothing_known_is_said_to_be_nothing() -> None:
    assert classify(None, frozenset(), "hm") is None


def test_advice_for_an_answer_that_broke_off_is_to_go_on() -> None:
    broken = ProviderError("network", "openai", "openai/gpt-4o", "reset").with_partial("Hel")

    assert "go on" in broken.advice
    assert broken.partial == "Hel"


@pytest.mark.parametrize("piece", ["[", "<title>", "<", "http", "b'", "xError: ", "litellm.", "  ", "\n"])
def test_a_long_and_hostile_body_is_read_soon(piece: str) -> None:
    def seconds(length: int) -> float:
        text, began = (piece * length)[:length], time.thread_time()
        error_body.clean(text)
        error_body.html_title(text)
        return time.thread_time() - began

    short, long = (min(seconds(length) for _ in range(2)) for length in (20_000, 320_000))
    assert long < 80 * short + 0.5  # 16 where it is so, 256 where each place is looked at from each other one

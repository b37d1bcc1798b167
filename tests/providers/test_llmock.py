"""llmock, which plays providers that fail and grades its clients, finds nothing to say against ours.

It sees the wire alone: a call that failed for good must be seen to be tried again or to have been sent by a client that
had a reason not to. Where we give up on purpose (a stream is never repeated once its text was shown) the caller gets a
`ProviderError` with what had arrived, and here does what a person does: asks again.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from llmock.pytest_plugin import LLMock
from llmock.scenarios import Fail, StreamFault, ToolFault

from manual_slop.providers.access import Access
from manual_slop.providers.exchange import Timeouts
from manual_slop.providers.litellm_loader import litellm
from manual_slop.providers.retry import RetryPolicy
from manual_slop.session.session import Session
from manual_slop.session.turn import Reply
from manual_slop.tools.registry import ToolBox
from manual_slop.values.errors import ProviderError
from manual_slop.values.events import Event, Retrying
from tests.support.weather import weather_toolbox

OPENAI = "openai/gpt-4o-mini"
MODELS = {
    "openai": OPENAI,
    "anthropic": "anthropic/claude-sonnet-4-5",
    "gemini": "gemini/gemini-2.5-flash",
    "mistral": "mistral/mistral-large-latest",
    "groq": "groq/openai/gpt-oss-120b",
    "xai": "xai/grok-4.3",
    "together": "together_ai/openai/gpt-oss-120b",
    "perplexity": "perplexity/sonar-pro",
}
"""A model of each provider that llmock plays and litellm can speak to in streams."""

NEVER_TRIED_AGAIN = (400, 401, 402, 403, 404, 405, 410, 413, 415, 422, 451)
TRIED_AGAIN = {408: None, 429: 0.1, 500: None, 502: None, 503: 0.1, 504: 0.1, 529: 0.1}
"""Statuses that pass by themselves, and the wait to ask for (where there is none, llmock would ask for a second)."""


@pytest.fixture(autouse=True, scope="module")
def _litellm_is_loaded() -> None:
    """Its import takes longer than anybody here is willing to wait for a first token."""
    litellm()


@pytest.fixture(autouse=True)
def _known_dice() -> Iterator[None]:
    """Waits are drawn at random; llmock wants to see them grow, which dice now and then do not."""
    state = random.getstate()
    random.seed(5)
    yield
    random.setstate(state)


FORECAST = "It rains until noon. "


class Person:
    """Somebody with a conversation, who hears what happens and asks again when told that it failed."""

    def __init__(
        self, llmock: LLMock, provider: str = "openai", toolbox: ToolBox | None = None, patience: float = 10
    ) -> None:
        self.heard: list[Event] = []
        self._llmock = llmock
        self._timeouts = Timeouts(connect=patience, first_token=patience, between_chunks=patience, total=30)
        self._base = llmock.base_url(provider) + ("/v1beta" if provider == "gemini" else "")
        self._model = MODELS[provider]
        self._toolbox = toolbox

    def ask(self, *, stream: bool = True) -> Reply:
        session = Session(
            Access(),
            self._model,
            toolbox=self._toolbox,
            on_event=self.heard.append,
            timeouts=self._timeouts,
            retries=RetryPolicy(first_wait=0.1, longest_wait=2.0),
        )
        return session.send("what is the weather in Paris?", api_base=self._base, api_key="no-real-key", stream=stream)

    def ask_until_answered(self) -> tuple[Reply, list[ProviderError]]:
        errors: list[ProviderError] = []
        while len(errors) < 3:
            try:
                return self.ask(), errors
            except ProviderError as error:
                errors.append(error)
                assert self._llmock.requests  # which waits until llmock has seen that we hung up
        raise errors[-1]

    @property
    def retries(self) -> list[Retrying]:
        return [event for event in self.heard if isinstance(event, Retrying)]


def assert_no_fault_found(llmock: LLMock) -> None:
    verdict = llmock.verdict()
    assert not verdict.findings, verdict.render()
    waiting = [behavior for behavior in llmock._server.state.scenarios.pending() if behavior.times is not None]
    assert not waiting, "a scripted fault was never met"


@pytest.mark.parametrize("provider", MODELS)
def test_a_rate_limit_is_waited_out_as_long_as_it_asks(llmock: LLMock, provider: str):
    llmock.rate_limit(times=2, retry_after=0.25)
    person = Person(llmock, provider)
    assert person.ask().text
    assert [event.wait for event in person.retries] == [0.25, 0.25]
    assert_no_fault_found(llmock)


@pytest.mark.parametrize("provider", MODELS)
def test_a_server_that_is_down_for_a_while_is_tried_again_with_growing_waits(llmock: LLMock, provider: str):
    llmock.fail(500, times=3)
    person = Person(llmock, provider)
    assert person.ask().text
    assert len(person.retries) == 3
    assert_no_fault_found(llmock)


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize("status", TRIED_AGAIN)
def test_what_may_pass_is_tried_again(llmock: LLMock, status: int, stream: bool):
    llmock.fail(status, retry_after=TRIED_AGAIN[status])
    assert Person(llmock).ask(stream=stream).text
    assert_no_fault_found(llmock)


@pytest.mark.parametrize("status", NEVER_TRIED_AGAIN)
def test_what_cannot_pass_is_asked_once(llmock: LLMock, status: int):
    llmock.fail(status)
    with pytest.raises(ProviderError) as caught:
        Person(llmock).ask()
    assert caught.value.status == status
    assert len(llmock.requests) == 1
    assert_no_fault_found(llmock)


@pytest.mark.parametrize("provider", ["anthropic", "gemini", "mistral", "groq"])
@pytest.mark.parametrize("status", [400, 401, 404])
def test_what_cannot_pass_is_asked_once_of_any_provider(llmock: LLMock, provider: str, status: int):
    llmock.fail(status)
    with pytest.raises(ProviderError):
        Person(llmock, provider).ask()
    assert len(llmock.requests) == 1
    assert_no_fault_found(llmock)


def test_a_server_that_stays_down_is_given_up_after_a_few_tries(llmock: LLMock):
    llmock.outage(status=500)
    with pytest.raises(ProviderError) as caught:
        Person(llmock).ask()
    assert caught.value.kind == "server"
    assert len(llmock.requests) == RetryPolicy().attempts
    assert not llmock.verdict().findings


def test_a_prompt_that_is_too_long_is_said_to_be(llmock: LLMock):
    llmock.context_overflow()
    with pytest.raises(ProviderError) as caught:
        Person(llmock).ask()
    assert caught.value.kind == "context_length"
    assert_no_fault_found(llmock)


def test_a_window_that_is_too_small_is_said_to_be(llmock: LLMock):
    llmock.limits(context_window=3)
    with pytest.raises(ProviderError) as caught:
        Person(llmock).ask()
    assert caught.value.kind == "context_length"
    assert_no_fault_found(llmock)


def test_a_quota_that_is_used_up_is_not_tried_again(llmock: LLMock):
    llmock.fail(429, code="insufficient_quota", message="You exceeded your current quota.")
    with pytest.raises(ProviderError) as caught:
        Person(llmock).ask()
    assert caught.value.kind == "quota"
    assert [finding.code for finding in llmock.verdict().findings] == ["gave_up"]  # llmock knows one kind of 429


def test_a_wait_longer_than_anybody_has_is_not_begun(llmock: LLMock):
    llmock.rate_limit(retry_after=3600)
    with pytest.raises(ProviderError) as caught:
        Person(llmock).ask()
    assert caught.value.retry_after == 3600
    assert not llmock.verdict().errors
    assert len(llmock.requests) == 1


@pytest.mark.parametrize("after_chunks", [0, 3])
@pytest.mark.parametrize("kind", ["disconnect", "truncate", "malformed"])
@pytest.mark.parametrize("provider", MODELS)
def test_a_stream_that_breaks_is_never_taken_for_an_answer(llmock: LLMock, provider: str, kind: str, after_chunks: int):
    llmock.pace(10).reply(FORECAST * 40).reply(FORECAST * 2)  # the first so long that llmock sees who hangs up
    llmock.add(StreamFault(kind, after_chunks=after_chunks))
    person = Person(llmock, provider)
    reply, errors = person.ask_until_answered()
    assert_one_failure_was_told(person, reply, errors)
    assert_no_fault_found(llmock)


@pytest.mark.parametrize("after_chunks", [0, 3])
@pytest.mark.parametrize("provider", ["openai", "anthropic", "gemini", "mistral"])
def test_a_stream_that_stalls_is_left(llmock: LLMock, provider: str, after_chunks: int):
    llmock.stall(after_chunks=after_chunks, seconds=8.0)
    person = Person(llmock, provider, patience=1.5)
    reply, errors = person.ask_until_answered()
    assert_one_failure_was_told(person, reply, errors, kind="timeout")
    assert_no_fault_found(llmock)


def assert_one_failure_was_told(
    person: Person, reply: Reply, errors: list[ProviderError], kind: str = "network"
) -> None:
    """Before anything was shown it is tried again by itself; after that the caller is told, and has what arrived."""
    assert reply.stop_reason == "stop"
    assert [error.kind for error in errors] + [event.error.kind for event in person.retries] == [kind]
    assert all(error.partial and reply.text.startswith(error.partial) for error in errors)


def test_a_first_token_that_does_not_come_is_not_waited_for(llmock: LLMock):
    llmock.slow_first_token(8.0)
    person = Person(llmock, patience=1.5)
    assert person.ask().text
    assert [event.error.kind for event in person.retries] == ["timeout"]


def test_a_slow_answer_in_time_is_waited_for(llmock: LLMock):
    llmock.delay(0.5)
    assert Person(llmock).ask(stream=False).text
    assert len(llmock.requests) == 1
    assert_no_fault_found(llmock)


@pytest.mark.parametrize("limit", [{"rpm": 2}, {"tpm": 40}], ids=["requests", "tokens"])
def test_a_quota_by_the_minute_ends_in_a_rate_limit_that_says_how_long(llmock: LLMock, limit: dict[str, int]):
    llmock.limits(**limit)
    person = Person(llmock)
    with pytest.raises(ProviderError) as caught:
        for _ in range(10):
            person.ask()
    assert caught.value.kind == "rate_limit"
    assert caught.value.retry_after > 1
    assert not llmock.verdict().errors


@pytest.mark.parametrize("fault", ["malformed_arguments", "unknown_tool"])
@pytest.mark.parametrize("provider", ["openai", "anthropic", "mistral", "xai"])
def test_a_broken_tool_call_is_answered_with_an_error_the_model_can_read(
    llmock: LLMock, provider: str, fault: str, tmp_path: Path
):
    toolbox, ran = weather_toolbox(tmp_path)
    llmock.add(ToolFault(fault))
    assert Person(llmock, provider, toolbox).ask().text
    assert not ran
    assert_no_fault_found(llmock)


def test_llmock_would_have_noticed_an_impatient_client(llmock: LLMock):
    """The verdicts above mean something: the same server finds fault with a client that does not wait."""
    import httpx

    llmock.add(Fail(429, retry_after=1.0))
    body = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "hello"}]}
    for _ in range(2):
        httpx.post(f"{llmock.base_url()}/chat/completions", json=body)
    assert [finding.code for finding in llmock.verdict().errors] == ["retry_after_ignored"]

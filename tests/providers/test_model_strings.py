"""Model strings that make no sense are refused kindly."""

from __future__ import annotations

import pytest

from manual_slop.providers.registry import Registry
from manual_slop.values.errors import ProviderError

ACME = '[providers.acme]\napi_base = "https://api.acme.example/v1"\n'


def refused(registry: Registry, model: str, **given: str) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        registry.resolve(model, **given)
    assert caught.value.__context__ is None
    return caught.value


@pytest.mark.parametrize(
    "model",
    [
        *("", " ", "\n", "openai/", "/gpt-4o", "openai//", "openai/a b", "openai/a\tb", "openai/gpt-4o\n"),
        *("openai/\x1b[31mred", "openai/a\u202eb", "openai/\ud800", "openai/a\x00", "a" * 201, "openai/" + "x" * 200),
    ],
)
def test_a_hostile_model_string_is_refused_in_plain_characters(registry, model: str) -> None:
    error = refused(registry(), model, api_key="key-1234")
    assert error.kind == "bad_request"
    assert (error.message + error.model).isprintable()
    assert len(error.message) < 200
    assert "such as openai/gpt-4o" in error.advice


@pytest.mark.parametrize(
    ("model", "suggested"),
    [
        ("opnai/gpt-4o", "openai/gpt-4o"),
        ("OpenAI/gpt-4o", "openai/gpt-4o"),
        ("olama/qwen3", "ollama/qwen3"),
        ("claude-sonnet-5", "anthropic/claude-sonnet-5"),
        ("gemini-2.5-flash", "gemini/gemini-2.5-flash"),
        ("grok-4", "xai/grok-4"),
        ("openai", "openai/gpt-4o"),
        ("gpt4o", "openai/gpt-4o"),
        ("fst", "fast"),
        ("acmee/m1", "acme/m1"),
    ],
)
def test_a_near_miss_is_answered_with_what_was_probably_meant(registry, model: str, suggested: str) -> None:
    error = refused(registry('[aliases]\nfast = "openai/x"\n' + ACME), model)
    assert error.kind == "bad_request"
    assert f"Did you mean {suggested}" in error.advice


def test_an_alias_to_nonsense_is_refused_as_the_nonsense_it_is(registry) -> None:
    assert refused(registry('[aliases]\nfast = "open ai/x"\n'), "fast").kind == "bad_request"


@pytest.mark.parametrize("model", ["custom_openai/x", "openai_like/x", "custom/x"])
def test_prefixes_that_would_end_at_openai_with_another_key_are_not_offered(registry, model: str) -> None:
    assert refused(registry(), model, api_key="key-1234").kind == "bad_request"


def test_a_name_that_litellm_would_take_elsewhere_is_refused_for_a_vendor(registry) -> None:
    assert refused(registry(ACME), "acme/responses/m1", api_key="key-1234").kind == "bad_request"

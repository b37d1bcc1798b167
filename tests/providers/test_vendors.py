"""A vendor that only config.toml knows is a provider like any other."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest

from manual_slop.providers.registry import Registry
from manual_slop.providers.rows import builtin_providers
from manual_slop.values.errors import ConfigError, ProviderError
from manual_slop.values.secrets import redactor

ACME = '[providers.acme]\napi_base = "https://api.acme.example/v1"\n'


def refused(registry: Registry, model: str, **given: str) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        registry.resolve(model, **given)
    assert caught.value.__context__ is None
    return caught.value


def test_a_vendor_in_the_config_is_a_provider_like_any_other(registry, monkeypatch) -> None:
    monkeypatch.setenv("TEAM", "blue")
    known = registry(ACME + 'api_key_env = "MY_ACME"\nheaders = { x-team = "env:TEAM" }\nmodels = ["m1"]\n')
    monkeypatch.setenv("MY_ACME", "acme-key")
    route = known.resolve("acme/m1")
    assert route.litellm_model == "custom_openai/m1"
    assert (route.api_base, route.custom, route.litellm_key) == ("https://api.acme.example/v1", True, "acme-key")
    assert route.headers == {"x-team": "blue"}
    assert route.provider.stream_usage
    assert known.names() == (*builtin_providers(), "acme")


def test_a_vendors_key_is_in_the_variable_of_its_name_or_its_section(registry, monkeypatch) -> None:
    known = registry(
        ACME.replace("providers.acme", "providers.'my-acme.eu'"), '["my-acme.eu"]\napi_key = "from-file"\n'
    )
    assert known.resolve("my-acme.eu/m1").litellm_key == "from-file"
    monkeypatch.setenv("MY_ACME_EU_API_KEY", "from-environment")
    assert known.resolve("my-acme.eu/m1").litellm_key == "from-environment"


@pytest.mark.parametrize(
    ("settings", "fine"),
    [
        ('api_base = "http://127.0.0.1:9/v1"', True),
        ('api_base = "http://127.0.0.1:9/v1"\napi_key_required = true', False),
        ('api_base = "https://acme.example/v1"', False),
        ('api_base = "https://acme.example/v1"\napi_key_required = false', True),
    ],
)
def test_whether_a_vendor_needs_a_key(registry, settings: str, fine: bool) -> None:
    known = registry(f"[providers.acme]\n{settings}\n")
    if fine:
        assert known.resolve("acme/m1").api_key is None
    else:
        assert refused(known, "acme/m1").kind == "auth"


def test_a_vendor_may_speak_any_protocol_of_litellm(registry) -> None:
    known = registry('[providers.claude2]\nlitellm = "anthropic"\napi_base = "https://proxy.example"\n')
    route = known.resolve("claude2/claude-sonnet-5", api_key="key-1234")
    assert route.litellm_model == "anthropic/claude-sonnet-5"
    assert route.provider.discovery == "anthropic"
    assert route.provider.takes_cache_control(route.name)


def test_a_vendor_with_prices_is_not_taken_for_free_where_its_protocol_would_be(registry) -> None:
    known = registry(
        '[providers.box]\nlitellm = "ollama_chat"\napi_base = "http://box:11434"\napi_key_required = false\n'
        '[providers.paid]\nlitellm = "ollama_chat"\napi_base = "http://box:11434"\napi_key_required = false\n'
        "[providers.paid.prices.m]\ninput = 1\noutput = 2\n"
    )
    assert known.resolve("box/m").local
    assert not known.resolve("paid/m").local


def test_a_vendor_set_up_wrongly_says_where_when_it_is_asked_for(registry, tmp_path: Path) -> None:
    known = registry('[providers.acme]\napi_base = "htp://x"\n')
    error = refused(known, "acme/m1")
    assert "providers.acme.api_base must look like" in error.message
    assert f"{tmp_path / 'config' / 'config.toml'}, line 2" in error.advice
    assert "acme" not in known.names()


def test_a_builtin_provider_set_up_wrongly_is_not_sent_to_its_usual_place(registry) -> None:
    assert refused(registry("[providers.openai]\napi_base = 1\n"), "openai/x", api_key="key-1234").kind == "bad_request"


def test_a_header_whose_variable_is_missing_is_told_and_never_shown(registry, monkeypatch) -> None:
    known = registry(ACME + 'headers = { x-a = "env:ACME_SECRET", x-b = "literal-canary" }\n')
    with pytest.raises(ConfigError, match="x-a takes ACME_SECRET from the environment"):
        known.resolve("acme/m1", api_key="key-1234")
    monkeypatch.setenv("ACME_SECRET", "canary\nx: y")
    with pytest.raises(ConfigError) as caught:
        known.resolve("acme/m1", api_key="key-1234")
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert "canary" not in str([frame.locals for frame in shown.stack if "/tests/" not in frame.filename])
    monkeypatch.setenv("ACME_SECRET", "secret-canary")
    route = known.resolve("acme/m1", api_key="key-1234")
    assert route.headers == {"x-a": "secret-canary", "x-b": "literal-canary"}
    assert "canary" not in f"{route} {route.headers}"
    assert "canary" not in redactor.redact("secret-canary literal-canary")

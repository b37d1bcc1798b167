"""A model string leads to one server, with the right key and no other."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from manual_slop.providers.config import Config, Vendor
from manual_slop.providers.registry import Registry, Route
from manual_slop.values.errors import ConfigError, ProviderError
from manual_slop.values.secrets import redactor

ACME = '[providers.acme]\napi_base = "https://api.acme.example/v1"\n'


def refused(registry: Registry, model: str, **given: str) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        registry.resolve(model, **given)
    assert caught.value.__context__ is None
    return caught.value


def test_a_builtin_provider_is_reached_with_its_key_from_the_environment(registry, monkeypatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-1")
    route = registry().resolve("openai/gpt-4o")
    assert (route.model, route.name, route.litellm_model) == ("openai/gpt-4o", "gpt-4o", "openai/gpt-4o")
    assert (route.api_base, route.local, route.custom, route.protocol) == (None, False, False, "openai")
    assert route.litellm_key == "sk-canary-1"
    assert "canary" not in repr(route)


@pytest.mark.parametrize("model", ["gpt-4o", "o1", "o3-mini", "chatgpt-4o-latest", "gpt-5.4"])
def test_a_bare_name_that_only_openai_uses_is_openais(registry, model: str) -> None:
    assert registry().resolve(model, api_key="key-1234").model == f"openai/{model}"


def test_slashes_and_colons_in_a_models_name_are_kept(registry) -> None:
    route = registry().resolve("openrouter/anthropic/claude-sonnet-4.5:free", api_key="key-1234")
    assert route.litellm_model == "openrouter/anthropic/claude-sonnet-4.5:free"
    assert route.provider.takes_cache_control(route.name)
    assert not route.provider.takes_cache_control("openai/gpt-4o")


def test_aliases_are_expanded_also_one_into_another(registry) -> None:
    known = registry('[aliases]\nfast = "small"\nsmall = "openai/gpt-4o-mini"\n')
    assert known.resolve("fast", api_key="key-1234").model == "openai/gpt-4o-mini"


@pytest.mark.parametrize(
    ("model", "whole", "litellm_model", "api_base"),
    [
        ("ollama/qwen3:8b", "ollama/qwen3:8b", "ollama_chat/qwen3:8b", "http://127.0.0.1:11434"),
        ("ollama_chat/qwen3", "ollama/qwen3", "ollama_chat/qwen3", "http://127.0.0.1:11434"),
        (
            "lm_studio/qwen/qwen3-8b",
            "lm_studio/qwen/qwen3-8b",
            "custom_openai/qwen/qwen3-8b",
            "http://127.0.0.1:1234/v1",
        ),
        ("llamacpp/default", "llamacpp/default", "custom_openai/default", "http://127.0.0.1:8080/v1"),
        ("vllm/Qwen/Q", "vllm/Qwen/Q", "hosted_vllm/Qwen/Q", "http://127.0.0.1:8000/v1"),
        ("hosted_vllm/Q", "vllm/Q", "hosted_vllm/Q", "http://127.0.0.1:8000/v1"),
    ],
)
def test_local_servers_need_no_key_and_cost_nothing(registry, model, whole, litellm_model, api_base) -> None:
    route = registry().resolve(model)
    assert (route.model, route.litellm_model, route.api_base) == (whole, litellm_model, api_base)
    assert route.local
    assert route.api_key is None


def test_a_model_that_ollama_takes_to_its_cloud_is_not_free(registry) -> None:
    assert not registry().resolve("ollama/gpt-oss:120b-cloud").local


def test_the_rehearsal_is_where_its_server_is_started(registry) -> None:
    route = registry(rehearsal=lambda: "http://127.0.0.1:5151/v1").resolve("rehearsal/demo")
    assert (route.api_base, route.litellm_model, route.local) == (
        "http://127.0.0.1:5151/v1",
        "custom_openai/demo",
        True,
    )


def test_without_its_server_the_rehearsal_goes_nowhere_else(registry) -> None:
    assert refused(registry(), "rehearsal/demo").kind == "bad_request"


@pytest.mark.parametrize("prefix", ["volcengine", "minimax", "nano-gpt", "deepinfra"])
def test_another_prefix_of_litellm_works_without_a_row(registry, prefix: str) -> None:
    route = registry().resolve(f"{prefix}/some/model", api_key="key-1234")
    assert route.litellm_model == f"{prefix}/some/model"


def test_another_prefix_has_its_key_in_the_usual_variable(registry, monkeypatch) -> None:
    monkeypatch.setenv("DEEPINFRA_API_KEY", "key-1234")
    monkeypatch.setenv("SCW_SECRET_KEY", "key-5678")
    assert registry().resolve("deepinfra/m").litellm_key == "key-1234"
    assert registry().resolve("scaleway/m").litellm_key == "key-5678"


# --- keys


def test_a_missing_key_is_told_with_every_place_and_what_to_write(registry, tmp_path: Path) -> None:
    error = refused(registry(), "openai/gpt-4o")
    assert (error.kind, error.provider, error.model) == ("auth", "openai", "openai/gpt-4o")
    for place in ("OPENAI_API_KEY", str(tmp_path / "config" / "credentials.toml"), "[openai]"):
        assert place in error.message
    assert '[openai]\napi_key = "sk-..."' in error.advice
    assert "Set OPENAI_API_KEY" in error.advice


def test_a_key_of_one_provider_is_never_used_for_another(registry, monkeypatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-1")
    known = registry(ACME, '[openai]\napi_key = "sk-canary-2"\n')
    for model in ("anthropic/x", "acme/m1", "deepseek/x", "volcengine/x"):
        assert refused(known, model).kind == "auth"


@pytest.mark.parametrize("model", ["ollama/x", "llamacpp/x", "vllm/x", "xinference/x", "lemonade/x"])
def test_where_no_key_is_needed_litellm_gets_one_all_the_same_lest_it_take_openais(
    registry, model, monkeypatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-1")
    key = registry().resolve(model).litellm_key
    assert key
    assert "canary" not in key


def test_a_provider_that_signs_in_by_itself_gets_no_made_up_key(registry, monkeypatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "aws-canary-secret-9")
    assert registry().resolve("bedrock/us.anthropic.claude-sonnet-5").litellm_key is None
    assert registry().resolve("vertex_ai/gemini-x").litellm_key is None
    assert "canary" not in redactor.redact("aws-canary-secret-9")


def test_a_key_written_into_the_file_meanwhile_is_found(registry, tmp_path: Path) -> None:
    known = registry()
    assert refused(known, "openai/gpt-4o").kind == "auth"
    (tmp_path / "config" / "credentials.toml").write_text('[openai]\napi_key = "late-key"\n')
    assert known.resolve("openai/gpt-4o").litellm_key == "late-key"


def test_a_key_in_the_environment_works_beside_a_credentials_file_that_is_refused(
    registry, tmp_path, monkeypatch
) -> None:
    known = registry()
    (tmp_path / "config" / "credentials.toml").chmod(0o644)
    monkeypatch.setenv("OPENAI_API_KEY", "key-1234")
    assert known.resolve("openai/gpt-4o").litellm_key == "key-1234"
    with pytest.raises(ConfigError, match="chmod 600"):
        known.resolve("anthropic/x")


# --- base URLs


def test_base_urls_come_from_argument_then_environment_then_config(registry, monkeypatch) -> None:
    known = registry('[providers.openai]\napi_base = "https://config.example/v1"\n')
    bases = [known.resolve("openai/x", api_key="key-1234").api_base]
    monkeypatch.setenv("OPENAI_BASE_URL", "https://environment.example/v1/")
    bases.append(known.resolve("openai/x", api_key="key-1234").api_base)
    bases.append(known.resolve("openai/x", api_key="key-1234", api_base="https://argument.example/v1").api_base)
    assert bases == ["https://config.example/v1", "https://environment.example/v1", "https://argument.example/v1"]


def test_on_this_computer_a_builtin_provider_needs_no_key(registry, monkeypatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    route = registry().resolve("openai/gpt-4o")
    assert (route.api_base, route.api_key, route.local) == ("http://127.0.0.1:9/v1", None, False)


def test_the_version_that_litellm_adds_itself_is_taken_off(registry, monkeypatch) -> None:
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "https://proxy.example/v1")
    monkeypatch.setenv("OLLAMA_HOST", "0.0.0.0:8081")
    assert registry().resolve("anthropic/x", api_key="key-1234").api_base == "https://proxy.example"
    assert registry().resolve("ollama/x").api_base == "http://127.0.0.1:8081"


def test_azure_asks_where_its_server_is(registry) -> None:
    error = refused(registry(), "azure/my-deployment", api_key="key-1234")
    assert (error.kind, "AZURE_API_BASE" in error.advice) == ("bad_request", True)


@pytest.mark.parametrize(
    "given", ["ftp://x", "api.example.com", "http://", "http://u:pw-canary@x.example", "http://x y"]
)
def test_a_url_that_is_none_is_refused(registry, given: str) -> None:
    error = refused(registry(), "openai/x", api_key="key-1234", api_base=given)
    assert error.kind == "bad_request"
    assert "canary" not in f"{error.message}{error.advice}"


def test_a_route_goes_through_litellm_as_chosen() -> None:
    """What the comment in vendors.py says, asked of the installed litellm: it takes seconds to import, so once."""
    script = Path(__file__).with_name("routes_through_litellm.py")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", script], capture_output=True, text=True, timeout=100, check=True
    )
    seen = json.loads(done.stdout)
    assert set(seen["paths"]) == {"/v1/chat/completions"}
    assert seen["models"] == ["m1", "org/sub/m1", "gpt-4o", "gpt-5.4", "o3-mini", "o3-pro", "gpt-5.3-codex"]
    assert set(seen["streams"]) == {"OpenAIChatCompletionStreamingHandler"}
    assert set(seen["keys"]) == {"Bearer acme-key"}
    assert seen["key_without_one"] == "Bearer no-key-needed"
    assert seen["effort"] == "low"


def test_a_registry_needs_no_files(tmp_path: Path) -> None:
    config = Config(tmp_path / "config.toml", vendors={"acme": Vendor("acme", api_base="https://acme.example/v1")})
    route = Registry(config).resolve("acme/m1", api_key="key-1234")
    assert isinstance(route, Route)
    assert route.model == "acme/m1"


@pytest.mark.parametrize(
    "model", ["openai/gpt-4o", "gpt-4o", "ollama/qwen3", "ollama/gpt-oss:20b-cloud", "acme/m1", "groq/x/y"]
)
def test_a_model_has_the_same_place_with_a_key_and_without(registry: Callable[..., Registry], model: str) -> None:
    known = registry(ACME)
    route, place = known.resolve(model, api_key="sk-something"), known.place(model)
    assert (place.api_key, place.api_base, place.headers) == (None, None, {})
    assert dataclasses.replace(route, api_key=None, api_base=None) == place


def test_a_place_needs_no_key_and_a_model_that_makes_no_sense_has_none(registry: Callable[..., Registry]) -> None:
    known = registry()
    assert known.place("anthropic/claude-sonnet-4-5").litellm_model == "anthropic/claude-sonnet-4-5"
    for model in ("opnai/gpt-4o", "openai/", "", "whatever"):
        with pytest.raises(ProviderError) as caught:
            known.place(model)
        assert caught.value.kind == "bad_request"

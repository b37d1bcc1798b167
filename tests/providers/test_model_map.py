"""litellm's cost map as data: the right entry for a model, or none."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from manual_slop.providers.model_map import ModelFacts, ModelMap, model_map, read_map

CHAT = {"mode": "chat", "input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6}


def small_map(**entries: Any) -> ModelMap:
    return ModelMap(entries, "1.0")


def made_by(provider: str, **more: Any) -> dict[str, Any]:
    return CHAT | {"litellm_provider": provider} | more


def key_of(found: tuple[str, object] | None) -> str:
    return found[0] if found else ""


def test_the_installed_map_is_read_and_knows_its_version() -> None:
    assert len(model_map()) > 4_000
    assert model_map().version == importlib.metadata.version("litellm")
    assert model_map().problem == ""


def test_reading_the_map_does_not_import_litellm() -> None:
    code = "import sys, manual_slop.providers.model_map as m; print(len(m.model_map()) > 0, 'litellm' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True False\n"


@pytest.mark.parametrize(
    ("prefix", "name", "key"),
    [
        ("openai", "gpt-4o", "gpt-4o"),
        ("azure", "gpt-4o", "azure/gpt-4o"),
        ("azure", "eu/gpt-4o-2024-08-06", "azure/eu/gpt-4o-2024-08-06"),
        ("anthropic", "claude-sonnet-4-5", "claude-sonnet-4-5"),
        ("gemini", "gemini-2.5-pro", "gemini/gemini-2.5-pro"),
        ("vertex_ai", "gemini-2.5-pro", "gemini-2.5-pro"),
        ("bedrock", "anthropic.claude-opus-4-7", "anthropic.claude-opus-4-7"),
        ("cohere", "command-a-03-2025", "command-a-03-2025"),
        ("ollama_chat", "llama3", "ollama/llama3"),
        ("acme", "gpt-4o", ""),
        ("azure", "o1-nobody-has", ""),
        ("anthropic", "gpt-4o", ""),
        ("openai", "claude-sonnet-4-5", ""),
        ("gemini", "gpt-4o", ""),
        ("", "gpt-4o", ""),
        ("openai", "", ""),
    ],
)
def test_a_model_gets_the_entry_of_its_own_provider_only(prefix: str, name: str, key: str) -> None:
    assert key_of(model_map().entry(prefix, name)) == key


def test_azure_never_gets_a_price_of_plain_openai() -> None:
    openai_only = small_map(**{"gpt-4o": made_by("openai")})
    assert openai_only.entry("azure", "gpt-4o") is None
    assert openai_only.entry("azure_ai", "gpt-4o") is None


def test_a_dated_snapshot_has_its_own_entry_or_that_of_its_model() -> None:
    listed = small_map(**{"m": made_by("openai"), "m-2024-08-06": made_by("openai")})
    assert key_of(listed.entry("openai", "m-2024-08-06")) == "m-2024-08-06"
    assert key_of(listed.entry("openai", "m-2030-01-01")) == "m"
    assert listed.exact("openai", "m-2030-01-01") is None


def test_rates_name_the_map_and_its_version() -> None:
    rates = small_map(m=made_by("openai")).rates("openai", "m")
    assert rates is not None
    assert (rates.source, rates.basis) == ("litellm map 1.0", "list price")


def test_chat_models_are_listed_without_what_cannot_chat() -> None:
    entries = {
        name: made_by("openai")
        for name in (
            "gpt-4o",
            "o1",
            "ft:gpt-4o",
            "gpt-audio",
            "text-embed",
            "gpt-realtime",
            "openai/container",
            "openai/x",
        )
    }
    entries |= {"dall-e": made_by("openai", mode="image_generation"), "old": made_by("openai", mode="completion")}
    entries |= {
        "codex": made_by("openai", mode="responses"),
        "odd": made_by("openai", mode=["chat"]),
        "claude": made_by("anthropic"),
    }
    assert small_map(**entries, junk="x").chat_models("openai") == ["codex", "gpt-4o", "o1", "x"]


def test_the_four_prescribed_models_are_listed() -> None:
    assert {"gpt-4o", "gpt-4o-mini", "o1", "o3-mini"} <= set(model_map().chat_models("openai"))
    assert model_map().chat_models("acme") == []


def test_what_the_map_says_of_a_model_is_told() -> None:
    facts = model_map().capabilities("openai", "o3-mini")
    assert (facts.vision, facts.tools, facts.reasoning, facts.parallel_tools) == (False, True, True, False)
    assert (facts.response_schema, facts.prompt_caching) == (True, True)
    assert (facts.max_input_tokens, facts.max_output_tokens) == (200_000, 100_000)
    assert facts.retires == date(2026, 10, 23)
    assert facts.source_url.startswith("https://")


def test_what_the_map_does_not_say_is_unknown_not_no() -> None:
    assert model_map().capabilities("acme", "gpt-4o") == ModelFacts()
    assert small_map(m=made_by("openai")).capabilities("openai", "m").vision is None


@pytest.mark.parametrize(
    ("said", "vision"),
    [
        ({"supported_modalities": ["text", "image"]}, True),
        ({"supported_modalities": ["text"]}, False),
        ({"supported_modalities": ["text"], "supports_vision": True}, True),
        ({"supported_modalities": "text"}, None),
        ({"supports_vision": "yes"}, None),
    ],
)
def test_vision_is_also_known_from_the_modalities(said: dict[str, Any], vision: bool | None) -> None:
    assert small_map(m=made_by("openai", **said)).capabilities("openai", "m").vision is vision


@pytest.mark.parametrize("limit", [0, -5, "many", 1.5, True, None])
def test_a_limit_that_is_none_is_unknown(limit: object) -> None:
    assert small_map(m=made_by("openai", max_input_tokens=limit)).capabilities("openai", "m").max_input_tokens is None


@pytest.mark.parametrize("content", [b"", b"[1]", b"{", b"\xff\xfe", b"[" * 100_000])
def test_a_broken_map_is_empty_and_says_why(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "map.json"
    path.write_bytes(content)
    broken = read_map(path, "9.9")
    assert (len(broken), broken.rates("openai", "gpt-4o")) == (0, None)
    assert "cost map" in broken.problem


def test_a_missing_map_is_empty_and_says_why(tmp_path: Path) -> None:
    assert "cannot be read" in read_map(tmp_path / "gone.json", "9.9").problem


def test_without_litellm_there_is_an_empty_map_that_says_so() -> None:
    code = (
        "import importlib.metadata as m\n"
        "def gone(name): raise m.PackageNotFoundError(name)\n"
        "m.version = gone\n"
        "from manual_slop.providers.model_map import model_map\n"
        "print(model_map().problem, len(model_map()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "litellm is not installed 0\n"


@pytest.mark.parametrize("entry", [{}, {"litellm_provider": 3}, {"litellm_provider": "other"}])
def test_a_bare_name_of_another_maker_is_not_taken(entry: dict[str, Any]) -> None:
    assert small_map(m1=CHAT | entry).entry("openai", "m1") is None

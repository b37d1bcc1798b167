"""The table of providers is right in itself and in step with the installed litellm."""

from __future__ import annotations

import ast
import datetime
import importlib.util
import json
from pathlib import Path

from manual_slop.providers.base_urls import clean_base_url, is_loopback
from manual_slop.providers.model_map import model_map
from manual_slop.providers.rows import builtin_names, builtin_providers, other_prefixes

TODAY = datetime.date(2026, 11, 20)


def test_every_example_of_the_table_resolves_to_its_provider(registry) -> None:
    known = registry(rehearsal=lambda: "http://127.0.0.1:1/v1")
    for row in builtin_providers().values():
        base = {"api_base": "https://x.example"} if row.needs_base and row.name != "rehearsal" else {}
        assert known.resolve(row.example, api_key="key-1234", **base).provider.name == row.name


def test_the_tables_addresses_are_https_or_on_this_computer() -> None:
    for row in builtin_providers().values():
        if row.base_url:
            assert clean_base_url(row.base_url) == row.base_url
            assert row.base_url.startswith("https://") != is_loopback(row.base_url) == row.local


def test_default_models_call_tools_and_nobody_has_announced_their_end() -> None:
    checked = 0
    for row in builtin_providers().values():
        facts = model_map().capabilities(row.litellm, row.default_model)
        assert facts.retires is None or facts.retires > TODAY, row.name
        assert facts.tools is not False, row.name
        checked += bool(facts.tools)
    assert checked >= 10


# Of litellm's names: nothing that chats, something that runs in this process or asks for code, or an older spelling.
NOT_OFFERED = {
    *("a2a", "a2a_agent", "aiohttp_openai", "anthropic_text", "auto_router", "aws_polly", "aws_textract"),
    *("azure_speech", "azure_text", "black_forest_labs", "cursor", "custom", "deepgram", "dotprompt"),
    *("elevenlabs", "fal_ai", "humanloop", "infinity", "jina_ai", "langflow", "langfuse", "langgraph"),
    *("litellm_agent", "manus", "milvus", "mongodb", "nvidia_riva", "oobabooga", "openai_like", "petals"),
    *("pg_vector", "ragflow", "recraft", "reducto", "runwayml", "s3_vectors", "soniox", "stability"),
    *("strands_decider", "text-completion-codestral", "text-completion-inception", "text-completion-openai"),
    *("topaz", "transcribe", "typesafe", "valkey", "voyage"),
}


def test_the_prefixes_are_those_of_the_installed_litellm() -> None:
    spec = importlib.util.find_spec("litellm")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent
    enum = next(
        node
        for node in ast.parse((folder / "types/utils.py").read_text("utf-8")).body
        if isinstance(node, ast.ClassDef) and node.name == "LlmProviders"
    )
    theirs = {node.value.value for node in enum.body if isinstance(node, ast.Assign)}
    theirs |= set(json.loads((folder / "llms/openai_like/providers.json").read_text("utf-8")))
    ours = set(other_prefixes()) | set(builtin_names()) | {row.litellm for row in builtin_providers().values()}
    assert theirs - ours == NOT_OFFERED
    assert ours - theirs == {"llamacpp", "rehearsal"}

"""Lists of models: asked of endpoints with care, remembered with their age, read from the map when all else fails."""

from __future__ import annotations

import gzip
import http.server
import json
import threading
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from manual_slop.providers.discovery import ModelList, list_models
from manual_slop.providers.model_lists import model_names, next_page
from manual_slop.providers.registry import Registry
from manual_slop.values.errors import ConfigError, ProviderError

CASES = Path(__file__).resolve().parents[2] / "../shared/recordings/cases"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
KEY = "sk-canary-discovery-1"

needs_recordings = pytest.mark.skipif(not CASES.is_dir(), reason="the shared recordings are not here")


class Endpoint(http.server.ThreadingHTTPServer):
    """A provider's endpoint on loopback: answers what it is told to, and keeps what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.answers: list[tuple[int, dict[str, str], bytes]] = []

    def will_answer(self, body: Any, status: int = 200, **headers: str) -> None:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.answers.append((status, {name.replace("_", "-"): value for name, value in headers.items()}, raw))


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Endpoint

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        self.server.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        status, headers, raw = self.server.answers.pop(0)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    server = Endpoint()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def listed(registry: Callable[..., Registry], endpoint: Endpoint, tmp_path: Path) -> Callable[..., ModelList]:
    """Lists a built-in provider's models, its server being `endpoint`."""

    def ask(provider: str = "openai", *, path: str = "/v1", now: datetime = NOON, refresh: bool = False) -> ModelList:
        known = registry(
            f'[providers.{provider}]\napi_base = "{endpoint.url}{path}"\n', f'[{provider}]\napi_key = "{KEY}"\n'
        )
        return list_models(provider, registry=known, refresh=refresh, now=lambda: now, cache_dir=tmp_path / "cache")

    return ask


def names(models: ModelList) -> list[str]:
    return [model.id for model in models.models]


def failure(listed: Callable[..., ModelList], provider: str = "openai") -> ProviderError:
    """The error of a refresh, after a look that neither it nor its frames hold the key."""
    with pytest.raises(ProviderError) as caught:
        listed(provider, refresh=True)
    error = caught.value
    assert error.__context__ is None
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    frames = [frame.locals for frame in shown.stack if "/tests/" not in frame.filename]
    assert "canary" not in f"{error}{error.details()}{frames}"
    return error


def recorded(case: str) -> Any:
    return json.loads((CASES / f"{case}.json").read_text("utf-8"))["response"]["json"]


# --- what the answers mean


@needs_recordings
def test_openais_list_is_cut_down_to_what_one_can_chat_with() -> None:
    found = model_names(recorded("openai-models-01"))
    assert {"gpt-4o", "gpt-4o-mini", "o1", "o3-mini", "gpt-5.3-codex", "chat-latest", "gpt-3.5-turbo"} <= set(found)
    for word in ("embedding", "tts", "whisper", "dall-e", "image", "audio", "realtime", "moderation", "transcribe"):
        assert not [name for name in found if word in name], word
    for word in ("babbage", "davinci", "instruct", "sora", "computer-use", "deep-research"):
        assert not [name for name in found if word in name], word
    assert len(found) == 75


@needs_recordings
@pytest.mark.parametrize(
    ("case", "count", "some"),
    [
        ("deepseek-models-01", 2, "deepseek-v4-pro"),
        ("gemini-models-reasoning-01", 0, None),
        ("huggingface-models-01", 127, "Qwen/Qwen2.5-72B-Instruct"),
        ("mistral-models-01", 53, "mistral-large-latest"),
        ("openrouter-models-reasoning-01", 4, "anthropic/claude-sonnet-4"),
        ("perplexity-models-01", 39, "perplexity/sonar"),
    ],
)
def test_recorded_lists_of_other_providers_are_understood(case: str, count: int, some: str | None) -> None:
    found = model_names(recorded(case))
    assert len(found) == count
    assert some is None or some in found


@pytest.mark.parametrize(
    ("entry", "chats"),
    [
        ({"id": "claude-sonnet-5", "type": "model"}, True),
        ({"id": "m", "type": "embedding"}, False),
        ({"id": "m", "type": "language"}, True),
        ({"id": "m", "supports_chat": False}, False),
        ({"id": "m", "architecture": {"output_modalities": ["image"]}}, False),
        ({"name": "models/gemini-x", "supportedGenerationMethods": ["generateContent"]}, True),
        ({"name": "qwen3:latest", "details": {"family": "qwen3"}}, True),
        ({"name": "nomic-embed-text:latest"}, False),
        ({"id": "meta-llama/Llama-Guard-4"}, False),
        ({"id": "my-improvement"}, True),
        ({"id": "a\x1b[31mb"}, False),
        ({"id": "a b"}, False),
        ({"id": "x" * 201}, False),
        ({"id": 5}, False),
        ({}, False),
        ("m", False),
    ],
)
def test_each_entry_is_judged_by_what_it_says_of_itself(entry: Any, chats: bool) -> None:
    assert bool(model_names({"data": [entry]})) is chats


@pytest.mark.parametrize("answer", [None, 1, "page", {}, {"data": 5}, {"error": {"message": "no"}}, {"models": None}])
def test_what_is_no_list_is_not_taken_for_an_empty_one(answer: Any) -> None:
    with pytest.raises(ValueError, match="no list"):
        model_names(answer)


def test_only_the_wires_that_have_pages_are_asked_for_more() -> None:
    assert next_page("gemini", {"nextPageToken": "t"}) == {"pageToken": "t"}
    assert next_page("anthropic", {"has_more": True, "last_id": "m"}) == {"after_id": "m"}
    assert next_page("anthropic", {"has_more": False, "last_id": "m"}) == {}
    assert next_page("openai", {"nextPageToken": "t", "has_more": True, "last_id": "m"}) == {}


# --- asking


def test_models_come_from_the_endpoint_with_the_persons_key(listed, endpoint: Endpoint) -> None:
    endpoint.will_answer({"data": [{"id": "gpt-4o"}, {"id": "whisper-1"}, {"id": "org/x"}]})
    models = listed()
    assert [(model.id, model.model) for model in models.models] == [
        ("gpt-4o", "openai/gpt-4o"),
        ("org/x", "openai/org/x"),
    ]
    assert (models.source, models.fetched_at, models.note) == ("endpoint", NOON, "")
    path, headers = endpoint.asked[0]
    assert (path, headers["authorization"]) == ("/v1/models", f"Bearer {KEY}")


def test_anthropic_is_asked_in_its_own_way_to_the_last_page(listed, endpoint: Endpoint) -> None:
    endpoint.will_answer({"data": [{"type": "model", "id": "claude-b"}], "has_more": True, "last_id": "claude-b"})
    endpoint.will_answer({"data": [{"type": "model", "id": "claude-a"}], "has_more": False, "last_id": "claude-a"})
    assert names(listed("anthropic", path="")) == ["claude-a", "claude-b"]
    assert [path for path, _ in endpoint.asked] == ["/v1/models?limit=1000", "/v1/models?limit=1000&after_id=claude-b"]
    assert endpoint.asked[0][1]["x-api-key"] == KEY
    assert "authorization" not in endpoint.asked[0][1]


def test_gemini_is_asked_with_the_key_in_a_header_and_not_in_the_url(listed, endpoint: Endpoint) -> None:
    entry = {"name": "models/gemini-x", "supportedGenerationMethods": ["generateContent"]}
    endpoint.will_answer({"models": [entry], "nextPageToken": "2"})
    endpoint.will_answer({"models": [{**entry, "name": "models/gemini-y"}]})
    assert names(listed("gemini", path="")) == ["gemini-x", "gemini-y"]
    assert endpoint.asked[1][0] == "/v1beta/models?pageSize=1000&pageToken=2"
    assert endpoint.asked[0][1]["x-goog-api-key"] == KEY


def test_a_provider_whose_pages_never_end_is_left(listed, endpoint: Endpoint) -> None:
    for _ in range(30):
        endpoint.will_answer({"models": [], "nextPageToken": "again"})
    listed("gemini", path="/v1beta")
    assert len(endpoint.asked) == 20


def test_openrouters_list_needs_no_key(registry, endpoint: Endpoint, tmp_path: Path) -> None:
    endpoint.will_answer({"data": [{"id": "openai/gpt-4o"}]})
    known = registry(f'[providers.openrouter]\napi_base = "{endpoint.url}/api/v1"\napi_key_required = true\n')
    found = list_models("openrouter", registry=known, cache_dir=tmp_path / "cache")
    assert found.models[0].model == "openrouter/openai/gpt-4o"
    assert "authorization" not in endpoint.asked[0][1]


def test_a_local_server_is_asked_each_time(registry, endpoint: Endpoint, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("OLLAMA_HOST", endpoint.url)
    for name in ("qwen3:latest", "llama4:latest"):
        endpoint.will_answer({"models": [{"name": name}]})
        assert names(list_models("ollama", registry=registry(), cache_dir=tmp_path / "cache")) == [name]
    assert endpoint.asked[0][0] == "/api/tags"


def test_a_secret_header_is_in_no_frame_of_an_error(registry, endpoint: Endpoint, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("ACME_SECRET", "canary-in-a-header")
    endpoint.will_answer({}, status=401)
    known = registry(f'[providers.acme]\napi_base = "{endpoint.url}/v1"\nheaders = {{ x-key = "env:ACME_SECRET" }}\n')
    failure(lambda _, refresh: list_models("acme", registry=known, refresh=refresh, cache_dir=tmp_path / "cache"))
    assert endpoint.asked[0][1]["x-key"] == "canary-in-a-header"


def test_a_vendor_of_ones_own_is_asked_with_its_headers(registry, endpoint: Endpoint, tmp_path: Path) -> None:
    endpoint.will_answer({"data": [{"id": "m1"}]})
    known = registry(f'[providers.acme]\napi_base = "{endpoint.url}/v1"\nheaders = {{ x-team = "blue" }}\n')
    assert list_models("acme", registry=known, cache_dir=tmp_path / "cache").models[0].model == "acme/m1"
    assert endpoint.asked[0][1]["x-team"] == "blue"


# --- remembering


def test_an_answer_is_good_for_a_day_and_says_its_age(listed, endpoint: Endpoint) -> None:
    endpoint.will_answer({"data": [{"id": "gpt-4o"}]})
    listed()
    later = NOON + timedelta(hours=23)
    again = listed(now=later)
    assert (names(again), again.age(later), len(endpoint.asked)) == (["gpt-4o"], timedelta(hours=23), 1)
    endpoint.will_answer({"data": [{"id": "gpt-9"}]})
    assert names(listed(now=NOON + timedelta(hours=25))) == ["gpt-9"]


def test_a_refresh_asks_whatever_is_remembered(listed, endpoint: Endpoint) -> None:
    for name in ("gpt-4o", "gpt-9"):
        endpoint.will_answer({"data": [{"id": name}]})
        assert names(listed(refresh=True)) == [name]


def test_what_one_server_answered_is_not_taken_for_anothers(listed, endpoint: Endpoint) -> None:
    endpoint.will_answer({"data": [{"id": "gpt-4o"}]})
    endpoint.will_answer({"data": [{"id": "gpt-9"}]})
    assert names(listed()) == ["gpt-4o"]
    assert names(listed(path="/v2")) == ["gpt-9"]


def test_an_older_answer_is_better_than_none_and_says_why(listed, endpoint: Endpoint) -> None:
    endpoint.will_answer({"data": [{"id": "gpt-4o"}]})
    listed()
    endpoint.will_answer({}, status=503)
    old = listed(now=NOON + timedelta(days=3))
    assert (names(old), old.fetched_at) == (["gpt-4o"], NOON)
    assert "(server)" in old.note


@pytest.mark.parametrize(
    "saved",
    [
        b"",
        b"{",
        b"[]",
        b'{"fetched_at": "2026-11-20T11:00:00+00:00"}',
        b'{"fetched_at": 5, "base_url": "URL", "models": []}',
        b'{"fetched_at": "2026-11-20T11:00:00", "base_url": "URL", "models": ["naive"]}',
        b'{"fetched_at": "2026-11-20T11:00:00+00:00", "base_url": "URL", "models": ["a\\u001b[1m"]}',
        b'{"fetched_at": "2026-11-20T11:00:00+00:00", "base_url": "URL", "models": {"a": 1}}',
        b'{"fetched_at": "2099-01-01T00:00:00+00:00", "base_url": "URL", "models": ["from-the-future"]}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_a_spoilt_memory_is_as_none(listed, endpoint: Endpoint, tmp_path: Path, saved: bytes) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "openai.json").write_bytes(saved.replace(b"URL", f"{endpoint.url}/v1".encode()))
    endpoint.will_answer({"data": [{"id": "gpt-4o"}]})
    assert names(listed()) == ["gpt-4o"]
    assert names(listed()) == ["gpt-4o"]
    assert len(endpoint.asked) == 1


def test_a_folder_that_cannot_be_written_does_not_stop_the_answer(listed, endpoint: Endpoint, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    endpoint.will_answer({"data": [{"id": "gpt-4o"}]})
    assert names(listed()) == ["gpt-4o"]


def test_nothing_but_the_answer_is_left_in_the_folder(listed, endpoint: Endpoint, tmp_path: Path) -> None:
    endpoint.will_answer({"data": [{"id": "gpt-4o"}]})
    listed()
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["openai.json"]
    assert "canary" not in (tmp_path / "cache" / "openai.json").read_text()


# --- when it goes wrong


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, {"error": {"message": f"Incorrect API key provided: {KEY}", "code": "invalid_api_key"}}, "auth"),
        (403, {}, "auth"),
        (402, {"error": "Payment Required"}, "balance"),
        (404, b"<html>no</html>", "not_found"),
        (429, {"error": {"message": "slow", "code": "rate_limit_exceeded"}}, "rate_limit"),
        (429, {"error": {"message": "exceeded", "code": "insufficient_quota"}}, "quota"),
        (400, {}, "bad_request"),
        (500, b"oops", "server"),
        (503, {}, "server"),
    ],
)
def test_a_refusal_is_a_provider_error_of_its_kind(listed, endpoint: Endpoint, status, body, kind) -> None:
    endpoint.will_answer(body, status, retry_after="7", x_request_id="req-1")
    error = failure(listed)
    assert (error.kind, error.status, error.provider, error.retry_after) == (kind, status, "openai", 7.0)
    assert error.request_id == "req-1"
    assert str(status) in error.message


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<!doctype html><title>Sign in</title>", "a web page (“Sign in”)"),
        (b"", "no list of models"),
        ({"error": {"message": f"hidden in a success: {KEY}"}}, "no list of models"),
        (b"[" * 100_000, "no list of models"),
        (b"\xff\xfe\x00", "no list of models"),
    ],
)
def test_a_success_that_is_no_list_is_an_error_all_the_same(listed, endpoint: Endpoint, body: Any, words: str) -> None:
    endpoint.will_answer(body)
    error = failure(listed)
    assert error.kind == "bad_request"
    assert words in error.message
    assert "api_base" in error.advice


def test_a_redirect_is_not_followed_with_the_key(listed, endpoint: Endpoint) -> None:
    other = Endpoint()
    endpoint.will_answer(b"", 302, location=f"{other.url}/v1/models")
    error = failure(listed)
    assert (error.kind, len(endpoint.asked), other.asked) == ("bad_request", 1, [])
    assert "127.0.0.1" in error.message
    other.server_close()


def test_an_answer_without_end_is_cut_off(listed, endpoint: Endpoint) -> None:
    endpoint.will_answer(gzip.compress(b" " * (17 * 1024 * 1024)), content_encoding="gzip")
    assert "more than 16 MiB" in failure(listed).message


def test_nobody_there_is_a_network_error(listed, endpoint: Endpoint) -> None:
    endpoint.shutdown()
    endpoint.server_close()
    assert failure(listed).kind == "network"


def test_without_a_refresh_a_failure_ends_in_the_map_and_says_why(listed, endpoint: Endpoint) -> None:
    endpoint.will_answer({"error": {"message": "no such key"}}, status=401)
    models = listed()
    assert models.source == "map"
    assert models.fetched_at is None
    assert "(auth)" in models.note
    assert "map" in models.note
    assert {"gpt-4o", "gpt-4o-mini"} <= set(names(models))
    assert "canary" not in models.note


def test_models_of_the_map_whose_day_is_over_are_left_out(listed, endpoint: Endpoint) -> None:
    endpoint.will_answer({}, status=500)
    assert "o1" in names(listed(now=datetime(2026, 1, 1, tzinfo=UTC)))
    endpoint.will_answer({}, status=500)
    assert "o1" not in names(listed(now=NOON))


def test_without_a_key_the_map_answers_and_nobody_is_asked(registry, tmp_path: Path) -> None:
    models = list_models("openai", registry=registry(), now=lambda: NOON, cache_dir=tmp_path / "cache")
    assert models.source == "map"
    assert "No key for OpenAI" in models.note
    with pytest.raises(ProviderError) as caught:
        list_models("openai", registry=registry(), refresh=True, cache_dir=tmp_path / "cache")
    assert caught.value.kind == "auth"


def test_a_provider_without_an_endpoint_is_read_from_the_map(registry, tmp_path: Path) -> None:
    models = list_models("cohere", registry=registry(), now=lambda: NOON, cache_dir=tmp_path / "cache", refresh=True)
    assert models.source == "map"
    assert "cohere/command-a-03-2025" in [model.model for model in models.models]


def test_a_vendor_that_does_not_answer_has_what_config_names(registry, endpoint: Endpoint, tmp_path: Path) -> None:
    endpoint.will_answer({}, status=404)
    known = registry(f'[providers.acme]\napi_base = "{endpoint.url}/v1"\nmodels = ["m1", "m2"]\n')
    models = list_models("acme", registry=known, cache_dir=tmp_path / "cache")
    assert (names(models), models.source) == (["m1", "m2"], "config")
    assert "(not_found)" in models.note


def test_a_vendor_never_has_the_maps_models_of_its_protocol(registry, endpoint: Endpoint, tmp_path: Path) -> None:
    endpoint.will_answer({}, status=404)
    known = registry(f'[providers.acme]\nlitellm = "anthropic"\napi_base = "{endpoint.url}"\n')
    models = list_models("acme", registry=known, cache_dir=tmp_path / "cache")
    assert (models.models, models.source) == ((), "config")


def test_a_credentials_file_that_is_refused_is_told(registry, tmp_path: Path) -> None:
    known = registry()
    (tmp_path / "config" / "credentials.toml").chmod(0o644)
    assert "chmod 600" in list_models("openai", registry=known, cache_dir=tmp_path / "cache").note
    with pytest.raises(ConfigError, match="chmod 600"):
        list_models("openai", registry=known, refresh=True, cache_dir=tmp_path / "cache")


def test_an_unknown_provider_is_an_error_with_what_is_near(registry) -> None:
    with pytest.raises(ProviderError) as caught:
        list_models("opnai", registry=registry())
    assert "Did you mean openai" in caught.value.advice

"""Own cassettes: what goes over the wire for each provider and each kind of turn, and what we make of the answer.

Recorded from two servers on loopback, our rehearsal model and llmock, which plays other providers. A request that
changes no longer finds its recording, so these tests also hold what we send. To record them anew, or to record real
providers whose keys are in the environment:

    uv run pytest tests/providers/test_cassettes.py --record-mode=rewrite
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from llmock.pytest_plugin import LLMock
from vcr.cassette import Cassette

from manual_slop import ai_client
from manual_slop.providers.litellm_loader import litellm
from manual_slop.providers.rows import builtin_providers
from manual_slop.values.events import TextDelta
from tests.conftest import PERSONAL
from tests.support.cassettes import CANARY, FOLDER, assert_played_to_the_end, vcr_options
from tests.support.pictures import RED_SQUARE
from tests.support.weather import weather_toolbox

SAYS = "The Seine flows through Paris."

ROUTES = {
    "openai": ("openai/gpt-4o-mini", "/v1"),
    "anthropic": ("anthropic/claude-sonnet-4-5", "/anthropic"),
    "gemini": ("gemini/gemini-2.5-flash", "/gemini/v1beta"),
    "mistral": ("mistral/mistral-large-latest", "/mistral/v1"),
    "groq": ("groq/openai/gpt-oss-120b", "/groq/openai/v1"),
    "xai": ("xai/grok-4.3", "/xai/v1"),
    "together": ("together_ai/openai/gpt-oss-120b", "/together/v1"),
    "perplexity": ("perplexity/sonar-pro", "/perplexity/v1"),
}
"""For each provider that llmock plays: a model, and where its API begins."""

pytestmark = pytest.mark.vcr


@pytest.fixture(scope="module", autouse=True)
def _litellm_is_loaded() -> None:
    """vcrpy takes httpx over while a test runs; litellm has to have it before."""
    litellm()


@pytest.fixture(scope="module")
def vcr_cassette_dir() -> str:
    return str(FOLDER)


@pytest.fixture
def default_cassette_name(request: pytest.FixtureRequest) -> str:
    kind = request.node.originalname.removeprefix("test_")
    return f"{kind}/{request.node.callspec.id}" if hasattr(request.node, "callspec") else kind


@pytest.fixture
def recording(record_mode: str) -> bool:
    return record_mode != "none"


@pytest.fixture
def vcr_config(request: pytest.FixtureRequest, recording: bool) -> dict[str, Any]:
    if not recording:
        return vcr_options({})
    llmock, rehearsal = request.getfixturevalue("llmock"), request.getfixturevalue("rehearsal_url")
    return vcr_options({llmock.url: "https://llmock.invalid", rehearsal: "https://rehearsal.invalid/v1"})


@pytest.fixture(autouse=True)
def _played_to_the_end(vcr: Cassette | None, recording: bool) -> Iterator[None]:
    yield
    if vcr is not None and not recording:
        assert_played_to_the_end(vcr)


@pytest.fixture
def script(request: pytest.FixtureRequest, recording: bool) -> Callable[[Callable[[LLMock], object]], None]:
    """Tells llmock what to do, when it is there to be recorded."""

    def tell(write: Callable[[LLMock], object]) -> None:
        if recording:
            write(request.getfixturevalue("llmock"))

    return tell


@pytest.fixture
def played_by_llmock(request: pytest.FixtureRequest, recording: bool) -> Callable[..., ai_client.Reply]:
    """Say something to a provider that llmock plays, or played when it was recorded."""
    root = request.getfixturevalue("llmock").url if recording else "https://llmock.invalid"

    def ask(provider: str, prompt: str, *, toolbox: Any = None, **options: Any) -> ai_client.Reply:
        model, path = ROUTES[provider]
        session = ai_client.new_session(model)
        session.toolbox = toolbox
        return session.send(prompt, api_base=root + path, api_key=CANARY, **options)

    return ask


each_provider = pytest.mark.parametrize("provider", ROUTES)


@each_provider
def test_text_streams(provider: str, script: Any, played_by_llmock: Any):
    script(lambda llmock: llmock.reply(SAYS))
    heard: list[Any] = []
    reply = played_by_llmock(provider, "which river?", on_event=heard.append)
    assert reply.text == SAYS
    assert "".join(event.text for event in heard if isinstance(event, TextDelta)) == SAYS
    assert reply.stop_reason == "stop"
    assert reply.usage.input_tokens > 0
    assert reply.usage.output_tokens > 0
    assert reply.cost.usd is not None


@each_provider
def test_text_in_one_piece(provider: str, script: Any, played_by_llmock: Any):
    script(lambda llmock: llmock.reply(SAYS))
    reply = played_by_llmock(provider, "which river?", stream=False, max_tokens=50)
    assert (reply.text, reply.stop_reason) == (SAYS, "stop")
    assert reply.cost.usd is not None
    assert reply.cost.basis in ("list price", "override")


@pytest.mark.parametrize("provider", ["openai", "anthropic", "mistral", "groq", "xai", "together"])
def test_a_tool_is_called_and_its_result_goes_back(provider: str, script: Any, played_by_llmock: Any, tmp_path: Path):
    script(lambda llmock: llmock.call_tool("get_weather", {"city": "Paris"}).reply("Light rain, 21 °C."))
    toolbox, asked = weather_toolbox(tmp_path)
    reply = played_by_llmock(provider, "the weather in Paris?", toolbox=toolbox)
    assert asked == ["Paris"]
    assert (reply.text, reply.rounds) == ("Light rain, 21 °C.", 2)


@pytest.mark.parametrize("provider", ["openai", "anthropic", "gemini"])
def test_a_picture_is_sent_as_the_provider_wants_it(provider: str, script: Any, played_by_llmock: Any, vcr: Cassette):
    script(lambda llmock: llmock.reply("A red square."))
    picture, _ = ai_client.load_image(RED_SQUARE)
    reply = played_by_llmock(provider, "what is this?", images=[picture])
    assert reply.text == "A red square."
    (request,) = vcr.requests
    assert json.dumps(_picture_as_sent(provider)) in json.dumps(json.loads(request.body))


def _picture_as_sent(provider: str) -> dict[str, Any]:
    import base64

    data = base64.b64encode(RED_SQUARE).decode()
    return {
        "openai": {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}},
        "anthropic": {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": data}},
        "gemini": {"inline_data": {"data": data, "mime_type": "image/png"}},
    }[provider]


@pytest.mark.parametrize("provider", ["openai", "anthropic", "gemini"])
@pytest.mark.parametrize(
    ("status", "kind"), [(401, "auth"), (403, "auth"), (404, "not_found"), (402, "balance"), (400, "context_length")]
)
def test_a_refusal(provider: str, status: int, kind: str, script: Any, played_by_llmock: Any):
    script(lambda llmock: llmock.context_overflow() if status == 400 else llmock.fail(status))
    with pytest.raises(ai_client.ProviderError) as caught:
        played_by_llmock(provider, "which river?")
    assert (caught.value.kind, caught.value.status) == (kind, status)
    assert caught.value.advice


@each_provider
def test_a_rate_limit_is_waited_out(provider: str, script: Any, played_by_llmock: Any):
    script(lambda llmock: llmock.rate_limit(retry_after=0.02).reply(SAYS))
    assert played_by_llmock(provider, "which river?").text == SAYS


@pytest.fixture
def rehearsal(request: pytest.FixtureRequest, recording: bool) -> Callable[..., ai_client.Reply]:
    """Say something to the rehearsal model, or to the recording of it."""
    base = request.getfixturevalue("rehearsal_url") if recording else "https://rehearsal.invalid/v1"

    def ask(model: str, prompt: str, *, toolbox: Any = None, **options: Any) -> ai_client.Reply:
        session = ai_client.new_session(f"rehearsal/{model}", retries=ai_client.RetryPolicy(attempts=1))
        session.toolbox = toolbox
        return session.send(prompt, api_base=base, api_key=CANARY, **options)

    return ask


def test_the_rehearsal_model_calls_two_tools_at_once(rehearsal: Any, tmp_path: Path):
    toolbox, asked = weather_toolbox(tmp_path)
    reply = rehearsal("demo", "what is the weather in Oslo and Rome?", toolbox=toolbox)
    assert sorted(asked) == ["Oslo", "Rome"]
    assert "21 °C" in reply.text
    assert (reply.rounds, reply.cost.basis) == (2, "local")


def test_the_rehearsal_model_looks_at_a_picture(rehearsal: Any):
    picture, _ = ai_client.load_image(RED_SQUARE)
    reply = rehearsal("demo", "what is in this picture?", images=[picture])
    assert re.search(r"16\s*[x×]\s*16", reply.text)
    assert "red" in reply.text


def test_the_rehearsal_model_thinks_aloud(rehearsal: Any):
    reply = rehearsal("thinker", "what is 17 + 25?")
    assert "42" in reply.text
    assert reply.message.reasoning
    assert reply.usage.reasoning_tokens > 0


def test_the_rehearsal_model_obeys_a_schema(rehearsal: Any):
    schema = {"type": "object", "properties": {"river": {"type": "string"}}, "required": ["river"]}
    response_format = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}
    reply = rehearsal("demo", "which river?", response_format=response_format, stream=False)
    assert list(json.loads(reply.text)) == ["river"]


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("fault-401", "auth"),
        ("fault-402", "balance"),
        ("fault-404", "not_found"),
        ("fault-413", "context_length"),
        ("fault-quota", "quota"),
        ("fault-429", "rate_limit"),
        ("fault-500", "server"),
        ("fault-html", "bad_request"),
        ("fault-json", "bad_request"),
        ("fault-malformed", "network"),
        ("fault-nofinish", "network"),
    ],
)
def test_a_fault_of_the_rehearsal_server(fault: str, kind: str, rehearsal: Any):
    with pytest.raises(ai_client.ProviderError) as caught:
        rehearsal(fault, "say: The Seine flows through Paris, and so do we all.")
    assert caught.value.kind == kind
    assert CANARY not in repr(vars(caught.value))


def _real_providers(config: pytest.Config) -> list[str]:
    """Those to record: whose key is in the environment. Those to play: who were recorded."""
    if config.getoption("--record-mode") in (None, "none"):
        return sorted(path.stem for path in FOLDER.glob("a_real_provider_answers/*.yaml"))
    environment = config.stash[PERSONAL]
    rows = builtin_providers().items()
    return [name for name, row in rows if row.default_model and set(row.key_env) & set(environment)]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "real_provider" in metafunc.fixturenames:
        nobody = pytest.param("nobody", marks=pytest.mark.skip(reason="no real provider has been recorded"))
        metafunc.parametrize("real_provider", _real_providers(metafunc.config) or [nobody])


@pytest.fixture
def key_of_a_person(request: pytest.FixtureRequest, recording: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their key and base URL, for the time of a recording; any key will do to play one."""
    row = builtin_providers()[request.getfixturevalue("real_provider")]
    environment = request.config.stash[PERSONAL] if recording else {row.key_env[0]: CANARY}
    for name in (*row.key_env, *row.base_env):
        if name in environment:
            monkeypatch.setenv(name, environment[name])


def test_a_real_provider_answers(real_provider: str, key_of_a_person: None, tmp_path: Path):
    model = f"{real_provider}/{builtin_providers()[real_provider].default_model}"
    session = ai_client.new_session(model)
    session.toolbox, asked = weather_toolbox(tmp_path)
    reply = session.send("What is the weather in Paris? Use the tool, then answer in five words.")
    assert asked
    assert reply.text
    assert reply.usage.output_tokens > 0


def test_a_request_that_was_not_recorded_is_not_sent(played_by_llmock: Any, recording: bool):
    if recording:
        pytest.skip("while recording, what was not recorded is")
    with pytest.raises(ai_client.ProviderError):
        played_by_llmock("openai", "something else")

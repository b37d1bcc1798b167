"""Which model is asked when nobody named one."""

from __future__ import annotations

from pathlib import Path

from manual_slop.providers.credentials import Credentials, load_credentials, read_credentials
from manual_slop.providers.default_model import default_model
from manual_slop.providers.local_servers import LocalServer

ACME = '[providers.acme]\napi_base = "https://api.acme.example/v1"\n'


def no_server() -> tuple[LocalServer, ...]:
    return ()


def test_the_configured_model_is_the_default(registry) -> None:
    known = registry('default_model = "acme/m1"\n')
    model, why = default_model(known.config, known, load_credentials(), no_server)
    assert (model, "config.toml" in why) == ("acme/m1", True)


def test_else_the_first_provider_with_a_key_in_the_order_of_the_table(registry, monkeypatch) -> None:
    known = registry("", '[gemini]\napi_key = "gemini-key"\n')
    monkeypatch.setenv("MISTRAL_API_KEY", "mistral-key")
    model, why = default_model(known.config, known, load_credentials(), no_server)
    assert model == "gemini/gemini-flash-latest"
    assert "credentials.toml [gemini]" in why


def test_a_vendor_with_a_key_and_a_model_will_do(registry, monkeypatch) -> None:
    known = registry(ACME + 'models = ["m7"]\n')
    monkeypatch.setenv("ACME_API_KEY", "acme-key")
    assert default_model(known.config, known, load_credentials(), no_server)[0] == "acme/m7"


def test_else_a_local_server_and_else_the_rehearsal(registry) -> None:
    known = registry()
    servers = (LocalServer("llamacpp", "http://127.0.0.1:8080/v1", ()), LocalServer("vllm", "http://x", ("Q", "R")))
    assert default_model(known.config, known, read_credentials(), lambda: servers)[0] == "vllm/Q"
    assert default_model(known.config, known, read_credentials(), no_server)[0] == "rehearsal/demo"


def test_local_servers_are_not_looked_for_when_a_key_decides(registry, monkeypatch) -> None:
    def never() -> tuple[LocalServer, ...]:
        raise AssertionError("probed")

    monkeypatch.setenv("GROQ_API_KEY", "groq-key")
    known = registry()
    assert default_model(known.config, known, Credentials(Path("x")), never)[0].startswith("groq/")

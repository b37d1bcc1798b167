"""What the doctor finds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from manual_slop.terminal.findings import Finding, findings
from manual_slop.values.paths import config_dir
from tests.terminal.doubles import into_pipes


def _found(level: str = "") -> list[Finding]:
    return [one for one in findings(into_pipes()[0]) if level in ("", one.level)]


def _texts(level: str = "") -> str:
    return "\n".join(f"{one.topic} {one.text}" for one in _found(level))


@pytest.fixture
def files() -> Iterator:
    """Writes settings files."""
    config_dir().mkdir(parents=True)

    def write(name: str, text: str, mode: int = 0o600) -> None:
        path = config_dir() / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
        path.chmod(mode)

    return write


def test_a_fresh_installation_is_healthy_and_says_where_everything_lies():
    assert _found("bad") == []
    assert str(config_dir()) in _texts()
    assert "default rehearsal/demo" in _texts()
    assert "litellm" in _texts("good")


def test_what_is_wrong_in_a_settings_file_is_told_with_its_line(files):
    files("config.toml", '[aliases]\nfast = "openai/gpt-4o"\ncolour = 3\n')
    files("pricing/acme.toml", 'provider = "acme"\n[models.m1]\ninput = -1\noutput = 2\n')
    bad = _texts("bad")
    assert "config.toml:3" in bad
    assert "acme.toml:3" in bad


def test_a_config_file_that_cannot_be_read_hides_nothing_else(files):
    files("config.toml", "[aliases\n")
    assert "config.toml:1" in _texts("bad")
    assert "default rehearsal/demo" in _texts()


def test_a_credentials_file_open_to_others_is_told_with_the_command_that_mends_it(files):
    files("credentials.toml", '[openai]\napi_key = "sk-canary-for-the-doctor"\n', 0o644)
    assert "chmod 600" in _texts("bad")
    assert "canary" not in _texts()


def test_keys_are_named_by_origin_never_by_value(files, monkeypatch: pytest.MonkeyPatch):
    files("credentials.toml", '[openai]\napi_key = "sk-canary-for-the-doctor"\n')
    monkeypatch.setenv("GROQ_API_KEY", "gsk-canary-for-the-doctor")
    good = _texts("good")
    assert "openai: credentials.toml [openai]" in good
    assert "groq: environment GROQ_API_KEY" in good
    assert "canary" not in _texts()


def test_models_in_use_that_are_retired_or_unknown_are_pointed_out(files):
    files("config.toml", '[aliases]\nold = "openai/o1"\nodd = "nosuch/x"\n')
    assert "openai/o1 was retired on 2026-10-23" in _texts("warn")
    assert "nosuch/x" in _texts("bad")


def test_a_default_model_without_its_key_stands_in_the_way(files):
    files("config.toml", 'default_model = "openai/gpt-4o"\n')
    assert "No key for OpenAI" in _texts("bad")

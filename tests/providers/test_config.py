"""`config.toml`: what is right in it works, what is wrong is named with its line."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import pytest

from manual_slop.providers.config import Config, Timeouts, Vendor, load_config
from manual_slop.providers.config_checks import VENDOR_CHECKS
from manual_slop.values.errors import ConfigError

CORPUS = Path(__file__).resolve().parents[2] / "../shared/corpora/toml/tests"

ACME = """\
default_model = "acme/m1"
[aliases]
fast = "openai/gpt-4o-mini"
best = "fast"
[timeouts]
connect = 5
total = 90.5
[providers.acme]
litellm = "openai"
api_base = "https://api.acme.example/v1/"
api_key_env = "ACME_KEY"
headers = { x-team = "blue", x-token = "env:ACME_TOKEN" }
default_model = "m1"
models = ["m1", "m2"]
[providers.acme.prices."m1"]
input = 2.5
output = 10
"""


@pytest.fixture
def loaded(tmp_path: Path):
    def load(text: str) -> Config:
        path = tmp_path / "config.toml"
        path.write_text(text, "utf-8")
        return load_config(path)

    return load


def issue_lines(config: Config) -> list[int | None]:
    return [issue.line for issue in config.issues]


def test_everything_a_person_may_write_is_read(loaded) -> None:
    config = loaded(ACME)
    assert config.issues == ()
    assert config.default_model == "acme/m1"
    assert config.aliases == {"fast": "openai/gpt-4o-mini", "best": "fast"}
    assert config.timeouts == Timeouts(connect=5.0, total=90.5)
    acme = config.vendors["acme"]
    assert acme.api_base == "https://api.acme.example/v1"
    assert acme.models == ("m1", "m2")
    assert acme.headers["x-token"] == "env:ACME_TOKEN"
    assert acme.prices["m1"]["input"] == 2.5
    assert acme.api_key_required is None


def test_a_missing_file_means_the_defaults(tmp_path: Path) -> None:
    config = load_config(tmp_path / "config.toml")
    assert (config.default_model, config.aliases, config.vendors, config.issues) == ("", {}, {}, ())
    assert config.timeouts == Timeouts()


def test_the_config_folder_is_where_it_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANUAL_SLOP_HOME", str(tmp_path))
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text('default_model = "openai/gpt-4o"\n')
    assert load_config().default_model == "openai/gpt-4o"


def test_each_mistake_is_named_with_its_line_and_the_rest_still_works(loaded) -> None:
    config = loaded(
        ACME
        + """\
models = "m3"
speed = 9
[providers.slow]
api_base = "https://slow.example/v1"
defaul_model = "s1"
local = "yes"
"""
    )
    messages = [str(issue) for issue in config.issues]
    assert len(messages) == 2
    assert issue_lines(config) == [22, 23]
    assert "providers.slow.defaul_model is not known here: did you mean default_model?" in messages[0]
    assert "providers.slow.local must be true or false" in messages[1]
    assert config.vendors["slow"].local is False
    assert config.vendors["acme"].models == ("m1", "m2")


@pytest.mark.parametrize(
    "settings",
    [
        'api_base = "htp://x"',
        'api_base = "https://user:pass@x.example/v1"',
        'api_base = "https://x.example/v1?key=1"',
        'api_base = "https://x.example:99999/v1"',
        'api_base = "https://x.exa mple"',
        "api_base = 1",
        'api_base = "https://x.example"\nlitellm = "opnai"',
        'api_base = "https://x.example"\napi_key_env = "sk-123 456"',
        'api_base = "https://x.example"\napi_key_required = "no"',
        'api_base = "https://x.example"\nheaders = ["a"]',
        'api_base = "https://x.example"\nheaders = { "a b" = "c" }',
        'api_base = "https://x.example"\nheaders = { a = "b\\nc" }',
        'api_base = "https://x.example"\nheaders = { a = "env:1x" }',
        'litellm = "openai"',
        "",
    ],
)
def test_a_vendor_that_is_wrong_where_it_matters_is_not_usable(loaded, settings: str) -> None:
    config = loaded(f'[aliases]\nfast = "openai/x"\n[providers.bad]\n{settings}\n')
    assert config.vendors == {}
    assert config.unusable["bad"] in config.issues
    assert config.unusable["bad"].line in (3, 4, 5)
    assert config.aliases == {"fast": "openai/x"}


@pytest.mark.parametrize("name", ["Acme", "a/b", '"a b"', '""', "-x", '"é"'])
def test_a_vendor_needs_a_name_that_fits_before_a_slash(loaded, name: str) -> None:
    config = loaded(
        f'[providers.{name if "/" not in name else chr(34) + name + chr(34)}]\napi_base = "http://x.example"\n'
    )
    assert config.vendors == {}
    assert issue_lines(config) == [1]


def test_a_builtin_provider_may_be_sent_elsewhere(loaded) -> None:
    config = loaded('[providers.openai]\napi_base = "http://127.0.0.1:9/v1"\napi_key_env = "MY_KEY"\n')
    assert config.issues == ()
    assert config.vendors["openai"].api_base == "http://127.0.0.1:9/v1"


def test_a_builtin_provider_cannot_be_made_another_one(loaded) -> None:
    config = loaded(
        '[providers.openai]\nlitellm = "anthropic"\n[providers.ollama_chat]\napi_base = "http://x.example"\n'
    )
    assert "give a vendor of your own another name" in config.issues[0].message
    assert "another name of ollama" in config.issues[1].message
    assert set(config.unusable) == {"openai", "ollama_chat"}


def test_a_key_in_the_config_file_is_refused_and_not_repeated(loaded) -> None:
    config = loaded('[providers.acme]\napi_base = "https://x.example"\napi_key = "sk-canary"\n')
    assert "credentials.toml" in config.issues[0].message
    assert "canary" not in f"{config}"


def test_header_values_are_not_shown(loaded) -> None:
    config = loaded('[providers.acme]\napi_base = "https://x.example"\nheaders = { authorization = "canary" }\n')
    assert "canary" not in repr(config)


def test_aliases_that_lead_in_a_circle_are_dropped(loaded) -> None:
    config = loaded('[aliases]\na = "b"\nb = "a"\nc = "c"\nd = "openai/x"\ne = "a"\n')
    assert config.aliases == {"d": "openai/x"}
    assert issue_lines(config) == [2, 3, 4, 6]


@pytest.mark.parametrize("value", ["0", "-1", "nan", "inf", "true", '"5"', "86401", "[1]"])
def test_a_time_limit_is_a_positive_number_of_seconds(loaded, value: str) -> None:
    config = loaded(f"[timeouts]\nconnect = {value}\ntotal = 9\n")
    assert config.timeouts == Timeouts(total=9.0)
    assert issue_lines(config) == [2]


@pytest.mark.parametrize(
    "text", ["default_model = 1", "aliases = 1", "providers = []", "timeouts = true", "colour = 'red'", "x.y.z = 1"]
)
def test_a_wrong_top_level_key_is_an_issue(loaded, text: str) -> None:
    assert issue_lines(loaded(text + "\n")) == [1]


def test_a_syntax_error_says_where(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("a = 1\nb = \n")
    with pytest.raises(ConfigError, match=r"config\.toml:2: not valid TOML"):
        load_config(path)


@pytest.mark.parametrize("data", [b"a = '\xff'", b"x" * (1024 * 1024 + 1)], ids=["latin-1", "huge"])
def test_a_file_that_is_no_settings_file_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(data)
    with pytest.raises(ConfigError, match=r"config\.toml"):
        load_config(path)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b'\xef\xbb\xbfdefault_model = "a/b"\n')
    assert load_config(path).default_model == "a/b"


def test_a_folder_or_a_pipe_in_its_place_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name in ("folder", "pipe"):
        with pytest.raises(ConfigError, match="regular file"):
            load_config(tmp_path / name)


def test_every_vendor_setting_has_a_check() -> None:
    assert {"name", *VENDOR_CHECKS} == {field.name for field in dataclasses.fields(Vendor)}


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared TOML corpus is not here")
def test_no_file_of_the_corpus_does_more_than_raise_an_issue_or_a_config_error() -> None:
    outcomes = set()
    for path in sorted(CORPUS.rglob("*.toml")):
        try:
            outcomes.add(bool(load_config(path).issues))
        except ConfigError:
            outcomes.add("refused")
    assert outcomes >= {True, "refused"}


def test_tables_of_other_rooms_are_handed_on_with_their_lines(loaded) -> None:
    config = loaded('[approval]\nmode = "ask"\n[[approval.rules]]\ntool = "read_*"\n')

    assert config.issues == ()
    assert config.rooms["approval"]["mode"] == "ask"
    assert config.lines["approval", "rules", "0", "tool"] == 4

"""Keys are found in the stated order, kept to ourselves, and never shown by an error."""

from __future__ import annotations

import os
import re
import tomllib
import traceback
from pathlib import Path

import pytest

from manual_slop.providers.credentials import (
    Credentials,
    environment,
    find_key,
    load_credentials,
    read_credentials,
    redact_environment,
)
from manual_slop.providers.rows import builtin_providers
from manual_slop.values.errors import ConfigError
from manual_slop.values.secrets import redactor

OPENAI = builtin_providers()["openai"]
CANARY = "sk-canary-0123456789"
EXAMPLE = Path(__file__).resolve().parents[2] / "credentials.toml.example"


@pytest.fixture(autouse=True)
def _no_keys_around(monkeypatch: pytest.MonkeyPatch) -> None:
    for row in builtin_providers().values():
        for name in row.key_env:
            monkeypatch.delenv(name, raising=False)


@pytest.fixture
def written(tmp_path: Path):
    def write(text: str, mode: int = 0o600) -> Path:
        path = tmp_path / "credentials.toml"
        path.write_text(text, "utf-8")
        path.chmod(mode)
        return path

    return write


def refusal(path: Path) -> ConfigError:
    """The error that reading a file gives, after a look that no part of it holds the canary."""
    with pytest.raises(ConfigError) as caught:
        load_credentials(path)
    error = caught.value
    assert error.__context__ is None
    assert error.__cause__ is None
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    frames = [frame.locals for frame in shown.stack if "/tests/" not in frame.filename]
    assert "canary" not in f"{error} {error.args} {frames}"
    return error


def test_a_key_is_read_from_its_section(written) -> None:
    credentials = load_credentials(written(f'[openai]\napi_key = "{CANARY}"\n[acme]\napi_key = "acme-key-1"\n'))
    key = find_key(OPENAI, None, credentials)
    assert key is not None
    assert key.reveal() == CANARY
    assert key.origin == "credentials.toml [openai]"
    assert set(credentials.keys) == {"openai", "acme"}


def test_an_argument_comes_before_the_environment_and_that_before_the_file(written, monkeypatch) -> None:
    credentials = load_credentials(written('[openai]\napi_key = "from-the-file"\n'))
    monkeypatch.setenv("OPENAI_API_KEY", "from-the-environment\n")
    given, around = find_key(OPENAI, "given-outright", credentials), find_key(OPENAI, None, credentials)
    assert given is not None
    assert around is not None
    assert (given.reveal(), given.origin) == ("given-outright", "argument")
    assert (around.reveal(), around.origin) == ("from-the-environment", "environment OPENAI_API_KEY")
    monkeypatch.setenv("OPENAI_API_KEY", "  ")
    filed = find_key(OPENAI, "", credentials)
    assert filed is not None
    assert filed.reveal() == "from-the-file"


def test_any_of_a_providers_variables_will_do(monkeypatch) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", "google-key")
    key = find_key(builtin_providers()["gemini"], None, Credentials(Path("x")))
    assert key is not None
    assert key.origin == "environment GOOGLE_API_KEY"


def test_a_section_may_bear_any_name_of_its_provider(written) -> None:
    credentials = load_credentials(written('[hosted_vllm]\napi_key = "vllm-key"\n'))
    assert find_key(builtin_providers()["vllm"], None, credentials) is not None


def test_nowhere_is_no_key(tmp_path: Path) -> None:
    assert find_key(OPENAI, None, read_credentials(tmp_path / "credentials.toml")) is None


def test_a_missing_file_shows_an_example_to_begin_with(tmp_path: Path) -> None:
    error = refusal(tmp_path / "credentials.toml")
    assert '[openai]\napi_key = "' in str(error)
    assert str(tmp_path / "credentials.toml") in str(error)


def test_the_config_folder_is_where_it_is_looked_for(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("MANUAL_SLOP_HOME", str(tmp_path))
    assert read_credentials().path == tmp_path / "config" / "credentials.toml"
    assert read_credentials().found is False


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o620, 0o601])
def test_a_file_open_to_others_is_refused_with_the_command_that_mends_it(written, mode: int) -> None:
    path = written(f'[openai]\napi_key = "{CANARY}"\n', mode)
    command = re.search(r"`chmod 600 (.*)`", str(refusal(path)))
    assert command
    path.chmod(0o600)
    assert load_credentials(path).found


def test_a_read_only_file_of_ours_is_fine(written) -> None:
    assert load_credentials(written('[openai]\napi_key = "key-1234"\n', 0o400)).found


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a file away")
def test_a_file_of_somebody_else_is_refused(written) -> None:
    path = written(f'[openai]\napi_key = "{CANARY}"\n')
    os.chown(path, 12345, 12345)
    assert "another user" in str(refusal(path))


def test_a_link_to_a_private_file_works_and_to_an_open_one_does_not(written, tmp_path: Path) -> None:
    target = written('[openai]\napi_key = "key-1234"\n')
    link = tmp_path / "link.toml"
    link.symlink_to(target)
    assert load_credentials(link).found
    target.chmod(0o644)
    assert "chmod 600" in str(refusal(link))


def test_a_folder_a_pipe_and_a_huge_file_are_refused(written, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir(mode=0o700)
    os.mkfifo(tmp_path / "pipe", 0o600)
    assert "regular file" in str(refusal(tmp_path / "folder"))
    assert "regular file" in str(refusal(tmp_path / "pipe"))
    assert "larger than" in str(refusal(written("# " + "x" * 1024 * 1024)))


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (f'[openai]\napi_key = "{CANARY}\n', 2, "not valid TOML"),
        (f"[openai]\napi_key = {CANARY}\n", 2, "not valid TOML"),
        (f"[{CANARY}]\n[{CANARY}]\n", 2, "not valid TOML"),
        (f'api_key = "{CANARY}"\n', 1, "write [openai]"),
        (f'[openai]\n\napi_key = "{CANARY} "\n', 3, "[openai] api_key cannot be a key"),
        (f'[openai]\napi_key = "{CANARY}\\n"\n', 2, "cannot be a key"),
        (f'[openai]\napi_key = "{CANARY}é"\n', 2, "cannot be a key"),
        (f'[openai]\napi_key = "{CANARY * 500}"\n', 2, "too long"),
        (f'[openai]\nkey = "{CANARY}"\n', 2, "api_key and nothing else"),
        ('[openai]\napi_key = "key-1234"\napi_base = "https://x"\n', 3, "config.toml"),
        ("[openai]\napi_key = 5\n", 2, "a text in quotes"),
        ("[openai]\n", 1, "a text in quotes"),
        ('[openai]\napi_key = "sk-..."\n', 2, "placeholder"),
        ('[openai]\napi_key = "your-api-key"\n', 2, "placeholder"),
        ('[anthropic]\napi_key = "sk-ant-..."\n', 2, "[anthropic] api_key is only a placeholder"),
        ('[openai]\napi_key = "<key>"\n', 2, "placeholder"),
        ('[openai]\napi_key = "OPENAI_API_KEY"\n', 2, "placeholder"),
        ('[openai]\napi_key = ""\n', 2, "placeholder"),
        (f'["{CANARY}\\u001b[31m"]\napi_key = "x y"\n', 2, "a section api_key"),
    ],
)
def test_a_wrong_file_is_told_by_section_and_line_but_never_by_its_words(written, text, line, words) -> None:
    error = refusal(written(text))
    assert words in str(error)
    assert error.line == line


def test_a_file_in_another_encoding_is_refused_with_its_line(written) -> None:
    path = written("")
    path.write_bytes(f'[openai]\n# caf\xe9\napi_key = "{CANARY}"\n'.encode("latin-1"))
    error = refusal(path)
    assert "UTF-8" in str(error)
    assert error.line == 2


def test_a_key_in_the_environment_that_cannot_be_one_is_told_by_the_variables_name(monkeypatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk canary")
    with pytest.raises(ConfigError, match="environment OPENAI_API_KEY cannot be a key") as caught:
        find_key(OPENAI, None, Credentials(Path("x")))
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert "canary" not in str([frame.locals for frame in shown.stack if "/tests/" not in frame.filename])


def test_keys_are_taken_out_of_any_text_and_representation(written) -> None:
    credentials = load_credentials(written('[openai]\napi_key = "sk-canary-repr-77"\n'))
    assert "canary" not in repr(credentials)
    assert "canary" not in redactor.redact("curl -H 'Authorization: Bearer sk-canary-repr-77'")


def test_variables_that_others_read_are_redacted_too(monkeypatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "aws-canary-secret")
    redact_environment(["AWS_SECRET_ACCESS_KEY", "NOT_SET_AT_ALL"])
    assert redactor.redact("x aws-canary-secret x") == "x ‹redacted› x"
    assert environment("NOT_SET_AT_ALL") == ""


def test_the_example_file_names_every_provider_that_takes_a_key() -> None:
    text = EXAMPLE.read_text("utf-8")
    uncommented = "\n".join(re.sub(r"^# ?(?=\[|api_key)", "", line) for line in text.splitlines())
    sections = list(tomllib.loads(uncommented))
    assert list(tomllib.loads(text)) == ["openai"]
    assert sections == [row.name for row in builtin_providers().values() if row.key_env]


def test_the_example_file_copied_as_it_is_asks_for_a_key(written) -> None:
    assert "[openai] api_key is only a placeholder" in str(refusal(written(EXAMPLE.read_text("utf-8"))))

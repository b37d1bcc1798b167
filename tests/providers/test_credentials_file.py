"""A key typed by a person gets into credentials.toml, and nothing else there changes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from manual_slop.providers.credentials import read_credentials
from manual_slop.providers.credentials_file import save_key
from manual_slop.values.errors import ConfigError
from manual_slop.values.secrets import redactor

KEY = "sk-test-0123456789abcdef"


def private(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config" / "credentials.toml"


def test_a_file_is_made_that_only_its_owner_may_read(file: Path):
    save_key("openai", f"  {KEY}\n", file)
    assert read_credentials(file).keys["openai"].reveal() == KEY
    if os.name != "nt":
        assert file.stat().st_mode & 0o777 == 0o600
    assert {one.name: one.stat().st_size for one in file.parent.iterdir() if one != file} == {
        ".credentials.toml.lock": 0
    }


def test_a_saved_key_is_kept_out_of_every_sink(file: Path):
    secret = save_key("openai", KEY, file)
    assert KEY not in redactor.redact(f"it is {KEY}") + repr(secret)


def test_comments_and_other_keys_stay_and_the_file_before_is_kept(file: Path):
    before = (
        '# mine\n[anthropic]\napi_key = "sk-other-1234567"  # work\n\n[openai]\n# old\napi_key = "sk-old-1234567"\n'
    )
    private(file, before)
    save_key("openai", KEY, file)
    assert file.read_text() == before.replace("sk-old-1234567", KEY)
    assert (file.parent / "credentials.toml.bak").read_text() == before
    assert (file.parent / "credentials.toml.bak").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "before",
    [
        'openai.api_key = "sk-old-1234567"\n',
        'openai = { api_key = "sk-old-1234567" }\n',
        '[openai]\napi_key = """\nsk-old-1234567"""\n',
        "[openai]\n",
        '["openai"]\r\napi_key = \'sk-old-1234567\'\r\n[groq]\r\napi_key = "gsk-1234567"\r\n',
    ],
)
def test_however_a_section_is_written_its_key_is_changed(file: Path, before: str):
    private(file, before)
    save_key("openai", KEY, file)
    keys = read_credentials(file).keys
    assert keys["openai"].reveal() == KEY
    assert ("groq" in before) == ("groq" in keys)


@pytest.mark.parametrize("typed", ["", "your-key-here", "two words", "sk-…", "x" * 9000, "sk-a\nb", "ключ"])
def test_what_cannot_be_a_key_is_not_saved(file: Path, typed: str):
    with pytest.raises(ConfigError) as raised:
        save_key("openai", typed, file)
    assert not typed.strip() or typed not in str(raised.value)
    assert not file.exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_a_file_that_others_can_read_is_refused_and_stays(file: Path):
    private(file, "[openai]\n").chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        save_key("openai", KEY, file)
    assert file.read_text() == "[openai]\n"


def test_a_link_is_not_written_through(file: Path, tmp_path: Path):
    target = private(tmp_path / "elsewhere.toml", "")
    file.parent.mkdir()
    file.symlink_to(target)
    with pytest.raises(ConfigError, match="link"):
        save_key("openai", KEY, file)
    assert target.read_text() == ""


def test_a_file_that_is_no_toml_is_refused_without_a_word_of_it(file: Path):
    private(file, 'api_key = "sk-secret-words\n')
    with pytest.raises(ConfigError, match="not valid TOML") as raised:
        save_key("openai", KEY, file)
    assert "sk-" not in str(raised.value)
    assert "secret-words" in file.read_text()


def test_a_folder_in_its_place_is_refused(file: Path):
    file.mkdir(parents=True)
    with pytest.raises(ConfigError):
        save_key("openai", KEY, file)

"""What the window remembers survives bad files, bad values and full disks."""

from __future__ import annotations

import pytest

from manual_slop.app.settings import LARGEST, Settings, read_settings, settings_path, write_settings
from manual_slop.values.errors import ConfigError


def put(text: str | bytes) -> None:
    settings_path().parent.mkdir(parents=True, exist_ok=True)
    settings_path().write_bytes(text if isinstance(text, bytes) else text.encode())


def test_nothing_remembered_is_no_trouble():
    assert read_settings() == (Settings(), "")


def test_what_is_written_is_read_and_what_was_there_is_kept():
    write_settings(Settings(theme="light", model="openai/gpt-4o"))
    before = settings_path().read_bytes()
    write_settings(Settings(theme="contrast", scale=1.5, project='/p/"q"\n'))
    assert read_settings() == (Settings(theme="contrast", scale=1.5, project='/p/"q"\n'), "")
    assert settings_path().with_suffix(".toml.bak").read_bytes() == before
    assert sorted(path.name for path in settings_path().parent.iterdir()) == ["window.toml", "window.toml.bak"]


@pytest.mark.parametrize("text", ["theme = ", "\x00", b"\xff\xfe\x00", "[" * 10_000])
def test_a_broken_file_is_named_and_the_window_begins_as_new(text: str | bytes):
    put(text)
    settings, trouble = read_settings()
    assert settings == Settings()
    assert str(settings_path()) in trouble


def test_wrong_values_are_named_and_the_others_hold():
    put('theme = "pink"\nscale = "big"\nreduced_motion = 1\nmodel = "openai/gpt-4o"\nnew_thing = 3\n')
    settings, trouble = read_settings()
    assert settings == Settings(model="openai/gpt-4o")
    assert "theme, scale, reduced_motion" in trouble


@pytest.mark.parametrize(("given", "kept"), [("1000000", LARGEST), ("nan", 1.0), ("true", 1.0), ("1", 1.0)])
def test_no_scale_makes_the_window_unusable(given: str, kept: float):
    put(f"scale = {given}\n")
    assert read_settings()[0].scale == kept


def test_a_write_that_fails_leaves_what_was_there():
    write_settings(Settings(theme="light"))
    settings_path().with_suffix(".toml.bak").mkdir()
    with pytest.raises(ConfigError, match=r"window\.toml"):
        write_settings(Settings(theme="dark"))
    assert read_settings()[0].theme == "light"
    assert not list(settings_path().parent.glob("*.part"))

"""Keys are found on the line where a person would look for them."""

from __future__ import annotations

import tomllib
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from manual_slop.providers.toml_lines import key_lines, line_of, parse_toml
from manual_slop.values.errors import ConfigError

CORPUS = Path(__file__).resolve().parents[2] / "../shared/corpora/toml/tests"

TEXT = '''\
default_model = "acme/m1"  # [not] a = table
"a quoted.key" = 1

[providers.acme]
litellm = "openai"
headers = { "x-team" = "blue", note = """
  name = "no key"
""" }
prices."m1.5".input = 2.5
prices."m1.5".output = -1

[[vendor]]
name = 'first'
[vendor.limits]
speed = 1
[[vendor]]
name = 'second'
sizes = [
  1,
  { width = 2,
    height = 3 },
]
'''


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (("default_model",), 1),
        (("a quoted.key",), 2),
        (("providers",), 4),
        (("providers", "acme"), 4),
        (("providers", "acme", "litellm"), 5),
        (("providers", "acme", "headers", "x-team"), 6),
        (("providers", "acme", "headers", "note"), 6),
        (("providers", "acme", "prices"), 9),
        (("providers", "acme", "prices", "m1.5", "input"), 9),
        (("providers", "acme", "prices", "m1.5", "output"), 10),
        (("vendor",), 12),
        (("vendor", "0", "name"), 13),
        (("vendor", "0", "limits", "speed"), 15),
        (("vendor", "1"), 16),
        (("vendor", "1", "name"), 17),
        (("vendor", "1", "sizes", "0"), 19),
        (("vendor", "1", "sizes", "1", "width"), 20),
        (("vendor", "1", "sizes", "1", "height"), 21),
        (("providers", "acme", "name"), None),
        (("a",), None),
    ],
)
def test_a_key_is_found_on_its_line(keys: tuple[str, ...], line: int | None) -> None:
    assert line_of(TEXT, keys) == line


def test_a_table_opened_after_its_child_is_found_at_its_own_header() -> None:
    assert line_of("[a.b]\nx = 1\n[a]\ny = 2\n", ["a"]) == 3


def test_line_ends_of_windows_do_not_shift_lines() -> None:
    assert line_of("a = 1\r\n\r\nb = 2\r\n", ["b"]) == 3


def test_an_escaped_key_is_found_by_what_it_means() -> None:
    assert line_of('x = 1\n"t\\u00e9" = 2\n', ["té"]) == 2


@pytest.mark.parametrize("text", ["[[[[", 'a = "', "= 1", "]]", "{", "a = [", "a = {b = [{", 'x = """', "a.b.", "[a"])
def test_broken_text_does_no_harm(text: str) -> None:
    key_lines(text)


@pytest.mark.parametrize("text", ["a = " + "[" * 5000, "a" + ".a" * 20_000 + " = 1", "[" + "a." * 20_000 + "a]"])
def test_hostile_depth_is_survived(text: str) -> None:
    assert line_of(text, ["a"]) == 1


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared TOML corpus is not here")
def test_every_key_of_the_valid_corpus_has_a_line_that_can_hold_it() -> None:
    seen = 0
    for path in sorted((CORPUS / "valid").rglob("*.toml")):
        text = path.read_bytes().decode()
        try:
            document = tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            continue  # TOML 1.1, which this Python does not read yet
        lines = text.split("\n")
        for keys in _paths(document):
            line = line_of(text, keys)
            assert line, (path.name, keys)
            if keys[-1].isascii() and keys[-1].isidentifier():
                assert keys[-1] in lines[line - 1] or "\\" in lines[line - 1], (path.name, keys, line)
            seen += 1
    assert seen > 500


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared TOML corpus is not here")
def test_every_invalid_file_of_the_corpus_is_refused_and_scanned_without_harm() -> None:
    for path in sorted((CORPUS / "invalid").rglob("*.toml")):
        text = path.read_bytes().decode("utf-8", "replace")
        key_lines(text)
        try:
            tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            with pytest.raises(ConfigError):
                parse_toml(text, path)


def test_a_syntax_error_names_its_line_and_holds_no_document() -> None:
    with pytest.raises(ConfigError, match=r"config\.toml:2: not valid TOML") as caught:
        parse_toml("a = 1\nb = = 2\n", Path("config.toml"))
    assert caught.value.line == 2
    assert caught.value.__context__ is None


def test_an_unfinished_document_is_reported_at_its_last_line() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_toml("a = 1\nb = [1,\n", Path("config.toml"))
    assert caught.value.line in (2, 3)


def test_words_of_a_secret_file_are_not_quoted() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_toml('[sk-canary-1]\n[sk-canary-1]\napi_key = "x"\n', Path("credentials.toml"), quote=False)
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    frames = [frame.locals for frame in shown.stack if "/tests/" not in frame.filename]
    assert "canary" not in f"{caught.value}{frames}"
    assert caught.value.line == 2


def _paths(value: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if above:
        yield above
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _paths(inner, (*above, key))
    if isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _paths(inner, (*above, str(number)))

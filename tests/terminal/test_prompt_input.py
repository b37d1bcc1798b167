"""Where the prompt comes from."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pytest

from manual_slop.terminal.parameters import read_parameters
from manual_slop.terminal.prompt_input import MAX_BYTES, read_prompt
from manual_slop.values.errors import ConfigError


@contextmanager
def _piped(data: bytes) -> Iterator[BinaryIO]:
    reading, writing = os.pipe()
    os.write(writing, data)
    os.close(writing)
    with os.fdopen(reading, "rb") as stdin:
        yield stdin


class _Typed(io.BytesIO):
    """A person at a terminal; to be read only on request."""

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        raise OSError


def test_the_argument_is_the_prompt_and_a_terminal_is_not_read():
    typed = _Typed(b"not this")
    assert read_prompt("hello", typed) == "hello"
    assert typed.tell() == 0


def test_a_dash_or_nothing_means_standard_input():
    for argument in ("-", None):
        with _piped("grüße".encode()) as stdin:
            assert read_prompt(argument, stdin) == "grüße"


def test_a_dash_reads_what_is_typed():
    assert read_prompt("-", _Typed(b"typed")) == "typed"


def test_what_is_piped_in_follows_the_prompt():
    with _piped(b"the data\n") as stdin:
        assert read_prompt("review this", stdin) == "review this\n\nthe data\n"


def test_an_empty_pipe_adds_nothing():
    with _piped(b"\n") as stdin:
        assert read_prompt("hello", stdin) == "hello"


def test_an_inherited_null_device_is_not_asked():
    with Path(os.devnull).open("rb") as stdin:
        assert read_prompt("hello", stdin) == "hello"


@pytest.mark.parametrize(("argument", "data"), [(None, b""), ("-", b" \n"), ("  ", b""), ("", b"")])
def test_nothing_to_send_is_an_error_that_shows_how(argument: str | None, data: bytes):
    with _piped(data) as stdin, pytest.raises(ConfigError, match='manual-slop send "…"'):
        read_prompt(argument, stdin)


def test_too_much_is_refused_before_it_fills_the_memory():
    class Endless(_Typed):
        def read(self, size: int | None = -1) -> bytes:
            assert size is not None
            assert 0 < size <= MAX_BYTES + 1
            return b"x" * size

    with pytest.raises(ConfigError, match="larger than 10 MiB"):
        read_prompt("-", Endless())


def test_what_is_no_text_is_refused():
    with _piped(b"\x89PNG\xff") as stdin, pytest.raises(ConfigError, match=r"not UTF-8 text.*--image"):
        read_prompt("look", stdin)


def test_an_argument_that_is_no_text_is_refused():
    with pytest.raises(ConfigError, match="not UTF-8"):
        read_prompt(os.fsdecode(b"caf\xe9"), _Typed())


def test_a_byte_order_mark_is_no_part_of_the_prompt():
    with _piped(b"\xef\xbb\xbfhi") as stdin:
        assert read_prompt(None, stdin) == "hi"


def test_parameters_are_json_or_text():
    given = ["seed=7", 'stop=["a"]', "user=me", "top-p=0.5", "note="]
    assert read_parameters(given, {"temperature": 0.2, "max_tokens": None}) == {
        "temperature": 0.2,
        "seed": 7,
        "stop": ["a"],
        "user": "me",
        "top_p": 0.5,
        "note": "",
    }


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        ("seed", "name=value"),
        ("=7", "name=value"),
        ("a b=7", "name=value"),
        ("temperature=1", "given twice"),
        ("api_key=sk-x", "do not belong on a command line"),
        ("model=x", "--model says that"),
        ("on_event=1", "no model parameter"),
    ],
)
def test_a_parameter_that_makes_no_sense_is_refused(pair: str, words: str):
    with pytest.raises(ConfigError, match=words):
        read_parameters([pair], {"temperature": 0.2})

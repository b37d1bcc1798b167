"""What a person types, as one entry or over several lines."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from manual_slop.terminal.line_reader import read_entry


def _typing(*lines: str) -> Callable[[str], str | None]:
    rest = list(lines)
    return lambda prompt: rest.pop(0) if rest else None


@pytest.mark.parametrize(
    ("lines", "entry"),
    [
        (["hello"], "hello"),
        ([""], ""),
        (["a\\", "b\\", "c"], "a\nb\nc"),
        (["a\\"], "a"),
        (['"""', "one", "", "two", '"""'], "one\n\ntwo"),
        (['"""one', 'two"""'], "one\ntwo"),
        (['"""all on one line"""'], "all on one line"),
        (['"""never closed', "x"], "never closed\nx"),
        ([], None),
    ],
)
def test_entries(lines: list[str], entry: str | None):
    assert read_entry("› ", _typing(*lines)) == entry


def test_the_next_entry_begins_where_the_last_ended():
    read = _typing("a\\", "b", "c")
    assert [read_entry("› ", read) for _ in range(3)] == ["a\nb", "c", None]


def test_lines_that_go_on_have_a_prompt_of_their_own():
    prompts: list[str] = []
    lines = ["a\\", "b"]

    def read(prompt: str) -> str | None:
        prompts.append(prompt)
        return lines.pop(0) if lines else None

    read_entry("model › ", read)
    assert prompts == ["model › ", "… "]

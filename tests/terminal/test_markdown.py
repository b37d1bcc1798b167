"""Markdown while it streams in, and how it looks."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manual_slop.terminal.markdown import AnswerMarkdown, split_finished
from tests.terminal.doubles import on_terminal

DOCUMENT = """\
# Title

A paragraph of *two*
lines.

- one
- two

  still two

1. first
2. second

```python
print("a")

# not a heading
```

| a | b |
|---|---|
| 1 | 2 |

> quoted

The end."""


def _streamed(text: str, piece: int) -> list[str]:
    """The blocks as they are finished, the open rest last."""
    blocks, rest = [], ""
    for at in range(0, len(text), piece):
        finished, rest = split_finished(rest + text[at : at + piece])
        blocks += [finished] if finished else []
    return [*blocks, rest]


def _shown(text: str, width: int = 80) -> str:
    screen, terminal = on_terminal(width)
    screen.out.print(AnswerMarkdown(text))
    return terminal.text


@pytest.mark.parametrize("piece", [1, 3, 1000])
def test_streaming_in_any_pieces_gives_the_same_blocks(piece: int):
    blocks = "".join(_streamed(DOCUMENT, piece))
    assert blocks == DOCUMENT
    assert [line for block in _streamed(DOCUMENT, piece) for line in _shown(block).splitlines() if line.strip()] == [
        line for line in _shown(DOCUMENT).splitlines() if line.strip()
    ]


def test_a_block_is_open_until_the_next_begins():
    assert split_finished("a\n") == ("", "a\n")
    assert split_finished("a\n\nb") == ("", "a\n\nb")
    assert split_finished("a\n\nb\n") == ("a\n\n", "b\n")
    assert split_finished("1\n#") == ("", "1\n#")
    assert split_finished("- a\n\n- b") == ("", "- a\n\n- b")
    assert split_finished("```\na\n\nb\n\nc") == ("", "```\na\n\nb\n\nc")


@given(st.text(st.sampled_from("ab#*->`1. |\n\r\u2028\x0b<&[]()")), st.integers(1, 9))
@settings(max_examples=200)
def test_no_text_is_lost_or_altered_by_splitting(text: str, piece: int):
    assert "".join(_streamed(text, piece)) == text


def test_html_is_shown_and_not_swallowed():
    assert _shown("<div>kept</div>\n\n<think> and <b>bold</b>") == "<div>kept</div>\n\n<think> and <b>bold</b>"


def test_a_link_shows_where_it_leads():
    assert _shown("[bank](https://evil.example)") == "bank (https://evil.example)"


def test_code_is_neither_indented_nor_boxed():
    assert _shown("```python\nif a:\n    b()\n```") == "if a:\n    b()"


def test_code_is_coloured_without_a_background_of_its_own():
    screen, terminal = on_terminal()
    screen.out.print(AnswerMarkdown("```python\nreturn 'x'\n```\n\n`inline`"))
    assert "\x1b[35;49mreturn" in terminal.getvalue()
    assert "\x1b[32;49mx" in terminal.getvalue()
    assert not re.search(r"\x1b\[[\d;]*4[0-7][;m]", terminal.getvalue())


def test_blocks_stand_one_blank_line_apart():
    assert _shown("a\n\n- b\n- c\n\nd") == "a\n\n • b\n • c\n\nd"


def test_headings_stand_at_the_left_at_any_level():
    assert _shown("# One\n\n### Three") == "One\n\nThree"


def test_nothing_to_show_shows_nothing():
    assert _shown("") == ""

"""Text from models and servers cannot command the terminal it is shown on."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from manual_slop.terminal.visible import one_line, visible


def test_an_escape_is_shown_instead_of_obeyed():
    assert visible("a\x1b]0;title\x07b") == "a␛]0;title␇b"


def test_lines_and_tabs_stay_and_windows_line_ends_become_plain():
    assert visible("a\tb\r\nc") == "a\tb\nc"


def test_characters_that_turn_the_reading_direction_are_shown():
    assert visible("x\u202ey") == "x\\u202ey"


@given(st.text(st.characters(codec=None)))
def test_nothing_that_commands_a_terminal_gets_through(text: str):
    shown = visible(text)
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t"]
    shown.encode("utf-8")


def test_one_line_is_one_line_and_short():
    assert one_line("a\n  b\x1b", 10) == "a b␛"
    assert one_line("x" * 50, 10) == "x" * 9 + "…"


@given(st.text(), st.integers(2, 60))
def test_one_line_never_exceeds_its_length(text: str, longest: int):
    shown = one_line(text, longest)
    assert len(shown) <= longest
    assert "\n" not in shown

"""Texts are cut, measured and made legible before they are drawn."""

from __future__ import annotations

import pytest

from manual_slop.gui.blocks import Blocks
from manual_slop.gui.diff_view import diff_rows, side_by_side
from manual_slop.gui.heights import Heights
from manual_slop.gui.legible import legible
from manual_slop.gui.syntax import language_of, spans
from manual_slop.gui.tool_view import in_a_word, readable

ANSWER = "Look:\n\n```python\nx = 1\n```\n\nand\n\n  ~~~\n  y\n  ~~~\ndone"


def test_fences_are_blocks_of_their_own():
    blocks = Blocks().take(ANSWER, whole=True)
    assert [(one.kind, one.language, one.text) for one in blocks] == [
        ("prose", "", "Look:"),
        ("code", "python", "x = 1"),
        ("prose", "", "and"),
        ("code", "", "y"),
        ("prose", "", "done"),
    ]


@pytest.mark.parametrize("step", [1, 3, 7])
def test_a_text_that_comes_in_pieces_is_cut_as_the_whole_one(step: int):
    growing = Blocks()
    for end in range(step, len(ANSWER), step):
        growing.take(ANSWER[:end], whole=False)
    came = [(one.kind, one.text) for one in growing.take(ANSWER, whole=True)]
    assert came == [(one.kind, one.text) for one in Blocks().take(ANSWER, whole=True)]


def test_one_line_of_a_megabyte_is_cut_into_handy_pieces_and_none_is_lost():
    line = "x" * 1_000_000
    blocks = Blocks().take(line, whole=True)
    assert max(len(one.text) for one in blocks) <= 8_000
    assert "".join(one.text for one in blocks) == line


def test_a_place_among_a_hundred_thousand_heights_is_found():
    heights = Heights()
    heights.fit(100_000, 10.0)
    heights[500] = 110.0
    assert heights.find(5_050.0) == (500, 5_000.0)
    assert heights.find(5_111.0) == (501, 5_110.0)
    assert heights.total == 1_000_100.0
    heights.fit(501, 10.0)
    assert heights.find(1e9) == (500, 5_000.0)


def test_control_characters_and_marks_that_turn_text_around_are_shown():
    assert legible("a\x1b[0m\x00\u202eb\ud800\r\n") == "a␛[0m␀⟨U+202E⟩b⟨U+D800⟩\n"


def test_a_diff_has_the_numbers_of_both_sides():
    rows = list(diff_rows("--- a\n+++ b\n@@ -3,2 +3,2 @@\n same\n-old\n+new\n"))
    assert [(row.before, row.after, row.sign) for row in rows[1:]] == [(3, 3, " "), (4, 0, "-"), (0, 4, "+")]


def test_arguments_are_told_in_a_word_and_in_full():
    assert in_a_word('{"limit": 3, "path": "a.py"}') == "a.py"
    assert in_a_word("{broken") == "{broken"
    assert readable('{"path": "a.py", "text": "x\\ny"}') == "path: a.py\ntext:\nx\ny"


CODE = "say: ```\n```python\ndef f():\n\n    return '你好 \U0001f600\x1b'\n\n\nx = 1\n```\n"


@pytest.mark.parametrize("step", [1, 2, 5])
def test_code_that_is_still_coming_shows_all_of_it_at_any_time(step: int):
    growing = Blocks()
    for end in range(1, len(CODE), step):
        shown = growing.take(CODE[:end], whole=False)
        if shown and shown[-1].kind == "code" and shown[-1].open:
            assert shown[-1].text == legible(CODE[shown[-1].start : end].removesuffix("\n"))
    assert growing.take(CODE, whole=True)[-1].text == legible("def f():\n\n    return '你好 \U0001f600\x1b'\n\n\nx = 1")


def test_what_goes_stands_beside_what_comes_in_its_place():
    rows = list(diff_rows("--- a\n+++ b\n@@ -3,3 +3,4 @@\n same\n-old\n+new\n+more\n last\n"))
    beside = [(left.text if left else "", right.text if right else "") for left, right in side_by_side(rows)]
    assert beside[1:] == [("same", "same"), ("old", "new"), ("", "more"), ("last", "last")]


@pytest.mark.parametrize(
    ("path", "line", "word", "kind"),
    [
        ("src/a.py", "def f(x): return 'a' # no", "def", "keyword"),
        ("src/a.py", "def f(x): return 'a' # no", "'a'", "string"),
        ("src/a.py", "def f(x): return 'a' # no", "# no", "comment"),
        ("main.rs", "let x = 0x1f; // hm", "0x1f", "number"),
        ("q.SQL", "SELECT a -- all", "SELECT", "keyword"),
        ("notes.txt", "def f", "def f", "plain"),
    ],
)
def test_code_is_told_apart_by_what_it_is_and_nothing_of_it_is_lost(path: str, line: str, word: str, kind: str):
    found = spans(line, language_of(path))
    assert (word, kind) in found
    assert "".join(text for text, _ in found) == line


@pytest.mark.parametrize("line", ["", "'" * 399, '"\\' * 150, "x" * 100_000, "`a'b\"c#d//e--", "\u4f60 = 1"])
def test_odd_lines_of_code_are_cut_without_loss(line: str):
    for ending in ("py", "c", "sh", "sql", "json"):
        assert "".join(text for text, _ in spans(line, language_of(f"a.{ending}"))) == line

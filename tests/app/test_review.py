"""What a person must have seen before they can approve, and what they may change."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manual_slop.app.argument_draft import ArgumentDraft
from manual_slop.app.consent_columns import folded, paired
from manual_slop.app.review import PAUSE, Review
from manual_slop.safety.consent import decode, render
from manual_slop.safety.consent_sheet import sheet
from manual_slop.values.approval import Request, canonical
from tests.support.approvals import command


def review() -> Review:
    request = Request("r1", command("ls"), "because", 0.0)
    return Review(request, sheet(request))


def look(one: Review, frames: range, *, end: bool = True) -> float:
    """Sixty frames a second."""
    for frame in frames:
        one.shown(frame, frame / 60)
        one.read_to(1, end=end)
    return frames[-1] / 60


def test_what_has_just_come_into_view_cannot_be_approved_yet():
    one = review()
    assert one.hurdle(look(one, range(10, 20)))
    assert not one.hurdle(look(one, range(20, 20 + int(60 * PAUSE))))


def test_what_was_hidden_for_a_while_has_to_be_looked_at_anew():
    one = review()
    assert not one.hurdle(look(one, range(100)))
    assert one.hurdle(look(one, range(200, 205)))


def test_what_was_not_read_to_its_end_cannot_be_approved():
    one = review()
    assert one.hurdle(look(one, range(1000), end=False)) == "scroll to the end to approve"
    assert not one.hurdle(look(one, range(1000, 1100)))


texts = st.text(st.sampled_from("ab漢\u202e ⟦⟧\n\t🙂") | st.characters(), max_size=300)


@given(texts, st.integers(16, 60))
def test_folding_loses_nothing(text: str, columns: int):
    assert decode(folded(render(text).lines, columns)) == text


@given(st.text("abc", max_size=400), st.integers(16, 60))
def test_no_folded_row_is_wider_than_there_is_room(text: str, columns: int):
    assert all(len(row.text) <= columns for row in folded(render(text).lines, columns))


def test_a_line_is_folded_between_its_words_and_a_long_word_where_there_is_no_more_room():
    prose = folded(render("change calc.py until the tests pass").lines, 18)
    assert [row.text for row in prose] == ["change calc.py ", "until the tests ", "pass"]
    assert [len(row.text) for row in folded(render("a " + "b" * 40).lines, 16)] == [16, 16, 10]


def test_in_two_columns_what_goes_stands_beside_what_comes_and_nothing_is_missing():
    diff = "--- a\n+++ b\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n+2½\n three"
    rows = render(diff, "diff").lines
    pairs = paired(rows, 80)
    assert ("-two", "+2") in [(left and left.text, right and right.text) for left, right in pairs]
    assert {row for pair in pairs for row in pair if row} == set(rows)


def test_a_line_is_folded_once_however_often_it_was_folded_before():
    rows = folded(render("x" * 250).lines, 50)
    assert [len(row.text) for row in rows] == [50] * 5


values = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=3)


@given(st.dictionaries(st.text(max_size=5), values, max_size=4))
def test_arguments_nobody_touched_stay_exactly_as_they_were(given_arguments: dict):
    draft = ArgumentDraft(canonical(given_arguments))
    assert draft.written() == canonical(given_arguments)
    assert not draft.changed


def test_a_text_with_hidden_characters_is_changed_as_json_in_which_they_can_be_seen():
    draft = ArgumentDraft(canonical({"command": "ls \u202e; rm \0 -rf"}))
    (field,) = draft.fields
    assert not field.plain
    assert "\\u202e" in field.text
    field.text = field.text.replace("rm", "echo")
    assert json.loads(draft.written()) == {"command": "ls \u202e; echo \0 -rf"}


def test_what_is_no_json_is_refused_with_the_name_of_its_field():
    draft = ArgumentDraft('{"lines":3}')
    draft.fields[0].text = "three"
    with pytest.raises(ValueError, match="lines is not JSON"):
        draft.written()


def test_json_of_several_lines_has_more_than_a_line_to_be_changed_in():
    long, short = ArgumentDraft('{"edits":[{"new":"a","old":"b"}],"path":"a.py"}').fields
    assert long.long
    assert not short.long

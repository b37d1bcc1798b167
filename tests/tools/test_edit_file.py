"""Parts of a file are replaced where their exact text stands, all of them or none."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.editing import Editor, editor, tree

SOURCE = "def f(a):\n    return a + 1\n\n\ndef g(b):\n\treturn b * 2\n"


@pytest.fixture
def ed(tmp_path: Path) -> Editor:
    return editor(tmp_path)


def edit(ed: Editor, *pairs: tuple[str, str], path: str = "a.py") -> str:
    return ed.run("edit_file", path=path, edits=[{"old": old, "new": new} for old, new in pairs]).content


def test_several_places_change_at_once(ed: Editor):
    ed.write("a.py", SOURCE)
    assert edit(ed, ("b * 2", "b * 3"), ("a + 1", "a - 1")) == "Edited a.py: 2 replacements, +2 −2 lines."
    assert ed.read("a.py").decode() == SOURCE.replace("a + 1", "a - 1").replace("b * 2", "b * 3")


def test_the_person_sees_the_diff(ed: Editor):
    ed.write("a.py", SOURCE)
    preview = ed.preview("edit_file", path="a.py", edits=[{"old": "a + 1", "new": "a"}])
    assert preview.text.splitlines() == [
        *("--- a/a.py", "+++ b/a.py", "@@ -1,5 +1,5 @@"),
        *(" def f(a):", "-    return a + 1", "+    return a", " ", " ", " def g(b):"),
    ]


def test_edits_see_the_file_as_it_was_before_the_call(ed: Editor):
    ed.write("a.py", "one two\n")
    edit(ed, ("one", "two"), ("two", "one"))
    assert ed.read("a.py") == b"two one\n"


@pytest.mark.parametrize(
    ("pairs", "told"),
    [
        ([("def", "DEF")], "edit 1: `old` stands in a.py more than once, in lines 1, 5: add lines around it"),
        ([("def f", "x"), ("f(a)", "y")], "edits 1 and 2 overlap in a.py"),
        ([("def f", "x"), ("def f", "y")], "edits 1 and 2 overlap in a.py"),
        ([("", "x")], "edit 1: `old` is empty"),
        ([], "`edits` is empty"),
        ([("def f", "def f")], "these edits change nothing in a.py"),
        ([("a + 1", "a"), ("missing entirely", "y")], "edit 2: `old` does not stand in a.py."),
        (
            [("    return b * 2", "y")],
            "but for its indentation (tabs, or another number of spaces):\n6\t\treturn b * 2",
        ),
        ([("    return a + 1  \n\n", "y")], "but for spaces at the ends of lines:\n2\t    return a + 1"),
        ([("return  a + 1", "y")], "but for its spaces:\n2\t    return a + 1"),
        ([("    return  a + 1", "y")], "but for its spaces:\n2\t    return a + 1"),
        ([("    return a – 1", "y")], "The closest is:\n2\t    return a + 1"),
        ([("DEF F(A):", "y")], "but for upper and lower case:\n1\tdef f(a):"),
        ([("1\tdef f(a):\n2\t    return a + 1", "y")], "Leave out the line numbers that read_file shows."),
        ([("def f(a):\\n    return", "y")], "real line ends in place of `\\n`"),
        ([("def f(a):\n    return a + 2\n", "y")], "The closest is:\n1\tdef f(a):\n2\t    return a + 1"),
    ],
)
def test_what_does_not_fit_changes_nothing_and_says_what_is_there(ed: Editor, pairs: list[tuple[str, str]], told: str):
    ed.write("a.py", SOURCE)
    answer = edit(ed, *pairs)
    assert answer.startswith("Error: ")
    assert told in answer
    assert ed.read("a.py").decode() == SOURCE


def test_characters_that_only_look_alike_are_named(ed: Editor):
    ed.write("a.py", "say “hello” – now\n")
    assert "only look alike" in edit(ed, ('say "hello" - now', "x"))


def test_a_missing_line_end_at_the_end_of_the_file_is_named(ed: Editor):
    ed.write("a.py", "one\ntwo")
    assert "without the line end that it ends with" in edit(ed, ("two\n", "three\n"))


def test_the_closest_place_in_a_large_file_is_found_soon(ed: Editor):
    lines = [f"    value_{number} = compute(number={number}, mode='fast')\n" for number in range(20_000)]
    ed.write("a.py", "".join(lines))
    assert "12346\t    value_12345 = compute(number=12345, mode='fast')" in edit(
        ed, ("    value_12345 = compute(number=12345, mode='slow')\n    more = 1\n", "")
    )


@pytest.mark.parametrize(
    ("data", "pairs", "after"),
    [
        (b"a\r\nb\r\nc\r\n", [("b\nc", "x\ny\nz")], b"a\r\nx\r\ny\r\nz\r\n"),
        (b"a\r\nb\nc\r\n", [("a\nb\nc", "a\nb\nd")], b"a\r\nb\nd\r\n"),
        (b"a\nb", [("b", "c")], b"a\nc"),
        (b"\xef\xbb\xbfa\n", [("a", "b")], b"\xef\xbb\xbfb\n"),
        (b"caf\xe9 x\n", [("x", "\xfc")], b"caf\xe9 \xfc\n"),
        ("ä x\n".encode("utf-16"), [("x", "y")], "ä y\n".encode("utf-16")),
        (b"a\rb\r", [("b", "c\nd")], b"a\rc\rd\r"),
        (b"one\r\n\r\ntwo\r\n", [("\n\n", "\n")], b"one\r\ntwo\r\n"),
        (b"a\nb\n", [("a\r\nb", "c\r\nd")], b"c\nd\n"),
    ],
)
def test_line_ends_mark_and_encoding_stay(ed: Editor, data: bytes, pairs: list[tuple[str, str]], after: bytes):
    ed.write("a.py", data)
    assert edit(ed, *pairs).startswith("Edited"), edit(ed, *pairs)
    assert ed.read("a.py") == after


def test_binary_data_is_not_edited(ed: Editor):
    ed.write("a.py", b"\x89PNG\0\0")
    assert "binary data" in edit(ed, ("PNG", "x"))


def test_a_file_whose_marked_encoding_is_broken_is_left_alone(ed: Editor):
    data = b"\xff\xfea\0b"
    ed.write("a.py", data)
    assert "not valid in it" in edit(ed, ("a", "x"))
    assert ed.read("a.py") == data


def test_an_edit_of_a_file_that_changed_since_it_was_read_is_refused(ed: Editor):
    ed.write("a.py", "one\n")
    ed.run("read_file", path="a.py")
    ed.write("a.py", "one\ntwo\n")
    assert "changed since you read it" in edit(ed, ("one", "1"))
    ed.run("read_file", path="a.py")
    assert edit(ed, ("one", "1")).startswith("Edited")


def test_mistakes_in_the_list_of_edits_are_named(ed: Editor):
    ed.write("a.py", "x\n")
    result = ed.run("edit_file", path="a.py", edits=[{"old": 1, "nwe": "y", "all": True}])
    assert "`edits`[0]: `new` (a string) is missing" in result.content
    assert "there is no parameter `nwe` (did you mean `new`?)" in result.content
    assert "there is no parameter `all`" in result.content
    assert "`old`: expected a string, got 1" in result.content


LINE_ENDS = st.sampled_from(["\n", "\r\n", "\r"])


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_an_edit_touches_nothing_but_its_place(ed: Editor, data: st.DataObject):
    rows = data.draw(st.lists(st.tuples(st.text("ab €\t", max_size=4), LINE_ENDS), min_size=3, max_size=8))
    raw = "".join(f"{number}{text}{end}" for number, (text, end) in enumerate(rows))
    at = data.draw(st.integers(0, len(rows) - 1))
    ed.write("a.py", raw)
    ed.run("read_file", path="a.py")
    old, _ = rows[at]
    assert edit(ed, (f"{at}{old}", "new")).startswith("Edited")
    expected = "".join("new" + e if n == at else f"{n}{t}{e}" for n, (t, e) in enumerate(rows))
    assert ed.read("a.py").decode() == expected
    assert set(tree(ed.project)) == {"a.py"}

"""What a person is shown is all of what will be acted on: nothing hides, nothing looks like something else."""

from __future__ import annotations

import random
import sys
import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manual_slop.safety.consent import SCREEN, WIDTH, Row, decode, render
from manual_slop.safety.consent_escape import PADDING, TAB, escape, hides, unescape
from manual_slop.safety.consent_sheet import sheet
from manual_slop.values.approval import Action, Preview, PreviewKind, Request
from tests.support.approvals import change, command, plain
from tests.support.patience import HANGS

KINDS: tuple[PreviewKind, ...] = ("command", "diff", "request", "text")
SPELLED = "⟦⟧U+0123456789ABCDEF spacetabNULESCRLF" + TAB
HIDDEN = (
    "\u202e\u2066\u200b\ufeff\u00ad\u034f\u3164\u2800\ufe0f\U000e0041\ud800\udc00\x1b\r\x85\x00\x7f\u00a0\u2028 \t\n"
)
LETTERS = "abl;|$(){}'\"\\ e\u0301\u0435\u037eñ漢ב🙂"


def any_text(rng: random.Random) -> str:
    """A command made to confuse: pieces of our own notation, of what hides, and anything else there is."""
    pools = (SPELLED, HIDDEN, LETTERS, None)
    chars = []
    for _ in range(rng.randrange(40)):
        pool = rng.choice(pools)
        char = rng.choice(pool) if pool else chr(rng.randrange(sys.maxunicode + 1))
        chars.append(char * rng.choice((1, 1, 1, 2, PADDING + 1 if char in " \t\n" else 1)))
    return "".join(chars)


def test_ten_thousand_random_commands_are_shown_so_that_they_can_be_read_back():
    rng = random.Random(20261122)
    shown: dict[tuple[str, ...], str] = {}
    for _ in range(10_000):
        text = any_text(rng)
        rows = render(text, rng.choice(KINDS)).lines
        assert decode(rows) == text
        assert shown.setdefault(tuple(row.text for row in rows), text) == text
        assert not any(map(hides, {char for row in rows for char in row.text}))


@settings(max_examples=300)
@given(st.text(alphabet=st.characters()), st.sampled_from(KINDS))
def test_whatever_the_text_it_can_be_read_back(text: str, kind: PreviewKind):
    assert decode(render(text, kind).lines) == text


def test_every_character_is_shown_as_something_to_see_and_can_be_read_back():
    unseen = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assigned = (*range(0x32400), *range(0xE0000, 0xE1000), *range(0xF0000, sys.maxunicode + 1, 997))
    for char in map(chr, assigned):
        shown = escape(f"a{char}b")
        assert unescape(shown) == f"a{char}b"
        assert not {unicodedata.category(one) for one in shown} & unseen, hex(ord(char))
        assert not any(one.isspace() and one != " " for one in shown), hex(ord(char))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ls -l", "ls -l"),
        ("grüße 漢字 🙂", "grüße 漢字 🙂"),
        ("ls\u202e", "ls⟦U+202E⟧"),
        ("a\x1b[2Kb", "a⟦ESC⟧[2Kb"),
        ("a\rb", "a⟦CR⟧b"),
        ("a\nb", "a⟦LF⟧b"),
        ("\x00\x07\x08\x7f\x85\x9b", "⟦NUL⟧⟦BEL⟧⟦BS⟧⟦DEL⟧⟦U+0085⟧⟦U+009B⟧"),
        ("a\u200bb", "a⟦U+200B⟧b"),
        ("a\u3164b", "a⟦U+3164⟧b"),
        ("a\U000e0041", "a⟦U+E0041⟧"),
        ("a\u00a0b", "a⟦U+00A0⟧b"),
        ("\ud800\udc00", "⟦U+D800⟧⟦U+DC00⟧"),
        ("a ", "a⟦1 space⟧"),
        ("a \t\t", "a⟦1 space⟧⟦2 tabs⟧"),
        ("\tx", f"{TAB}x"),
        (f"a{TAB}⟦ESC⟧b", "a⟦U+21E5⟧⟦U+27E6⟧ESC⟦U+27E7⟧b"),
        ("a" + " " * PADDING + "b", "a" + " " * PADDING + "b"),
        ("a" + " " * 200 + "; id", "a⟦200 spaces⟧; id"),
        ("a" + "\t" * 40 + "b", "a⟦40 tabs⟧b"),
        ("e\u0301", "e⟦U+0301⟧"),
        ("\u0301x", "⟦U+0301⟧x"),
        ("/\u0338", "/⟦U+0338⟧"),
        ("\u0939\u093f", "\u0939\u093f"),
        ("ls\u037e id", "ls⟦U+037E⟧ id"),
    ],
)
def test_what_hides_is_spelled_out(text: str, shown: str):
    assert escape(text) == shown
    assert unescape(shown) == text


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("a\nb\nc\u202ed", "contains bidirectional control characters at line 3"),
        ("\x1b[1A", "contains terminal control sequences at line 1"),
        ("a\rb\nc\rd", "contains carriage returns at lines 1, 2"),
        ("a\x07", "contains control characters at line 1"),
        ("a\u200bb", "contains invisible characters at line 1"),
        ("a\U000e0041", "contains tags or variation selectors, which are invisible at line 1"),
        ("rm\u00a0-rf", "contains spaces that are not spaces at line 1"),
        ("\ud800", "contains halves of characters (lone surrogates) at line 1"),
        ("\ue000", "contains characters without a common meaning (private use) at line 1"),
        ("# \u05d0", "contains right-to-left letters, which may be shown in another order than they have at line 1"),
        ("a" + " " * 40 + "b", "contains long runs of spaces at line 1"),
        ("a ", "contains spaces at the end at line 1"),
        ("x" * 501, "contains very long lines at line 1"),
        ("l\u0455", "contains words that mix letters of different alphabets at line 1"),
        ("ls\uff1b id", "contains characters that look like plain letters or signs and are not at line 1"),
        ("ls" + "\n" * 30 + "id", "goes on after 29 empty lines at line 31"),
        ("\n".join(["\r"] * 9), "contains carriage returns at lines 1, 2, 3, 4, 5 and 4 more"),
    ],
)
def test_what_is_odd_is_warned_of_with_its_line(text: str, warning: str):
    assert warning in render(text).oddities


@pytest.mark.parametrize(
    "text",
    ["", "ls -l\n", "\tif (x) {\n\t}\n", "Größe 10²", "привет мир", "日本語", "x = 'naïve'  # ok", "🙂", "a\n\n\nb"],
)
def test_ordinary_text_is_not_warned_of(text: str):
    assert render(text).oddities == ()


def test_each_line_is_a_numbered_row():
    assert render("a\n\nb\n").lines == (Row(1, "a"), Row(2, ""), Row(3, "b"), Row(4, ""))


def test_a_long_line_goes_on_in_the_next_row():
    consent = render("x" * (2 * WIDTH) + "\u202e" + "y")
    assert [row.continued for row in consent.lines] == [False, True, True]
    assert {row.number for row in consent.lines} == {1}
    assert consent.lines[-1].text == "⟦U+202E⟧y"
    assert all(len(row.text) <= WIDTH for row in consent.lines)


def test_what_is_spelled_out_is_not_torn():
    rows = render("x" * (WIDTH - 3) + "\u202e").lines
    assert [row.text for row in rows] == ["x" * (WIDTH - 3), "⟦U+202E⟧"]


def test_more_than_a_screen_has_to_be_scrolled():
    assert not render("\n" * (SCREEN - 1)).must_scroll
    assert render("\n" * SCREEN).must_scroll
    assert render("x" * (WIDTH * SCREEN + 1)).must_scroll


def test_the_part_that_is_seen_is_said():
    consent = render("é\n" * 79 + "end")
    assert (consent.total_lines, consent.total_bytes) == (80, 240)
    assert consent.part(0, 24) == "lines 1–24 of 80, 240 bytes"
    assert consent.part(70, 24) == "lines 71–80 of 80, 240 bytes"
    assert consent.part(0, 80) == "80 lines, 240 bytes, all shown"
    assert consent.part(90, 5) == "none of 80 lines, 240 bytes"
    assert render("x").part(0, 9) == "1 line, 1 byte, all shown"


DIFF = """\
--- a/x.sql
+++ b/x.sql
@@ -1,4 +1,4 @@ section
 one

--- drop
+++ add
 two
\\ No newline at end of file
@@ -9 +9 @@
-a
+b
--- a/y
"""


def test_a_diff_knows_its_rows():
    kinds = [row.kind for row in render(DIFF, "diff").lines]
    assert kinds == [
        *("header", "header", "hunk", "context", "context", "removed", "added", "context", "note"),
        *("hunk", "removed", "added", "header", "text"),
    ]


def test_the_sign_of_an_empty_line_is_no_space_at_its_end():
    consent = render("@@ -1 +1 @@\n \n-a \n", "diff")
    assert [row.text for row in consent.lines] == ["@@ -1 +1 @@", " ", "-a⟦1 space⟧", ""]
    assert consent.oddities == ("contains spaces at the end at line 3",)


@pytest.mark.parametrize(
    "text", ["@@ -1,9999999999999999999999 +1 @@\n x", "@@ -1,2 +1,2 @@\n\u202ex\n y", "@@\n\r+", "@@ -1,3 +1,3 @@\nq"]
)
def test_what_only_pretends_to_be_a_diff_is_shown_all_the_same(text: str):
    rows = render(text, "diff").lines
    assert decode(rows) == text
    assert not any(hides(char) for row in rows for char in row.text)


@pytest.mark.parametrize("text", [" \t" * 300_000, "\u202e" * 300_000, "\n" * 300_000, "x" * 900_000, "⟦" * 300_000])
def test_a_huge_text_is_shown_soon(text: str):
    started = time.perf_counter()
    assert decode(render(text, "diff").lines) == text
    assert time.perf_counter() - started < HANGS


def request(action: Action, why: str = "it runs a command") -> Request:
    return Request("id", action, why, 0.0)


def test_a_sheet_says_everything_about_a_command():
    shown = sheet(request(command("ls\x1b[2K", cwd="src/\u202etxt")))
    facts = dict(shown.facts)
    assert facts["asked because"] == "it runs a command"
    assert facts["tool"] == "run_shell"
    assert facts["risk"] == "EXECUTE"
    assert facts["in folder"] == "src/⟦U+202E⟧txt"
    assert facts["environment"] == "PATH"
    assert facts["confinement"] == "bwrap"
    assert decode(shown.body.lines) == "ls\x1b[2K"
    assert decode(shown.arguments.lines) == command("ls\x1b[2K").arguments
    assert "contains terminal control sequences at line 1" in shown.warnings
    assert "“in folder” contains bidirectional control characters at line 1" in shown.warnings


@pytest.mark.parametrize("level", ["", "none", "none: nothing limits it"])
def test_a_sheet_warns_where_nothing_limits_a_command(level: str):
    action = Action("s", "c", "run_shell", "EXECUTE", "{}", Preview("command", "ls", confinement=level))
    shown = sheet(request(action))
    assert "runs without confinement" in shown.warnings
    assert dict(shown.facts)["confinement"].startswith("none")


def test_a_sheet_names_every_target_and_warns_of_protected_ones():
    shown = sheet(request(change("src/a.py", ".git/config", protected=True)))
    assert [value for label, value in shown.facts if label == "touches"] == ["src/a.py", ".git/config"]
    assert "touches a protected name" in shown.warnings


def test_a_sheet_without_a_preview_shows_the_arguments():
    shown = sheet(request(plain("mcp__x", None, a="\u202e")))
    assert decode(shown.body.lines) == '{"a":"\u202e"}'
    assert "nobody knows how far this tool reaches" in shown.warnings


def test_a_sheet_says_that_a_file_may_hold_keys():
    action = Action("s", "c", "read_file", "READ", "{}", Preview("file", "", (".env",), protected=True))
    warnings = sheet(request(action)).warnings
    assert any("may hold passwords or keys" in warning for warning in warnings)
    assert "touches a protected name" not in warnings

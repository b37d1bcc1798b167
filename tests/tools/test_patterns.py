"""Patterns of strangers: they match what they should, and none of them hangs the program."""

from __future__ import annotations

import re
import threading
import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manual_slop.tools.patterns import Glob, PathPatterns, PatternError, TooSlow, find_regex, find_text

SLOW = "(a|aa)+$"
"""Takes longer than anyone waits on a line of `a` that ends in something else."""


@pytest.mark.parametrize(
    ("text", "ignore_case", "line", "at"),
    [
        ("a.b", False, "axb a.b", 4),
        ("A.B", False, "a.b", None),
        ("A.B", True, "xa.b", 1),
        ("(", False, "f()", 1),
        ("STRASSE", True, "strasse", 0),
        ("", False, "x", 0),
    ],
)
def test_plain_text_is_found_as_it_stands(text: str, ignore_case: bool, line: str, at: int | None):
    assert find_text(text, ignore_case)(line) == at


@pytest.mark.parametrize(
    ("pattern", "line", "at"),
    [
        (r"def \w+\(", "    def run(self)", 4),
        (r"^\s*$", "", 0),
        (r"\d{3}-\d{2,4}", "tel 123-4567", 4),
        (r"(?i)HELLO", "say hello", 4),
        (r"(?P<word>\w)(?P=word)", "abb", 1),
        (r"(?<!x)a(?!b)", "xa ab ac", 6),
        (r"a++b", "aab", 0),
        ("f{e}", "print(f'{e}') f{e}", 14),
        ("{}", "x = {}", 4),
        ("x{,}y", "xxy", 0),
        (r"\{\w+\}", "a {name}", 2),
        ("[{]", "a{", 1),
        (r"\N{DIGIT ONE}", "01", 1),
        ("x{,2}y", "xxy", 0),
    ],
)
def test_a_regular_expression_finds_what_the_standard_library_finds(pattern: str, line: str, at: int | None):
    found = re.search(pattern, line)
    assert found
    assert find_regex(pattern, False)(line) == found.start() == at


pieces = st.sampled_from(
    ["a", "b", ".", r"\w", r"\d", r"\b", "^", "$", "[ab]", "[^a]", "(a|b)", "(?:ab)", "(a)", "*", "+", "?", "{2}",
     "{,3}", "{e}", "{", "}", "|", "(?=b)", "(?i:a)", r"\1", "1", " "]
)  # fmt: skip


@given(st.lists(pieces, max_size=8).map("".join), st.text("ab1 {e}", max_size=12))
@settings(max_examples=300)
def test_any_pattern_agrees_with_the_standard_library_or_is_refused(pattern: str, line: str):
    try:
        found = re.search(pattern, line)
    except re.error:
        with pytest.raises(PatternError):
            find_regex(pattern, False)
        return
    assert find_regex(pattern, False)(line) == (found.start() if found else None)


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("(", "missing \\), unterminated subpattern"),
        ("[z-a]", "bad character range"),
        (r"\p{L}", "bad escape"),
        ("(?R)", "unknown extension"),
        ("(?:a|(?R))*", "unknown extension"),
        ("(?V1)[a--b]", "unknown extension"),
        ("x" * 1001, "longer than 1000"),
        ("(?:(?:(?:x{9999}){9999}){9999})", "repeat counts"),
        ("(?:(?:x{999}){999})", "repeat counts"),
        ("x{99999999999999999999}", "repeat counts"),
        ("x{" + "9" * 900 + "}", "repeat counts"),
    ],
)
def test_a_pattern_that_cannot_be_used_is_refused_with_its_reason(pattern: str, reason: str):
    started = time.process_time()
    with pytest.raises(PatternError, match=reason):
        find_regex(pattern, False)
    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    "pattern", ["(?:" * 240 + ")" * 240, "[[]" * 300, "(" * 99 + ")" * 99 + r"\99", "(?:a{99}){99}{9}"]
)
def test_a_pattern_that_is_only_odd_is_used_or_refused_but_breaks_nothing(pattern: str):
    with suppress(PatternError):
        find_regex(pattern, False)("a[")


def test_a_pattern_that_would_never_end_is_given_up():
    with pytest.raises(TooSlow):
        find_regex(SLOW, False)("a" * 100 + "!")


def test_other_threads_go_on_while_a_pattern_is_tried():
    ticks = 0
    done = threading.Event()

    def give_up() -> None:
        with pytest.raises(TooSlow):
            find_regex(SLOW, False)("a" * 100 + "!")
        done.set()

    thread = threading.Thread(target=give_up)
    thread.start()
    while not done.wait(0.005):
        ticks += 1
    thread.join()
    assert ticks > 2


@pytest.mark.parametrize(
    ("lines", "path", "verdict"),
    [
        (["*.py"], "a.py", True),
        (["*.py"], "deep/er/a.py", True),
        (["*.py"], "a.pyc", None),
        (["/a"], "b/a", None),
        (["build/"], "build/", True),
        (["build/"], "build", None),
        (["*.log", "!keep.log"], "keep.log", False),
        (["!keep.log", "*.log"], "keep.log", True),
        (["a/**/b"], "a/x/y/b", True),
        (["# a", "", "  "], "a", None),
        (["[", "\\", "x"], "x", True),
        ([r"\#x"], "#x", True),
    ],
)
def test_lines_of_a_gitignore_decide_about_paths(lines: list[str], path: str, verdict: bool | None):
    assert PathPatterns(lines).verdict(path) is verdict


def test_hostile_wildcards_are_given_up():
    with pytest.raises(TooSlow):
        PathPatterns(["**/a/" * 12 + "b"]).verdict("a/" * 1000 + "c")


def test_rules_that_are_a_little_slow_on_every_path_are_given_up_too():
    rules = PathPatterns(["**/a/" * 4 + "b"])
    with pytest.raises(TooSlow):
        for _ in range(100):
            assert rules.verdict("a/" * 300 + "c") is None


@pytest.mark.parametrize(
    ("glob", "path", "start", "matches"),
    [
        ("", "anything", ".", True),
        ("*.py", "src/a.py", ".", True),
        ("*.{js,ts}", "a.ts", ".", True),
        ("*.{js,ts}", "a.py", ".", False),
        ("{a,b}/{c,d}.{e,f}", "b/c.f", ".", True),
        ("*.{js,ts{,x}}", "a.tsx", ".", True),
        ("src/**/*.py", "src/x/y.py", ".", True),
        ("sub/*.py", "src/sub/y.py", "src", True),
        ("sub/*.py", "src/sub/y.py", ".", False),
        ("!*.lock", "uv.lock", ".", False),
        ("!*.lock", "uv.toml", ".", True),
        ("!*.{lock,toml}", "uv.toml", ".", False),
        ("src", "src/a/b.py", ".", True),
    ],
)
def test_a_glob_takes_paths_from_the_project_or_from_where_the_search_starts(
    glob: str, path: str, start: str, matches: bool
):
    assert Glob(glob).matches(path, start) is matches


@pytest.mark.parametrize("glob", ["#", "!", "\\", "{a,b}" * 20, "["])
def test_a_glob_that_means_nothing_is_refused(glob: str):
    with pytest.raises(PatternError, match="glob"):
        Glob(glob)

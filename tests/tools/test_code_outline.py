"""What a model learns of a source file's classes and functions, in every language."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from manual_slop.tools.limits import Limits
from manual_slop.tools.syntax.languages import LANGUAGES, language_of
from manual_slop.tools.syntax.parsing import Source, parse
from manual_slop.tools.syntax.symbols import symbols_of
from manual_slop.values.cancel import Cancel
from manual_slop.values.messages import ToolResult
from tests.support.samples import Sample, samples

Run = Callable[..., ToolResult]


def parsed(name: str, text: str) -> Source:
    language = language_of(name, text)
    assert language
    return parse(name, text, language, Limits(Cancel()))


@pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.name)
def test_each_language_has_its_symbols_found_with_lines_kinds_and_signatures(sample: Sample):
    source = parsed(sample.name, sample.source)
    assert not source.is_broken
    found = [
        f"{symbol.first_line}-{symbol.last_line} {symbol.kind} {symbol.path} | {symbol.signature}"
        for symbol in symbols_of(source, Limits(Cancel()))
    ]
    assert found == sample.outline


def test_each_language_has_a_sample():
    assert {language_of(sample.name) for sample in samples()} == set(LANGUAGES)


def test_an_outline_is_nested_and_numbered(project: Path, run: Run):
    (project / "a.py").write_text(
        "@once\nclass Ferry:\n    def go(self, at: int) -> None:\n        pass\n\n\nSPEED = 3\n"
    )
    assert run("code_outline", path="a.py").content.splitlines() == [
        "a.py  Python, 7 lines",
        "1-4\t@once class Ferry",
        "3-4\t  def go(self, at: int) -> None",
        "7-7\tSPEED = 3",
    ]


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.py", b"", "a.py  Python, 0 lines\nIt defines nothing at all."),
        ("a.py", b"print(1)\n", "It defines nothing at all."),
        ("a.py", b"def good():\n    pass\n\ndef (:\n", "1-2\tdef good()\n[its syntax has errors"),
        ("a.c", b"int main(void) { return 0;\n", "syntax has errors"),
        ("a.py", "# größer\ndef größe(): pass\n".encode("latin-1"), "2-2\tdef größe()"),
        ("a.py", "def größe(): pass\n".encode("utf-16"), "1-1\tdef größe()"),
        ("a.py", b"\xef\xbb\xbfdef f():\r\n  x\r\ndef g():\r\n  y\r\n", "1-2\tdef f()\n3-4\tdef g()"),
        ("a.PY", b"def f(): pass", "def f()"),
        ("tool", b"#!/usr/bin/ruby\ndef f; end\n", "tool  Ruby"),
    ],
)
def test_odd_files_are_outlined_as_far_as_they_go(project: Path, run: Run, name: str, data: bytes, told: str):
    (project / name).write_bytes(data)
    result = run("code_outline", path=name)
    assert not result.is_error
    assert told in result.content


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.xyz", b"x", "in no language that is understood here, which are: Python, JavaScript,"),
        ("a", b"x", "in no language"),
        ("a.py", b"\0\1\2", "a.py is not text but binary data"),
        ("a.py", b"x = 1\n" * 2_000_000, "larger than"),
    ],
)
def test_what_is_no_source_is_refused(project: Path, run: Run, name: str, data: bytes, told: str):
    (project / name).write_bytes(data)
    result = run("code_outline", path=name)
    assert result.is_error
    assert told in result.content


def test_a_very_long_outline_is_cut_and_it_is_said(project: Path, run: Run):
    (project / "a.py").write_text("".join(f"x{n} = {n}\n" for n in range(1500)))
    content = run("code_outline", path="a.py").content
    assert content.count("\n") == 1001
    assert content.endswith("[stopped: there are more than 1,000 symbols; use grep or code_definition]")


@pytest.mark.timeout(60)
def test_five_megabytes_are_outlined_or_given_up_in_time(project: Path, run: Run):
    (project / "a.py").write_text("class A:\n    def f(self, x):\n        return g(x) + [i for i in x]\n\n" * 75_000)
    assert "[stopped: " in run("code_outline", path="a.py").content


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.py", "(" * 10_000),
        ("a.py", "".join(f"{' ' * n}def f{n}():\n" for n in range(3000))),
        # Without a guard each of these two writes past the grammar's memory and ends the program.
        ("a.py", "".join(f'\n{" " * n}$"{{' for n in range(700))),
        ("a.py", "".join(f'\n{chr(9) * n}f"{{' for n in range(700))),
        ("a.js", "function f() {" * 10_000),
        ("a.js", "function f() {" * 10_000 + "}" * 10_000),
        ("a.json", "[" * 10_000 + "]" * 10_000),
        ("a.c", "{" * 10_000),
        ("a.cpp", "namespace a {" * 10_000 + "}" * 10_000),
        ("a.rb", "module A\n" * 10_000),
        ("a.sh", "$(" * 10_000),
    ],
    ids=lambda value: value[:12].strip(),
)
@pytest.mark.parametrize("tool", ["code_outline", "file_summary", "code_definition"])
def test_ten_thousand_levels_deep_is_no_harm(project: Path, run: Run, name: str, text: str, tool: str):
    (project / name).write_text(text)
    assert run(tool, path=name, **({"name": "f.f"} if tool == "code_definition" else {})).content


def test_the_person_can_stop_a_long_parse():
    cancel = Cancel()
    cancel.request()
    language = language_of("a.py")
    assert language
    with pytest.raises(Exception, match="stopped"):
        parse("a.py", "x = [" + "1, " * 100_000, language, Limits(cancel))

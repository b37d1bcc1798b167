"""What a model sees of a source file without the bodies of its functions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from manual_slop.tools.limits import Limits
from manual_slop.tools.syntax.languages import language_of
from manual_slop.tools.syntax.parsing import parse
from manual_slop.values.cancel import Cancel
from manual_slop.values.messages import ToolResult
from tests.support.samples import Sample, samples

Run = Callable[..., ToolResult]
CODE = [sample for sample in samples() if sample.skeleton]


@pytest.mark.parametrize("sample", CODE, ids=lambda sample: sample.name)
def test_bodies_are_left_out_and_what_remains_still_parses(project: Path, run: Run, sample: Sample):
    (project / sample.name).write_text(sample.source)
    assert run("code_skeleton", path=sample.name).content == sample.skeleton
    language = language_of(sample.name)
    assert language
    assert not parse(sample.name, sample.skeleton, language, Limits(Cancel())).is_broken


@pytest.mark.parametrize(
    ("name", "source", "skeleton"),
    [
        ("a.py", 'def f():\n    """Says."""\n', 'def f():\n    """Says."""\n'),
        (
            "a.py",
            'def f():\n    """Says\n    more."""\n    x\n    y\n',
            'def f():\n    """Says\n    more."""\n    ...\n',
        ),
        ("a.py", 'def f(): "says"; x = [\n1]\n', 'def f(): "says"\n    ...\n'),
        ("a.py", "def f(): return 1\n", "def f(): return 1\n"),
        ("a.py", f"def f(): return {'1' * 70}\n", "def f(): ...\n"),
        ("a.py", "x = '''\ndef no():\n  1\n  2\n'''\n", "x = '''\ndef no():\n  1\n  2\n'''\n"),
        ("a.rb", "def f\n  1\n  2 end\n", "def f\n  # …\n end\n"),
        ("a.py", "def größe():\n    ä = 1\n    ö = 2\nß = 3\n", "def größe():\n    ...\nß = 3\n"),
    ],
)
def test_what_is_kept_of_a_function(project: Path, run: Run, name: str, source: str, skeleton: str):
    (project / name).write_text(source)
    assert run("code_skeleton", path=name).content == skeleton


def test_a_format_without_functions_is_refused(project: Path, run: Run):
    (project / "a.json").write_text("{}")
    result = run("code_skeleton", path="a.json")
    assert result.is_error
    assert "JSON has no functions" in result.content


def test_an_empty_file_is_said_to_be_empty(project: Path, run: Run):
    (project / "a.py").touch()
    assert run("code_skeleton", path="a.py").content == "a.py is empty."


def test_a_long_skeleton_is_cut_at_a_line_and_says_so(project: Path, run: Run):
    (project / "a.py").write_text("x = 1\n" * 10_000)
    lines = run("code_skeleton", path="a.py").content.splitlines()
    assert set(lines[:-1]) == {"x = 1"}
    assert lines[-1] == "[truncated: more would be too long; use code_outline]"

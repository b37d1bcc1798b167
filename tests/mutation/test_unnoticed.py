"""The list of changes that no test notices is whole, true to the code, and held against what a run finds."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

from tests.mutation import __main__ as mutation
from tests.mutation.run import Mutated, change_of
from tests.mutation.unnoticed import Change, Comparison, compare, known
from tests.support.shared import ROOT

ONE, OTHER = Change("a.b", "x > 0", "x >= 0"), Change("a.B.c", "return 1", "return 2")


def bodies() -> dict[str, str]:
    """The source of every function, by its place, without margins."""
    found = {}
    for path in (ROOT / "src" / "manual_slop").rglob("*.py"):
        module = ".".join(path.relative_to(ROOT / "src").with_suffix("").parts)
        text = path.read_text("utf-8")
        for place, node in _functions(ast.parse(text)):
            lines = text.splitlines()[node.lineno - 1 : node.end_lineno]
            found[f"{module}.{place}"] = "\n".join(line.strip() for line in lines)
    return found


def _functions(tree: ast.AST, within: str = "") -> list[tuple[str, ast.FunctionDef]]:
    found = []
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef):
            found.append((f"{within}{node.name}", node))
        elif isinstance(node, ast.ClassDef):
            found += _functions(node, f"{node.name}.")
    return found


def test_every_known_change_is_one_of_code_that_is_there() -> None:
    code = bodies()
    astray = [str(change) for change in known() if change.was not in code.get(change.place, "")]
    assert not astray, "\n".join(astray)


def test_an_entry_without_a_reason_is_none(tmp_path: Path) -> None:
    path = tmp_path / "list.toml"
    path.write_text('[[unnoticed]]\nin = "a"\nwas = "b"\nbecomes = ["c"]\nwhy = ""\n', "utf-8")
    with pytest.raises(ValueError, match="`why`"):
        known(path)


def test_what_a_run_finds_is_held_against_the_list_both_ways() -> None:
    assert compare([ONE], {ONE: "equal"}) == Comparison((), ())
    assert compare([ONE, OTHER], {ONE: "equal"}) == Comparison((OTHER,), ())
    assert compare([], {ONE: "equal"}) == Comparison((), (ONE,))


@pytest.mark.parametrize(
    ("mutant", "place"),
    [
        ("manual_slop.money.limits.x__limit__mutmut_11", "manual_slop.money.limits._limit"),
        ("manual_slop.safety.gate.xǁGateǁ_edited__mutmut_2", "manual_slop.safety.gate.Gate._edited"),
    ],
)
def test_a_change_is_told_by_its_place_and_its_lines(mutant: str, place: str) -> None:
    diff = "--- a.py\n+++ a.py\n@@ -1,3 +1,2 @@\n def f():\n-    return (\n-        1\n-    )\n+    return 2\n"
    change = change_of(mutant, diff)
    assert change == Change(place, "return (\n1\n)", "return 2")
    assert str(change) == f"{place}\n  - return (\n  - 1\n  - )\n  + return 2"


def test_the_report_counts_by_file_and_names_what_is_not_as_the_list_says() -> None:
    files = [Mutated("src/a.py", Counter({"killed": 7, "timeout": 1, "survived": 1, "no tests": 1}), (ONE, OTHER))]
    told = "\n".join(mutation.lines(files, Comparison((OTHER,), ())))
    assert "10 changes,    2 unnoticed" in told
    assert "not noticed, and nobody said why:\na.B.c\n  - return 1\n  + return 2" in told
    assert told.endswith("2 of 10 changes are noticed by no test; 1 of them unexplained")


def test_without_mutmut_it_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        mutation.main(["--report"])
    assert ended.value.code == 2
    assert "uv run --with mutmut==3.8.1 python -m tests.mutation" in capsys.readouterr().err

"""The scripted model as planner: what it makes of goals, of outlines and of specs; good and bad."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from manual_slop.rehearsal.skills.functions import function_wanted, orders_for

Ask = Callable[..., str]
FILES = ["shop/prices.py", "shop/orders.py", "words/counting.py", "tests/test_prices.py", "tests/test_counting.py"]


def goal(words: str, files: list[str] | None = None) -> str:
    listed = "\n".join(FILES if files is None else files) or "(there are none yet)"
    return f"# Plan the goal\n{words}\n\n# The project\n## Files\n{listed}\n\n## What they define\n(nothing)\n\nschema"


def track(spec: str, **skeletons: str) -> str:
    shown = "\n\n".join(f"### {path.replace('__', '/')}.py\n```\n{text}\n```" for path, text in skeletons.items())
    return f"# Plan the track: T\n\n## Goal of the whole\ng\n\n## Spec\n{spec}\n\n## Skeletons of its files\n{shown}"


def tracks(ask: Ask, words: str, files: list[str] | None = None, model: str = "demo") -> list[dict[str, Any]]:
    return json.loads(ask(goal(words, files), model))["tracks"]


def tickets(ask: Ask, prompt: str, model: str = "demo") -> list[dict[str, Any]]:
    return json.loads(ask(prompt, model))["tickets"]


def test_failing_tests_are_a_track_for_each_part_of_the_project(ask: Ask):
    found = tracks(ask, "Please make the tests pass.")
    assert [one["title"] for one in found] == ["Make the tests of shop pass", "Make the tests of words pass"]
    assert found[0]["files"] == ["shop/prices.py", "shop/orders.py", "tests/test_prices.py"]
    assert "`python -m pytest -q tests/test_prices.py` passes" in found[0]["spec"]


def test_a_goal_that_names_a_part_is_about_that_part(ask: Ask):
    assert [one["title"] for one in tracks(ask, "fix the failing tests of words")] == ["Make the failing tests pass"]
    assert tracks(ask, "fix the bugs that tests/test_prices.py shows")[0]["files"][-1] == "tests/test_prices.py"


def test_what_is_asked_in_one_goal_becomes_tracks_of_their_own(ask: Ask):
    found = tracks(ask, "fix the failing tests in shop; add a function f(x) to words/new.py that returns x + 1")
    assert len(found) == 2
    assert found[1]["spec"].startswith("add a function f(x)")


def test_a_project_without_tests_and_one_without_files_are_planned_too(ask: Ask):
    assert len(tracks(ask, "fix the failing tests", ["a.py"])) == 1
    assert len(tracks(ask, "write a game", [])) == 1


def test_tickets_wait_for_what_their_files_and_tests_import(ask: Ask):
    found = tickets(
        ask,
        track(
            "fix the failing tests",
            shop__orders="from shop.prices import total\n\ndef due(a): ...",
            shop__prices="def total(a): ...",
            tests__test_orders="from shop.orders import due",
            tests__test_prices="from shop.prices import total",
        ),
    )
    assert [(one["id"], one["depends_on"], one["files"], one["symbols"]) for one in found] == [
        ("fix-prices", [], ["shop/prices.py"], ["total"]),
        ("fix-orders", ["fix-prices"], ["shop/orders.py"], ["due"]),
    ]


def test_modules_that_import_each_other_still_make_a_graph(ask: Ask):
    found = tickets(
        ask, track("fix the failing tests", a="import b", b="import a", test_a="import a", test_b="import b")
    )
    assert sorted(len(one["depends_on"]) for one in found) == [0, 1]


def test_a_function_and_its_tests_are_two_tickets_in_a_row(ask: Ask):
    found = tickets(
        ask, track("add a function double(x) to calc.py that returns x * 2, with tests", calc="def one():\n    ...")
    )
    assert [(one["id"], one["depends_on"]) for one in found] == [("add-double", []), ("test-double", ["add-double"])]
    assert (
        found[0]["brief"] == "Replace `def one():` with `def double(x):\n    return x * 2\n\n\ndef one():` in calc.py"
    )
    assert found[1]["acceptance"] == ["python -m pytest -q tests/test_double.py"]


def test_two_functions_for_one_file_do_not_replace_each_other(ask: Ask):
    spec = "add a function f(x) to new.py that returns x + 1\nadd a function g(x) to new.py that returns x - 1"
    first, second = tickets(ask, track(spec))
    assert first["brief"].startswith("Create the file new.py")
    assert second["brief"].startswith("Replace `def f(x):` with `def g(x):")
    assert second["depends_on"] == [first["id"]]


def test_orders_in_so_many_words_are_handed_on_word_for_word(ask: Ask):
    order = "Create the file a.py with the content:\n```python\nA = 1\n```"
    found = tickets(ask, track(f"{order}\nReplace `A = 1` with `A = 2` in a.py"))
    assert found[0]["brief"] == order
    assert found[1]["depends_on"] == [found[0]["id"]]


@pytest.mark.parametrize("weakness", ["garbled", "cycle", "missing", "overlap"])
def test_a_weak_planner_gets_it_wrong_so_often_and_then_right(ask: Ask, weakness: str):
    prompt = track("fix the failing tests", a="def f(): ...", test_a="from a import f")
    good = ask(prompt)
    assert ask(prompt, f"weak-{weakness}") != good
    assert ask(prompt, f"weak-{weakness}-0") == good


@pytest.mark.parametrize(
    ("words", "returns", "tests"),
    [
        ("add a function f(x) to a.py that returns x * 2", "x * 2", ()),
        (
            "Please write a function f(a, b) in src/a.py, which returns a + b with tests.",
            "a + b",
            ("f(2, 3) == (2 + 3)",),
        ),
        (
            "add a function `f(x)` to `a.py` that returns `len(x)`, with tests: f('ab') == 2",
            "len(x)",
            ("f('ab') == 2",),
        ),
        ("add a function f() to a.py that returns 'x' and tests", "'x'", ("f() == ('x')",)),
    ],
)
def test_a_function_is_understood_with_what_it_returns_and_its_tests(words: str, returns: str, tests: tuple[str, ...]):
    found = function_wanted(words)
    assert found is not None
    assert found.returns == returns
    assert found.tested == bool(tests)
    assert all(f"assert {one}\n" in found.tests for one in tests)
    compile(found.code + found.tests, "x", "exec")


@pytest.mark.parametrize(
    "words",
    [
        "add a function f(x) to a.py that returns the best answer",
        "add a function f(x=1; y) to a.py that returns x",
        "the function f(x) in a.py returns x",
        "",
    ],
)
def test_what_cannot_be_written_as_code_is_no_function(words: str):
    assert function_wanted(words) is None


def test_a_function_that_has_no_place_in_a_file_makes_no_order():
    wanted = function_wanted("add a function f(x) to a.py that returns x")
    assert wanted is not None
    assert orders_for(wanted, {"a.py": "    x\n"})[0] == ""
    assert orders_for(wanted, {"a.py": "import os\n"})[0].startswith("Replace `import os` with `import os\n\n\ndef f")

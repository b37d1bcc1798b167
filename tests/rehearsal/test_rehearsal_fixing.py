"""Fixing a failing test: the model looks, runs, reads, changes one thing, runs again, and says what it did."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openai
import pytest

from tests.support.rehearsed import Bench, converse

FIX = "Fix the failing test in this project."
HEAD = "import unittest\nfrom calc import *\n\n\nclass Calc(unittest.TestCase):\n    def test_it(self):\n"
BROKEN = "def add(a, b):\n    return a - b\n"
ADD_TEST = "self.assertEqual(add(2, 3), 5)"


def project(code: str, *checks: str) -> dict[str, str]:
    return {"calc.py": code, "test_calc.py": HEAD + "".join(f"        {check}\n" for check in checks)}


def edits(bench: Bench) -> list[dict[str, Any]]:
    return [arguments for name, arguments in bench.used if name == "edit_file"]


BUGS = {
    "wrong operator": (BROKEN, [ADD_TEST], "return a + b"),
    "bound of a comparison": (
        "def is_adult(age):\n    return age > 18\n",
        ["self.assertTrue(is_adult(18))", "self.assertFalse(is_adult(17))"],
        "age >= 18",
    ),
    "and for or": (
        "def out(x):\n    return x < 0 and x > 9\n",
        ["self.assertTrue(out(10))", "self.assertFalse(out(5))"],
        "x < 0 or x > 9",
    ),
    "off by one in a range": (
        "def total(n):\n    s = 0\n    for i in range(1, n):\n        s += i\n    return s\n",
        ["self.assertEqual(total(4), 10)", "self.assertEqual(total(1), 1)"],
        "range(1, n + 1)",
    ),
    "wrong number": (
        "def minutes(hours):\n    return hours * 50\n",
        ["self.assertEqual(minutes(2), 120)"],
        "hours * 60",
    ),
    "wrong text": (
        'def greet(name):\n    return "Helo, " + name\n',
        ['self.assertEqual(greet("Bo"), "Hello, Bo")'],
        '"Hello, " + name',
    ),
    "swapped operands": ("def less(a, b):\n    return b - a\n", ["self.assertEqual(less(5, 3), 2)"], "a - b"),
    "swapped arguments": (
        "def power(base, exponent):\n    return base ** exponent\n\n\ndef cube(x):\n    return power(3, x)\n",
        ["self.assertEqual(cube(2), 8)"],
        "power(x, 3)",
    ),
    "missing return": ("def double(x):\n    x * 2\n", ["self.assertEqual(double(4), 8)"], "return x * 2"),
    "missing return of a name": (
        "def double(x):\n    result = x * 2\n",
        ["self.assertEqual(double(4), 8)"],
        "return result",
    ),
    "misspelt name": (
        "def area(width, height):\n    return widht * height\n",
        ["self.assertEqual(area(2, 3), 6)"],
        "width * height",
    ),
    "misspelt method": (
        "def loud(text):\n    return text.uper()\n",
        ['self.assertEqual(loud("a"), "A")'],
        "text.upper()",
    ),
    "missing import": ("def root(x):\n    return math.sqrt(x)\n", ["self.assertEqual(root(9), 3)"], "import math"),
    "wrong index": (
        "def last(items):\n    return items[1]\n",
        ["self.assertEqual(last([1, 2, 3]), 3)", "self.assertEqual(last([4]), 4)"],
        "items[-1]",
    ),
    "min for max": ("def top(items):\n    return min(items)\n", ["self.assertEqual(top([1, 2, 3]), 3)"], "max(items)"),
    "in a class": (
        "class Cart:\n    sum = 0\n\n    def put(self, price):\n        self.sum -= price\n",
        ["cart = Cart()", "cart.put(3)", "self.assertEqual(cart.sum, 3)"],
        "self.sum += price",
    ),
}


@pytest.mark.parametrize("bug", BUGS)
def test_a_small_mistake_is_found_and_mended(client: openai.OpenAI, tmp_path: Path, bug: str) -> None:
    code, checks, mended = BUGS[bug]
    bench = Bench(tmp_path, project(code, *checks))
    before = bench.texts()
    answer = converse(client, bench, FIX)
    assert mended in bench.texts()["calc.py"]
    assert bench.texts()["test_calc.py"] == before["test_calc.py"]
    assert bench.names_used()[0] == "list_directory"
    assert bench.names_used()[-1] == "run_tests"
    assert "The tests pass now." in answer
    assert "```diff" in answer
    assert "scripted" in answer


def test_what_can_be_worked_out_by_reading_needs_one_change(client: openai.OpenAI, tmp_path: Path) -> None:
    bench = Bench(tmp_path, project(BROKEN, ADD_TEST))
    answer = converse(client, bench, FIX)
    assert bench.names_used() == ["list_directory", "run_tests", "read_file", "read_file", "edit_file", "run_tests"]
    assert "- `AssertionError: -1 != 5`" in answer
    assert "-    return a - b\n+    return a + b" in answer


def test_several_failing_tests_are_mended_one_after_the_other(client: openai.OpenAI, tmp_path: Path) -> None:
    files = project(BROKEN + '\n\ndef greet(name):\n    return "Helo " + name\n', ADD_TEST)
    files["test_calc.py"] += '\n    def test_greet(self):\n        self.assertEqual(greet("Bo"), "Hello Bo")\n'
    bench = Bench(tmp_path, files)
    assert "The tests pass now." in converse(client, bench, "make the tests pass")
    assert len(edits(bench)) == 2


def test_code_in_a_package_is_found_through_the_imports(client: openai.OpenAI, tmp_path: Path) -> None:
    files = {
        "pear/__init__.py": "from pear.sums import add\n",
        "pear/sums.py": BROKEN,
        "tests/test_pear.py": "import unittest\nfrom pear import add\n\n\nclass Add(unittest.TestCase):\n"
        f"    def test_add(self):\n        {ADD_TEST}\n",
    }
    bench = Bench(tmp_path, files, runner="run_shell")
    assert "The tests pass now." in converse(client, bench, FIX)
    assert ("run_shell", {"command": "python3 -m unittest discover -s tests"}) in bench.used
    assert "a + b" in bench.texts()["pear/sums.py"]


def test_tests_that_pass_are_left_alone(client: openai.OpenAI, tmp_path: Path) -> None:
    bench = Bench(tmp_path, project(BROKEN.replace("-", "+"), ADD_TEST))
    assert "nothing to fix" in converse(client, bench, FIX)
    assert not edits(bench)


def test_what_is_too_hard_is_tried_put_back_and_admitted(client: openai.OpenAI, tmp_path: Path) -> None:
    code = "import zlib\n\n\ndef add(a, b):\n    return zlib.crc32(b'x') + a * b - 7\n"
    bench = Bench(tmp_path, project(code, ADD_TEST))
    before = bench.texts()
    answer = converse(client, bench, FIX)
    assert "I could not fix it." in answer
    assert "I tried 5 changes" in answer
    assert "All is as it was." in answer
    assert bench.texts() == before
    assert bench.names_used().count("run_tests") == 6


def test_what_reading_knows_to_be_wrong_is_not_tried(client: openai.OpenAI, tmp_path: Path) -> None:
    files = project("def add(a, b):\n    return a * b\n", "self.assertEqual(add(2, 3), 1000)")
    bench = Bench(tmp_path, files)
    answer = converse(client, bench, FIX)
    assert "I could not fix it. I looked for a small change" in answer
    assert not edits(bench)


def refusing(reason: str, tool: str = "edit_file", times: int = 1) -> Any:
    left = [times]

    def refuse(name: str, _arguments: Mapping[str, Any]) -> str | None:
        if name != tool or not left[0]:
            return None
        left[0] -= 1
        return reason

    return refuse


def test_a_reason_that_names_an_operator_is_acted_on(client: openai.OpenAI, tmp_path: Path) -> None:
    files = project("def share(a, b):\n    return a * b\n", "self.assertEqual(share(4, 2), 2)")
    bench = Bench(tmp_path, files, refusing("they shrink: use subtraction"))
    answer = converse(client, bench, FIX)
    proposed = [edit["edits"][0]["new"].strip() for edit in edits(bench)]
    assert proposed == ["return a / b", "return a - b"]
    assert "The tests pass now." in answer


def test_a_file_that_is_not_to_be_touched_is_not(client: openai.OpenAI, tmp_path: Path) -> None:
    bench = Bench(tmp_path, project(BROKEN, ADD_TEST), refusing("don't touch calc.py"))
    answer = converse(client, bench, FIX)
    assert len(edits(bench)) == 1
    assert "`calc.py` is to be left alone" in answer
    assert bench.texts()["calc.py"] == BROKEN


def test_the_wish_itself_may_forbid(client: openai.OpenAI, tmp_path: Path) -> None:
    bench = Bench(tmp_path, project(BROKEN, ADD_TEST))
    answer = converse(client, bench, "Fix the failing test, but don't touch calc.py")
    assert not edits(bench)
    assert "`calc.py` is to be left alone" in answer


def test_an_explanation_that_is_asked_for_is_given_and_go_on_goes_on(client: openai.OpenAI, tmp_path: Path) -> None:
    bench = Bench(tmp_path, project(BROKEN, ADD_TEST), refusing("explain first"))
    answer = converse(client, bench, FIX)
    assert "You asked me to explain first." in answer
    assert "+    return a + b" in answer
    assert bench.texts()["calc.py"] == BROKEN
    bench = Bench(tmp_path, {}, refusing("explain first"))
    assert "The tests pass now." in converse(client, bench, FIX, "go on")


def test_a_refusal_that_says_nothing_useful_ends_the_work(client: openai.OpenAI, tmp_path: Path) -> None:
    bench = Bench(tmp_path, project(BROKEN, ADD_TEST), refusing("I do not like it", times=9))
    answer = converse(client, bench, FIX)
    assert "because: “I do not like it”" in answer
    assert "I changed nothing" in answer
    assert len(edits(bench)) == 1


def test_a_run_that_is_refused_is_not_asked_for_again(client: openai.OpenAI, tmp_path: Path) -> None:
    bench = Bench(tmp_path, project(BROKEN, ADD_TEST), refusing("not on my machine", "run_tests", 9))
    answer = converse(client, bench, FIX)
    assert bench.names_used() == ["list_directory", "run_tests"]
    assert "“not on my machine”" in answer


def test_without_running_it_mends_what_it_can_work_out(client: openai.OpenAI, tmp_path: Path) -> None:
    bench = Bench(tmp_path, project(BROKEN, ADD_TEST), refusing("just fix it, without running", "run_tests", 9))
    answer = converse(client, bench, FIX)
    assert "a + b" in bench.texts()["calc.py"]
    assert bench.names_used().count("run_tests") == 1
    assert "it is not tested" in answer


def test_another_command_that_is_named_is_run_instead(client: openai.OpenAI, tmp_path: Path) -> None:
    reason = "use `python3 -m unittest test_calc`"
    bench = Bench(tmp_path, project(BROKEN, ADD_TEST), refusing(reason, "run_shell"), runner="run_shell")
    assert "The tests pass now." in converse(client, bench, FIX)
    commands = [arguments["command"] for name, arguments in bench.used if name == "run_shell"]
    assert commands[1:] == ["python3 -m unittest test_calc"] * 2


def test_an_edit_the_person_changed_is_what_the_model_goes_on_from(client: openai.OpenAI, tmp_path: Path) -> None:
    class Editing(Bench):
        def run(self, name: str, arguments: dict[str, Any]) -> str:
            if name != "edit_file":
                return super().run(name, arguments)
            changed = {"path": "calc.py", "edits": [{"old": "a - b", "new": "sum((a, b))"}]}
            note = f"[The person changed the arguments. It ran with: {json.dumps(changed)}]\n"
            return note + super().run(name, changed)

    answer = converse(client, Editing(tmp_path, project(BROKEN, ADD_TEST)), FIX)
    assert "You changed an edit of mine" in answer
    assert "+    return sum((a, b))" in answer


def test_a_run_that_names_no_test_is_told_as_it_is(client: openai.OpenAI, tmp_path: Path) -> None:
    class Broken(Bench):
        def _tested(self, command: str) -> str:
            return "[exit code 127 after 0.0 s]\n[confinement: none]\ntester: command not found"

    bench = Broken(tmp_path, project(BROKEN, ADD_TEST))
    answer = converse(client, bench, FIX)
    assert "tester: command not found" in answer
    assert not edits(bench)


def test_without_tools_it_says_what_it_needs(client: openai.OpenAI) -> None:
    reply = client.chat.completions.create(model="demo", messages=[{"role": "user", "content": FIX}])
    assert "I need tools that list folders, read files and edit them" in (reply.choices[0].message.content or "")


def test_javascript_is_mended_by_trying(client: openai.OpenAI, tmp_path: Path) -> None:
    class Node(Bench):
        def _tested(self, command: str) -> str:
            good = "a + b" in (self.project / "sum.mjs").read_text()
            told = "ok 1 - adds\n# fail 0" if good else "not ok 1 - adds\n  expected: 5\n  actual: -1\n# fail 1"
            return f"[exit code {0 if good else 1} after 0.1 s]\nTAP version 13\n{told}"

    files = {
        "sum.mjs": "// adds\nexport function add(a, b) {\n  return a - b;\n}\n",
        "sum.test.mjs": "import { add } from './sum.mjs';\ntest('adds', () => add(2, 3));\n",
    }
    bench = Node(tmp_path, files)
    assert "The tests pass now." in converse(client, bench, FIX)
    bench = Node(tmp_path, files, runner="run_shell")
    converse(client, bench, FIX)
    assert ("run_shell", {"command": "node --test"}) in bench.used

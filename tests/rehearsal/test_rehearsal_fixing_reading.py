"""Working code out by reading it: what is understood is right, what is not is said to be unknown, all of it bounded."""

from __future__ import annotations

import time

import pytest

from manual_slop.rehearsal.skills.fixing.bounds import Budget
from manual_slop.rehearsal.skills.fixing.candidate import Candidate, diff, hunk_between
from manual_slop.rehearsal.skills.fixing.constants import replacements
from manual_slop.rehearsal.skills.fixing.modules import find_tests, parse_all
from manual_slop.rehearsal.skills.fixing.outcome import disagreements, read_outcome
from manual_slop.rehearsal.skills.fixing.search import failing_by_reading
from manual_slop.rehearsal.skills.fixing.statements import Interpreter


def verdict(check: str, code: str = "", *, heading: str = "from code_ import *\n", decorator: str = "") -> str:
    body = "\n".join(f"    {line}" for line in check.splitlines())
    modules = parse_all({"code_.py": code, "test_it.py": f"{heading}{decorator}def test_it():\n{body}\n"})
    [test] = find_tests(modules["test_it.py"])
    return Interpreter(modules, Budget()).verdict(test, modules["test_it.py"])


@pytest.mark.parametrize(
    "check",
    [
        "assert 7 // 2 == 3 and 7 % 2 == 1 and 2 ** 5 == 32 and -3 < 0 <= 0",
        "assert [x * 2 for x in range(4) if x % 2] == [2, 6]",
        "assert {word: len(word) for word in 'a bb'.split()} == {'a': 1, 'bb': 2}",
        "assert ' Ab '.strip().lower().replace('b', 'c') == 'ac'",
        "n = 0\nfor at, x in enumerate([1, 2, 3]):\n    if x == 2:\n        continue\n    n += x * at\nassert n == 6",
        "n = 10\nwhile True:\n    n -= 3\n    if n < 0:\n        break\nassert n == -2",
        "items = [3, 1]\nitems.append(2)\nitems.sort()\nassert items[-1] == 3 and items[:2] == [1, 2]",
        "a, (b, c) = 1, (2, 3)\nassert f'{a}-{b:02d}-{c}' == '1-02-3'",
        "assert sum(x for x in (1, 2)) == 3 and max([1, 5]) == 5 and sorted({2, 1}) == [1, 2]",
        "d = {}\nd['a'] = d.get('a', 0) + 1\nassert d == {'a': 1} and 'b' not in d",
        "assert (1 if not [] else 2) == 1",
    ],
)
def test_ordinary_python_is_worked_out(check: str) -> None:
    exec(check, {})  # the real thing agrees
    assert verdict(check) == "passes"
    assert verdict(check.replace("assert ", "assert not (") + ")") == "fails"


def test_functions_call_each_other_with_defaults_and_names() -> None:
    code = (
        "LIMIT = 3\n\n\ndef fact(n):\n    return 1 if n < 2 else n * fact(n - 1)\n\n\n"
        "def both(a, b=LIMIT, *, c=1):\n    if a < 0:\n        raise ValueError('no')\n    return fact(a) + b + c\n"
    )
    assert verdict("assert both(3) == 10 and both(3, b=0, c=0) == 6", code) == "passes"
    assert verdict("both()", code) == "fails"
    assert verdict("with pytest.raises(ValueError):\n    both(-1)", code) == "passes"
    assert verdict("with pytest.raises(KeyError):\n    both(-1)", code) == "fails"
    assert verdict("with pytest.raises(ValueError):\n    both(1)", code) == "fails"
    assert verdict("assert code_.fact(4) == 24", code, heading="import code_\n") == "passes"


def test_parameters_of_a_test_are_each_tried() -> None:
    code = "def double(x):\n    return x * 2\n"
    heading = "import pytest\nfrom code_ import double\n"
    modules = {"code_.py": code}
    for rows, expected in (("[(1, 2), (2, 4)]", ()), ("[(1, 2), (2, 5)]", ("test_it",))):
        test = f'@pytest.mark.parametrize("x, want", {rows})\ndef test_it(x, want):\n    assert double(x) == want\n'
        assert failing_by_reading({**modules, "test_it.py": heading + test}).failing == expected


@pytest.mark.parametrize(
    "check",
    [
        "assert open('/etc/passwd').read()",
        "assert __import__('os').getcwd()",
        "import os\nassert os.getcwd()",
        "assert (lambda x: x)(1) == 1",
        "assert eval('1') == 1",
        "assert ().__class__.__bases__",
        "assert '{0.__class__}'.format(1)",
        "assert '%s' % 1 == '1'",
        "global x\nx = 1",
        "assert sorted([1], key=len)",
        "class A: pass",
        "yield 1",
    ],
)
def test_what_is_not_plain_is_unknown_and_never_run(check: str) -> None:
    assert verdict(check) == "unknown"


@pytest.mark.parametrize(
    "check",
    [
        "while True:\n    pass",
        "assert 9 ** 9 ** 9",
        "assert 'a' * 10 ** 9",
        "assert 1 << 10 ** 9",
        "x = [1]\nfor _ in range(100):\n    x = [x, x]\nassert x == x",
        "x = [1]\nx.append(x)\nassert str(x)",
        "x = 'ab'\nfor _ in range(60):\n    x = x + x",
        "x = 'a' * 5000\nx = x.replace('a', x)",
        "x = 3\nfor _ in range(99):\n    x = x * x",
        "assert sum(range(10 ** 12))",
        "assert list(range(10 ** 9))",
        "assert f'{1:999999999}'",
        "assert " + "(" * 80 + "1" + ")" * 80 + " in range(10 ** 15) and " + "not " * 900 + "1",
        "assert [a for a in range(4000) for b in range(4000) for c in range(4000)]",
        "def f(): return f()\nf()",
    ],
)
def test_what_would_take_long_or_much_is_given_up(check: str) -> None:
    started = time.process_time()
    assert verdict(check) in ("unknown", "fails")
    assert time.process_time() - started < 2


def test_endless_recursion_is_given_up() -> None:
    assert verdict("assert f(1)", "def f(x):\n    return f(x)\n") == "unknown"


def test_hunks_stand_just_once_and_lead_to_the_text() -> None:
    before = "def a():\n    return 1\n\n\ndef b():\n    return 1\n"
    for after in (before.replace("1", "2", 1), before + "\n    return 3", "import x\n\n\n" + before, before[:-9]):
        hunk = hunk_between("a.py", before, after)
        assert before.count(hunk.old) == 1
        assert before.replace(hunk.old, hunk.new) == after
    assert diff({"a": "1\n2\n"}, {"a": "1\n3\n"}).endswith("-2\n+3")
    assert Candidate("a", 0, 1, "x", "", 0).applied("abc") == "xbc"


def test_constants_are_worked_out_from_what_differs() -> None:
    assert (60, True) in replacements(50, [(100, 120)])
    assert (25, True) in replacements(5, [(-1, 19)])
    assert ("Hello, ", True) in replacements("Helo, ", [("Helo, Bo", "Hello, Bo")])
    assert replacements(True, []) == [(False, False)]
    assert replacements("x", [("a", "b")]) == []


PYTEST = "F.\n___ test_a ___\n>       assert f(1) == 2\nE       assert 3 == 2\ntests/test_x.py:5: AssertionError\n"
PYTEST += "FAILED tests/test_x.py::TestX::test_a - assert 3 == 2\n1 failed, 1 passed in 0.02s"
UNITTEST = (
    'FAIL: test_a (test_x.T.test_a)\n  File "/p/tests/test_x.py", line 5\nAssertionError: 3 != 2\n\nFAILED (failures=1)'
)
NODE = "not ok 1 - test_a\n  location: '/p/tests/x.test.js:3:1'\n  error: |-\n    3 !== 2\n# fail 1"
SPEC = "✖ test_a (1.2ms)\nℹ fail 1\n✖ failing tests:\n\ntest at tests/x.test.js:3:1\n  3 !== 2\n"


@pytest.mark.parametrize("output", [PYTEST, UNITTEST, NODE, SPEC], ids=["pytest", "unittest", "tap", "spec"])
def test_what_a_runner_prints_is_read(output: str) -> None:
    outcome = read_outcome(output)
    assert not outcome.passed
    assert outcome.failing == ("test_a",)
    assert any(file.endswith(("tests/test_x.py", "tests/x.test.js")) for file in outcome.files)
    assert disagreements(outcome.words)[0] == (3, 2)


@pytest.mark.parametrize(
    ("output", "passed"),
    [
        ("2 passed in 0.1s", True),
        ("Ran 2 tests in 0.0s\n\nOK", True),
        ("# fail 0", True),
        ("[exit code 0 after 1.0 s]\nall is fine", True),
        ("[exit code 1 after 1.0 s]\n2 passed", False),
        ("1 passed, 1 error in 0.1s", False),
        ("[exit code 0 after 1.0 s]\nRan 0 tests in 0.0s\n\nOK", False),
        ("[killed by signal 9 after 1.0 s]", False),
        ("", False),
    ],
)
def test_passing_is_told_from_not_passing(output: str, passed: bool) -> None:
    assert read_outcome(output).passed is passed


def test_long_output_is_read_quickly() -> None:
    started = time.process_time()
    for piece in ("\n", " ", "=", "a/", "E  assert ", "x !== ", "✖ ", "not ok 1 - ", "(", "FAILED a.py"):
        read_outcome(piece * (64_000 // len(piece)))
    assert time.process_time() - started < 5

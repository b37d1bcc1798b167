"""The changes that might make the failing tests pass, those that are known to do so by reading first."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from manual_slop.rehearsal.skills.directives import Directives
from manual_slop.rehearsal.skills.fixing.bounds import Budget
from manual_slop.rehearsal.skills.fixing.candidate import Candidate
from manual_slop.rehearsal.skills.fixing.modules import Module, find_tests, is_test_file, parse, parse_all
from manual_slop.rehearsal.skills.fixing.outcome import Outcome, disagreements
from manual_slop.rehearsal.skills.fixing.python_edits import PythonEdits
from manual_slop.rehearsal.skills.fixing.statements import Interpreter, Verdict
from manual_slop.rehearsal.skills.fixing.text_edits import text_edits

_MOST_CANDIDATES = 300
_ORDER: Mapping[Verdict, int] = {"passes": 0, "unknown": 1, "fails": 2}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change, and what reading says of it: `passes`, `fails`, or `unknown` until the tests have run."""

    candidate: Candidate
    verdict: Verdict


def propose(
    texts: Mapping[str, str], outcome: Outcome, directives: Directives, tried: Collection[tuple[str, str]]
) -> Proposal | None:
    """The best change that was not tried yet and is allowed; `None` when there is none left."""
    modules = parse_all(texts)
    allowed = [
        candidate
        for candidate in _candidates(texts, modules, outcome)
        if not directives.forbids(candidate.path, candidate.function)
        and (candidate.path, candidate.applied(texts[candidate.path])) not in tried
        and _is_preferred(candidate, texts[candidate.path], directives)
    ][:_MOST_CANDIDATES]
    budget = Budget()
    judged = [Proposal(candidate, _judge(candidate, modules, outcome, budget)) for candidate in allowed]
    # What a person asked for in so many words is tried, whatever reading says of it.
    hopeful = [each for each in judged if each.verdict != "fails" or directives.prefer]
    return min(hopeful, key=lambda each: _ORDER[each.verdict], default=None)


def failing_by_reading(texts: Mapping[str, str]) -> Outcome:
    """The tests that fail as far as reading can tell, for when they may not be run."""
    modules = parse_all(texts)
    interpreter = Interpreter(modules, Budget())
    judged = [(test.name, interpreter.verdict(test, home)) for home, test in _tests(modules)]
    failing = tuple(name for name, verdict in judged if verdict == "fails")
    return Outcome(bool(judged) and all(verdict == "passes" for _, verdict in judged), True, failing)


def _candidates(texts: Mapping[str, str], modules: Mapping[str, Module], outcome: Outcome) -> Iterator[Candidate]:
    pairs = disagreements(outcome.words)
    functions = [*_functions(modules, outcome)]
    found = [each for home, node in functions for each in PythonEdits(home, node, outcome.words, pairs).all()]
    yield from sorted(found, key=lambda candidate: candidate.rank)
    tests = "\n".join(text for path, text in texts.items() if is_test_file(path))
    for path, text in texts.items():
        if path not in modules and not is_test_file(path) and path.endswith(("js", "ts", "jsx", "tsx")):
            yield from text_edits(path, text, tests, outcome.words, pairs)


def _functions(modules: Mapping[str, Module], outcome: Outcome) -> Iterator[tuple[Module, ast.FunctionDef]]:
    """The functions that the failing tests speak of, and those which these speak of in turn, tests excepted."""
    spoken = {name for _, test in _failing(modules, outcome) for name in _names(test)}
    everything = [
        (module, node)
        for path, module in modules.items()
        if not is_test_file(path)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef)
    ]
    reached: list[tuple[Module, ast.FunctionDef]] = []
    while found := [pair for pair in everything if pair not in reached and _is_spoken(pair[1], pair[0], spoken)]:
        reached += found
        spoken |= {name for _, node in found for name in _names(node)}
    return iter(reached)


def _is_spoken(node: ast.FunctionDef, home: Module, spoken: set[str]) -> bool:
    """A function that is named, or one that Python calls for a class that is."""
    owners = {each.name for each in home.tree.body if isinstance(each, ast.ClassDef) and node in each.body}
    return node.name in spoken or (node.name.startswith("__") and bool(owners & spoken))


def _names(node: ast.AST) -> set[str]:
    plain = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    return plain | {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}


def _tests(modules: Mapping[str, Module]) -> list[tuple[Module, ast.FunctionDef]]:
    return [(home, test) for path, home in modules.items() if is_test_file(path) for test in find_tests(home)]


def _failing(modules: Mapping[str, Module], outcome: Outcome) -> Sequence[tuple[Module, ast.FunctionDef]]:
    """The failing tests; all of them where the names tell nothing."""
    names = {name.split("[")[0] for name in outcome.failing}
    tests = _tests(modules)
    return [pair for pair in tests if pair[1].name in names or pair[1].name in " ".join(names).split("::")] or tests


def _judge(candidate: Candidate, modules: Mapping[str, Module], outcome: Outcome, budget: Budget) -> Verdict:
    """Whether the first failing test passes with a change, and none fails that passed before."""
    if candidate.path not in modules:
        return "unknown"
    after = parse(candidate.path, candidate.applied(modules[candidate.path].text))
    if after is None:
        return "fails"
    interpreter = Interpreter({**modules, candidate.path: after}, budget)
    failing = _failing(modules, outcome)
    target = [interpreter.verdict(test, home) for home, test in failing]
    kept = [interpreter.verdict(test, home) for home, test in _tests(modules) if (home, test) not in failing]
    if "fails" in kept or (target and all(verdict == "fails" for verdict in target)):
        return "fails"
    return "passes" if "passes" in target else "unknown"


def _is_preferred(candidate: Candidate, text: str, directives: Directives) -> bool:
    if not directives.prefer:
        return True
    line = candidate.applied(text)[candidate.start :].split("\n", 1)[0]
    start = text.rfind("\n", 0, candidate.start) + 1
    whole = text[start : candidate.start] + line
    return any(candidate.new == wanted or (len(wanted) > 2 and wanted in whole) for wanted in directives.prefer)

"""Small changes of Python functions, one token or so each: operators, bounds, constants, names, missing returns."""

from __future__ import annotations

import ast
import builtins
import difflib
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from manual_slop.rehearsal.skills.fixing.candidate import Candidate
from manual_slop.rehearsal.skills.fixing.constants import replacements
from manual_slop.rehearsal.skills.fixing.modules import Module

OPERATORS: Mapping[str, tuple[str, ...]] = {
    "+": ("-", "*"), "-": ("+",), "*": ("+", "/", "//", "-", "**"), "/": ("*", "//"), "//": ("/", "%", "*"),
    "%": ("//",), "**": ("*",), "<": ("<=", ">", ">="), "<=": ("<", ">=", ">"),
    ">": (">=", "<", "<="), ">=": (">", "<=", "<"),
    "==": ("!=",), "!=": ("==",), "and": ("or",), "or": ("and",), "in": ("not in",), "not in": ("in",),
    "is": ("is not",), "is not": ("is",), "&": ("|",), "|": ("&",), "+=": ("-=", "*="), "-=": ("+=",), "*=": ("+=",),
}  # fmt: skip
_SIGN = re.compile(r"not\s+in\b|is\s+not\b|\b(?:and|or|in|is)\b|[-+*/]=|\*\*|//|[<>=!]=|[-+*/%<>&|]")
_TWINS: Mapping[str, tuple[str, ...]] = {
    "min": ("max",), "max": ("min",), "any": ("all",), "all": ("any",), "upper": ("lower",), "lower": ("upper",),
    "title": ("capitalize", "upper"), "capitalize": ("title", "upper"), "lstrip": ("rstrip", "strip"),
    "rstrip": ("lstrip", "strip"), "startswith": ("endswith",), "endswith": ("startswith",), "append": ("extend",),
    "extend": ("append",), "keys": ("values",), "values": ("keys",), "find": ("rfind",), "rfind": ("find",),
    "removeprefix": ("removesuffix",), "removesuffix": ("removeprefix",), "floor": ("ceil",), "ceil": ("floor",),
}  # fmt: skip
_IMPORTS: Mapping[str, str] = {
    "sqrt": "math", "floor": "math", "ceil": "math", "pi": "math", "Path": "pathlib", "dataclass": "dataclasses",
    "defaultdict": "collections", "Counter": "collections", "deque": "collections", "Decimal": "decimal",
    "Fraction": "fractions", "datetime": "datetime", "timedelta": "datetime", "date": "datetime", "reduce": "functools",
    "lru_cache": "functools", "partial": "functools", "chain": "itertools", "product": "itertools",
    "permutations": "itertools", "combinations": "itertools", "Enum": "enum", "Any": "typing", "Optional": "typing",
}  # fmt: skip
_NEW_METHOD = re.compile(r"'(\w+)' object has no attribute '(\w+)'(?:\. Did you mean: '(\w+)')?")


class PythonEdits:
    """The small changes of one function. `words` are what the tests complained of, `pairs` what differed there."""

    def __init__(self, module: Module, function: ast.FunctionDef, words: Sequence[str], pairs: Sequence[Any]) -> None:
        self._module = module
        self._function = function
        self._words = words
        self._pairs = pairs
        self._starts = _line_starts(module.text)

    def all(self) -> list[Candidate]:
        """Each once, the likeliest first."""
        found: dict[tuple[int, int, str], Candidate] = {}
        for candidate in [*self._around(), *(each for node in self._nodes() for each in self._of(node))]:
            found.setdefault((candidate.start, candidate.end, candidate.new), candidate)
        return sorted(found.values(), key=lambda candidate: (candidate.rank, candidate.start))

    def _nodes(self) -> Iterator[ast.AST]:
        return (node for statement in self._function.body for node in ast.walk(statement))

    def _of(self, node: ast.AST) -> Iterator[Candidate]:
        match node:
            case ast.BinOp(left=left, right=right):
                yield from self._between(left, right)
                if isinstance(node.op, ast.Sub | ast.Div | ast.FloorDiv | ast.Mod):
                    yield from self._swap(left, right)
            case ast.Compare(left=left, comparators=[right]):
                yield from self._between(left, right)
            case ast.BoolOp(values=[left, right]):
                yield from self._between(left, right)
            case ast.AugAssign(target=left, value=right):
                yield from self._between(left, right)
            case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand) if not isinstance(operand, ast.Constant):
                yield self._put(node, self._text(operand), 40)
            case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test) if not isinstance(test, ast.Compare):
                yield self._put(test, f"not ({self._text(test)})", 60)
            case ast.Constant():
                yield from self._constant(node)
            case ast.Name(id=name, ctx=ast.Load()):
                yield from self._name(node, name)
            case ast.Attribute(attr=name):
                yield from self._attribute(node, name)
            case ast.Call():
                yield from self._call(node)

    def _between(self, left: ast.expr, right: ast.expr) -> Iterator[Candidate]:
        """Other operators between two operands."""
        start, end = self._span(left)[1], self._span(right)[0]
        sign = _SIGN.search(self._module.text, start, end)
        for at, other in enumerate(OPERATORS.get(" ".join(sign[0].split()), ()) if sign else ()):
            assert sign is not None
            yield self._at(sign.start(), sign.end(), other, 20 + at)

    def _swap(self, left: ast.expr, right: ast.expr) -> Iterator[Candidate]:
        start, end = self._span(left)[0], self._span(right)[1]
        between = self._module.text[self._span(left)[1] : self._span(right)[0]]
        if "(" not in between and ")" not in between:
            yield self._at(start, end, f"{self._text(right)}{between}{self._text(left)}", 30)

    def _constant(self, node: ast.Constant) -> Iterator[Candidate]:
        start, end = self._span(node)
        if self._module.text[start:end] not in ("", ast.unparse(node)) and not isinstance(node.value, str):
            return
        for at, (other, likely) in enumerate(replacements(node.value, self._pairs)):
            quoted = _requoted(self._text(node), other)
            if quoted is not None:
                # A number that fits one case proves little: operators and bounds go before it.
                first = 10 if isinstance(node.value, str) else 33
                yield self._at(start, end, quoted, (first if likely else 35) + at)

    def _name(self, node: ast.Name, name: str) -> Iterator[Candidate]:
        if name in _TWINS:
            yield from (self._put(node, other, 45) for other in _TWINS[name])
        if name in self._known():
            return
        if name in sys.stdlib_module_names:
            yield self._import(f"import {name}")
        if name in _IMPORTS:
            yield self._import(f"from {_IMPORTS[name]} import {name}")
        likely = [other for other in self._known() if not other.startswith("_") and not hasattr(builtins, other)]
        near = difflib.get_close_matches(name, [*likely, *dir(builtins)], n=4, cutoff=0.6)
        yield from (self._put(node, other, at) for at, other in enumerate(near))

    def _known(self) -> frozenset[str]:
        return self._module.bound | self._module.imports.keys() | self._module.functions.keys() | set(dir(builtins))

    def _import(self, line: str) -> Candidate:
        """An import at the top: before the first statement that is neither a docstring nor from `__future__`."""
        body = self._module.tree.body
        first = next((node for node in body if not _stands_on_top(node)), body[-1])
        start = self._starts[first.lineno - 1]
        gap = "\n" if isinstance(first, ast.Import | ast.ImportFrom) else "\n\n\n"
        return Candidate(self._module.path, start, start, line + gap, f"add `{line}`", 0, self._function.name)

    def _attribute(self, node: ast.Attribute, name: str) -> Iterator[Candidate]:
        end = self._span(node)[1]
        for at, other in enumerate([*self._missing_attribute(name), *_TWINS.get(name, ())]):
            yield self._at(end - len(name), end, other, at if name not in _TWINS else 45)

    def _missing_attribute(self, name: str) -> list[str]:
        """What an attribute that is not there should probably be called."""
        complaints = [match for words in self._words for match in _NEW_METHOD.finditer(words) if match[2] == name]
        meant = [match[3] for match in complaints if match[3]]
        types = [getattr(builtins, match[1], object) for match in complaints]
        own = self._module.bound if complaints else frozenset[str]()
        near = difflib.get_close_matches(name, [*own, *(other for kind in types for other in dir(kind))], n=3)
        return list(dict.fromkeys(other for other in [*meant, *near] if other != name))

    def _call(self, node: ast.Call) -> Iterator[Candidate]:
        if isinstance(node.func, ast.Name) and node.func.id == "range" and node.args:
            last = node.args[1 if len(node.args) > 1 else 0]
            if not isinstance(last, ast.Constant):
                yield self._put(last, f"{self._text(last)} + 1", 25)
                yield self._put(last, f"{self._text(last)} - 1", 26)
        if len(node.args) == 2 and not any(isinstance(given, ast.Starred) for given in node.args):
            first, second = node.args
            between = self._module.text[self._span(first)[1] : self._span(second)[0]]
            swapped = f"{self._text(second)}{between}{self._text(first)}"
            yield self._at(self._span(first)[0], self._span(second)[1], swapped, 32)

    def _around(self) -> Iterator[Candidate]:
        """A return that is missing at the end of the function."""
        if any(isinstance(node, ast.Return) and node.value for node in self._nodes()):
            return
        last = self._function.body[-1]
        start, end = self._span(last)
        if isinstance(last, ast.Expr) and not isinstance(last.value, ast.Constant):
            yield Candidate(self._module.path, start, start, "return ", "return the value", 5, self._function.name)
        indent = " " * last.col_offset
        for name in _given_names(self._function):
            line = f"\n{indent}return {name}"
            yield Candidate(self._module.path, end, end, line, f"add `return {name}`", 6, self._function.name)

    def _put(self, node: ast.AST, new: str, rank: int) -> Candidate:
        start, end = self._span(node)
        return self._at(start, end, new, rank)

    def _at(self, start: int, end: int, new: str, rank: int) -> Candidate:
        what = f"`{self._module.text[start:end]}` becomes `{new}`"
        return Candidate(self._module.path, start, end, new, what, rank, self._function.name)

    def _text(self, node: ast.AST) -> str:
        start, end = self._span(node)
        return self._module.text[start:end]

    def _span(self, node: Any) -> tuple[int, int]:
        return self._offset(node.lineno, node.col_offset), self._offset(node.end_lineno, node.end_col_offset)

    def _offset(self, line: int, column: int) -> int:
        """A place in characters; the parser counts columns in bytes of UTF-8."""
        start = self._starts[line - 1]
        raw = self._module.text[start : start + column].encode()[:column]
        return start + len(raw.decode("utf-8", "ignore"))


def _line_starts(text: str) -> list[int]:
    # As the parser counts lines: other characters that end lines elsewhere do not end them in Python.
    return [0, *(match.end() for match in re.finditer(r"\r\n|\r|\n", text))]


def _requoted(written: str, other: Any) -> str | None:
    """Another value written as the old one was; `None` where its quotes do not allow it."""
    if not isinstance(other, str):
        return repr(other)
    quote = written[:1]
    plain = quote in "\"'" and len(written) > 1 and not written.startswith(quote * 3) and other.isprintable()
    return f"{quote}{other}{quote}" if plain and quote not in other and "\\" not in other + written else None


def _stands_on_top(node: ast.stmt) -> bool:
    is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return is_docstring or (isinstance(node, ast.ImportFrom) and node.module == "__future__")


def _given_names(function: ast.FunctionDef) -> list[str]:
    """The names a function gives values to, the first one first."""
    targets = [node for each in function.body for node in ast.walk(each) if isinstance(node, ast.Name)]
    stored = [node for node in targets if isinstance(node.ctx, ast.Store)]
    return list(dict.fromkeys(node.id for node in sorted(stored, key=lambda node: (node.lineno, node.col_offset))))

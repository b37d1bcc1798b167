"""Understands "add a function f(x) to a.py that returns x * 2, with tests" and says how it is written."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

_WANTED = re.compile(
    r"\b(?:add|write|create|implement)\b (?:a |the )?(?:new )?function [`\"“']?(?P<name>[A-Za-z_]\w*)"
    r"\((?P<arguments>[^)\n]*)\)[`\"”']?(?: (?:to|in|into) (?:the file )?[`\"“']?(?P<path>[\w./-]+\.py)[`\"”']?)?"
    r"(?:,? (?:that|which|to)?\s*returns? (?P<returns>.+)|(?P<rest>.*))",
    re.IGNORECASE | re.DOTALL,
)
_MEANT: Mapping[str, str] = {
    "total": " + ", "sum": " + ", "add": " + ", "plus": " + ", "difference": " - ", "subtract": " - ",
    "product": " * ", "multiply": " * ", "quotient": " / ", "divide": " / ", "ratio": " / ",
}  # fmt: skip
_TESTED = re.compile(
    r",?\s+(?:along |together )?(?:with|and)(?: its| some)? tests?\b\.?:?(?P<examples>.*)$", re.I | re.DOTALL
)
_DEFINITION = re.compile(r"(?:def|class) ")


@dataclass(frozen=True, slots=True)
class FunctionWanted:
    """A function as it was asked for: what it returns is an expression in Python. `examples` are to be true."""

    name: str
    arguments: tuple[str, ...]
    path: str
    returns: str
    tested: bool
    examples: tuple[str, ...]

    @property
    def test_path(self) -> str:
        """Where its tests go."""
        return f"tests/test_{self.name}.py"

    @property
    def code(self) -> str:
        """Its definition."""
        return f"def {self.name}({', '.join(self.arguments)}):\n    return {self.returns}\n"

    @property
    def tests(self) -> str:
        """A file of tests for it."""
        module = ".".join(PurePosixPath(self.path.removeprefix("src/")).with_suffix("").parts)
        claims = self.examples or (f"{self.name}({', '.join(map(str, self._numbers))}) == {self._worked_out}",)
        body = "\n".join(f"    assert {claim}" for claim in claims)
        return f"from {module} import {self.name}\n\n\ndef test_{self.name}():\n{body}\n"

    @property
    def _numbers(self) -> tuple[int, ...]:
        return tuple(range(2, 2 + len(self.arguments)))

    @property
    def _worked_out(self) -> str:
        """What it returns, with numbers in place of its arguments."""
        values = dict(zip(self.arguments, self._numbers, strict=True))
        return "(" + re.sub(r"\b[A-Za-z_]\w*\b", lambda name: str(values.get(name[0], name[0])), self.returns) + ")"


def function_wanted(clause: str, sources: Sequence[str] = ()) -> FunctionWanted | None:
    """The function a clause asks for; `None` where it asks for none, or in no words that can be written as code.

    One that is to go nowhere in particular gets a file of its own beside the first of `sources`; what it returns is
    told by its name where that is a usual one (`total`).
    """
    match = _WANTED.search(clause)
    if match is None:
        return None
    rest = match["returns"] or match["rest"]
    tested = _TESTED.search(rest)
    told_to = rest[: tested.start()] if tested else rest
    arguments = tuple(one.strip() for one in match["arguments"].split(",") if one.strip())
    meant = _MEANT.get(match["name"].lower(), "").join(arguments) if match["name"].lower() in _MEANT else ""
    returns = told_to.strip().rstrip(".").strip("`") if match["returns"] else meant
    path = match["path"] or str(PurePosixPath(next(iter(sources), "")).parent / f"{match['name'].lower()}.py")
    if not _is_expression(returns) or not all(one.isidentifier() for one in arguments):
        return None
    told = re.split(r"[;\n]|, (?=\w+\()", tested["examples"]) if tested else []
    examples = tuple(one.strip(" `.") for one in told if "==" in one and _is_expression(one.strip(" `.")))
    return FunctionWanted(match["name"], arguments, path, returns, tested is not None, examples)


def orders_for(wanted: FunctionWanted, skeletons: Mapping[str, str]) -> tuple[str, str]:
    """The orders that make it and its tests, in words that a worker carries out; none for tests nobody asked for."""
    there = skeletons.get(wanted.path, "")
    made = _beside(there, wanted) if there.strip() else _created(wanted.path, wanted.code)
    return made, _created(wanted.test_path, wanted.tests) if wanted.tested else ""


def _created(path: str, content: str) -> str:
    return f"Create the file {path} with the content:\n```python\n{content}```"


def _beside(there: str, wanted: FunctionWanted) -> str:
    """The order that puts it before a definition, else behind a line; none where no line stands there once."""
    lines = [line for line in there.splitlines() if line[:1].strip() and "`" not in line]
    once = [line for line in lines if there.count(line) == 1]
    definition = next((line for line in once if _DEFINITION.match(line)), "")
    line = definition or next(iter(once), "")
    new = f"{wanted.code}\n\n{line}" if definition else f"{line}\n\n\n{wanted.code.rstrip()}"
    return f"Replace `{line}` with `{new}` in {wanted.path}" if line else ""


def _is_expression(text: str) -> bool:
    try:
        ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return bool(text)

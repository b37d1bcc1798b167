"""The source read as syntax trees: which modules there are, and what each imports."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.shared import ROOT

PACKAGE = "manual_slop"
SOURCE = ROOT / "src" / PACKAGE


@dataclass(frozen=True)
class Module:
    """One file of the package. `name` is dotted and without the package's own; `""` is the package itself."""

    name: str
    text: str
    is_package: bool = False

    @functools.cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def wing(self) -> str:
        """The folder at the top that it lies in, or its own name where it is a front door."""
        return self.name.partition(".")[0]


@dataclass(frozen=True)
class Import:
    """Something imported: its full dotted name, the line, and whether that waits until a function runs."""

    target: str
    line: int
    late: bool = False


@functools.cache
def modules(root: Path = SOURCE) -> tuple[Module, ...]:
    """Every module of the package, by name."""
    return tuple(sorted((_module(path, root) for path in root.rglob("*.py")), key=lambda module: module.name))


def imports(module: Module) -> list[Import]:
    """All that `module` imports when it runs; what is only for the type checker is left out."""
    return list(_imports(module, module.tree, late=False))


def within(name: str, place: str) -> bool:
    """Whether a dotted name is `place` or lies below it."""
    return name == place or name.startswith(f"{place}.")


def own_imports(module: Module, known: frozenset[str]) -> Iterator[tuple[str, int]]:
    """The modules of the package that `module` imports, by name. `known` are all there are."""
    for one in imports(module):
        if within(one.target, PACKAGE):
            yield _longest_known(one.target.removeprefix(PACKAGE).removeprefix("."), known), one.line


def _longest_known(name: str, known: frozenset[str]) -> str:
    while name and name not in known:
        name = name.rpartition(".")[0]
    return name


def _module(path: Path, root: Path) -> Module:
    parts = path.relative_to(root).with_suffix("").parts
    is_package = parts[-1] == "__init__"
    return Module(".".join(parts[:-1] if is_package else parts), path.read_text("utf-8"), is_package)


def _imports(module: Module, node: ast.AST, *, late: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        if isinstance(child, ast.Import):
            yield from (Import(alias.name, child.lineno, late) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            base = _absolute(module, child)
            yield from (Import(f"{base}.{alias.name}", child.lineno, late) for alias in child.names)
        else:
            inside = late or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from _imports(module, child, late=inside)


def _absolute(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    here = [PACKAGE, *filter(None, module.name.split("."))]
    base = here[: len(here) - node.level + module.is_package]
    return ".".join([*base, *filter(None, [node.module])])

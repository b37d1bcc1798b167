"""Python files as the model knows them: what each defines and imports, and which file an import means."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

_LONGEST = 100_000
_TESTING = ("pytest", "unittest")


@dataclass(frozen=True, slots=True, eq=False)
class Module:
    """A parsed file. `imports` are (dotted module, name in it or "" for the module itself), by the name used here;
    `bound` are all names that are given a meaning anywhere in it.
    """

    path: str
    text: str
    tree: ast.Module
    functions: Mapping[str, ast.FunctionDef]
    constants: Mapping[str, ast.expr]
    imports: Mapping[str, tuple[str, str]]
    bound: frozenset[str]


@functools.lru_cache(maxsize=256)
def parse(path: str, text: str) -> Module | None:
    """The module, or `None` when it is no Python that can be read here. A text is parsed once."""
    if not path.endswith(".py") or len(text) > _LONGEST:
        return None
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    return Module(path, text, tree, functions, dict(_constants(tree)), dict(_imports(tree, path)), _bound(tree))


def parse_all(texts: Mapping[str, str]) -> dict[str, Module]:
    """Those of the files that are Python, by path."""
    parsed = ((path, parse(path, text)) for path, text in texts.items())
    return {path: module for path, module in parsed if module is not None}


def file_of(dotted: str, paths: Iterable[str]) -> str | None:
    """The file an import of `dotted` means: the one nearest the top of those that could be it."""
    tail = dotted.replace(".", "/")
    endings = (f"{tail}.py", f"{tail}/__init__.py")
    fitting = [path for path in paths if any(path == end or path.endswith(f"/{end}") for end in endings)]
    return min(fitting, key=lambda path: (path.count("/"), path), default=None)


def imported_files(module: Module, paths: Iterable[str]) -> list[str]:
    """The project's own files that a module imports, each once."""
    known = list(paths)
    wanted = [name for dotted, part in module.imports.values() for name in (f"{dotted}.{part}" if part else "", dotted)]
    found = (file_of(name, known) for name in wanted if name and not name.startswith(_TESTING))
    return [path for path in dict.fromkeys(found) if path is not None and path != module.path]


def find_tests(module: Module) -> Iterator[ast.FunctionDef]:
    """The test functions of a module, and the test methods of its classes."""
    for node in module.tree.body:
        inside = node.body if isinstance(node, ast.ClassDef) else [node]
        yield from (each for each in inside if isinstance(each, ast.FunctionDef) and each.name.startswith("test"))


def is_test_file(path: str) -> bool:
    """Whether a file holds tests, by its name."""
    name = path.rsplit("/", 1)[-1]
    stem, _, ending = name.rpartition(".")
    if ending == "py":
        return stem.startswith("test_") or stem.endswith("_test") or stem == "tests"
    return ending in ("js", "mjs", "cjs", "ts") and (
        stem.endswith((".test", ".spec", "-test")) or path.startswith(("test/", "tests/")) or "/test/" in path
    )


def _constants(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for node in tree.body:
        if isinstance(node, ast.Assign):
            yield from ((target.id, node.value) for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            yield node.target.id, node.value


def _imports(tree: ast.Module, path: str) -> Iterator[tuple[str, tuple[str, str]]]:
    folders = path.split("/")[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.asname or alias.name, (alias.name, "")
        elif isinstance(node, ast.ImportFrom):
            above = ".".join(folders[: len(folders) + 1 - node.level]) if node.level else ""
            dotted = ".".join(filter(None, (above, node.module)))
            yield from ((alias.asname or alias.name, (dotted, alias.name)) for alias in node.names)


def _bound(tree: ast.Module) -> frozenset[str]:
    nodes = list(ast.walk(tree))
    stored = {node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    defined = {node.name for node in nodes if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)}
    given = {node.arg for node in nodes if isinstance(node, ast.arg)}
    caught = {node.name for node in nodes if isinstance(node, ast.ExceptHandler) and node.name}
    return frozenset(stored | defined | given | caught)

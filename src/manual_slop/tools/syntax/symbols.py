"""What a source file defines: classes, functions and the like, each with its place, from the top down."""

from __future__ import annotations

import functools
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from manual_slop.tools.limits import Limits
from manual_slop.tools.syntax.languages import Language
from manual_slop.tools.syntax.parsing import Source, grammar

if TYPE_CHECKING:
    import tree_sitter

FUNCTIONS = frozenset({"function", "method", "constructor"})
_WITH_METHODS = frozenset({"class", "struct", "interface", "trait", "impl", "record", "enum", "union"})
_LONGEST_SIGNATURE = 160  # characters
_COMMENTS = ("#", "//", "/*", "--")
_INDENT, _DEEPEST_INDENT = "  ", 20
_PIECE = 256 * 1024  # bytes


@dataclass(frozen=True, slots=True, eq=False)
class Symbol:
    """A definition. Lines count from 1; `start`, `end`, `name_at` and `body` are offsets in the source's data."""

    kind: str
    name: str
    signature: str
    first_line: int
    last_line: int
    start: int
    end: int
    name_at: int
    body: tuple[int, int] | None
    parent: Symbol | None
    depth: int

    @property
    def path(self) -> str:
        """The name with those of what it lies in: `Shop.sell`."""
        names, outer = [self.name], self.parent
        while outer:
            names.append(outer.name)
            outer = outer.parent
        return ".".join(reversed(names))


@dataclass(frozen=True, slots=True, eq=False)
class _Definition:
    """What a pattern captured; `whole` is the node with its decorators and the like."""

    kind: str
    node: tree_sitter.Node
    whole: tree_sitter.Node
    name: tree_sitter.Node
    body: tree_sitter.Node | None


def symbols_of(source: Source, limits: Limits) -> list[Symbol]:
    """The definitions in a file, in the order in which they begin. Raises `Enough` when it takes too long."""
    symbols: list[Symbol] = []
    inside: Symbol | None = None
    definitions = _definitions(source, limits)
    for one in sorted(definitions, key=lambda found: (found.whole.start_byte, -found.whole.end_byte)):
        while inside and inside.end <= one.whole.start_byte:
            inside = inside.parent
        inside = _symbol(source, one, inside)
        symbols.append(inside)
    return symbols


def outline_line(symbol: Symbol) -> str:
    """The symbol as one line of an outline: its lines, then its signature, indented by its depth."""
    extent = f"{symbol.first_line}-{symbol.last_line}"
    return f"{extent}\t{_INDENT * min(symbol.depth, _DEEPEST_INDENT)}{symbol.signature}"


def innermost(symbols: Sequence[Symbol], offset: int) -> Symbol | None:
    """The symbol that the place `offset` lies in, of symbols in the order of `symbols_of`."""
    before = bisect_right(symbols, offset, key=lambda symbol: symbol.start)
    inside = symbols[before - 1] if before else None
    while inside and inside.end <= offset:
        inside = inside.parent
    return inside


def _symbol(source: Source, one: _Definition, inside: Symbol | None) -> Symbol:
    is_method = one.kind == "function" and inside is not None and inside.kind in _WITH_METHODS
    last = one.whole.end_point
    return Symbol(
        "method" if is_method else one.kind,
        source.text(one.name.start_byte, one.name.end_byte).strip("\"'"),
        _signature(source, one),
        one.whole.start_point.row + 1,
        # What ends with the line end, as a C macro does, does not reach into the next line.
        max(last.row + (last.column > 0), one.whole.start_point.row + 1),
        one.whole.start_byte,
        one.whole.end_byte,
        one.name.start_byte,
        (one.body.start_byte, one.body.end_byte) if one.body else None,
        inside,
        inside.depth + 1 if inside else 0,
    )


def _signature(source: Source, one: _Definition) -> str:
    """All that stands before the body, or up to the first line's end, on one line without comments."""
    start = one.node.start_byte
    before = source.text(one.whole.start_byte, start)
    if one.body:
        first, *others = source.text(start, min(one.body.start_byte, start + 4 * _LONGEST_SIGNATURE)).split("\n")
        head = [first, *(line for line in others if not line.lstrip().startswith(_COMMENTS))]
    else:
        head = source.text(start, min(one.node.end_byte, start + 4 * _LONGEST_SIGNATURE)).split("\n")[:1]
    words = " ".join(" ".join([before, *head]).split()).removesuffix("=>").rstrip(" {:,;=")
    return words if len(words) <= _LONGEST_SIGNATURE else f"{words[:_LONGEST_SIGNATURE]}…"


def _definitions(source: Source, limits: Limits) -> list[_Definition]:
    """One for each name; where several patterns found it, that of the first one with most parts."""
    wrappers: dict[tuple[int, int], tree_sitter.Node] = {}
    best: dict[int, tuple[tuple[int, bool], Mapping[str, tree_sitter.Node]]] = {}
    for pattern, captured in _matches(source, limits):
        nodes = {name: found[0] for name, found in captured.items()}
        if "wrapper" in nodes:
            wrapped = nodes["wrapped"]
            wrappers[wrapped.start_byte, wrapped.end_byte] = nodes["wrapper"]
        elif "name" in nodes:
            rank = (pattern, "body" not in nodes)
            name_at = nodes["name"].start_byte
            if name_at not in best or rank < best[name_at][0]:
                best[name_at] = rank, nodes
    return [_definition(nodes, wrappers) for _, nodes in best.values()]


def _definition(
    nodes: Mapping[str, tree_sitter.Node], wrappers: Mapping[tuple[int, int], tree_sitter.Node]
) -> _Definition:
    kind = next((name for name in nodes if name not in {"name", "body"}), "")
    node = whole = nodes[kind] if kind else nodes["name"]
    while (outer := wrappers.get((whole.start_byte, whole.end_byte))) and outer != whole:
        whole = outer
    return _Definition(kind, node, whole, nodes["name"], nodes.get("body"))


def _matches(source: Source, limits: Limits) -> Iterator[tuple[int, dict[str, list[tree_sitter.Node]]]]:
    """All matches, some of them twice. In pieces, for what tree-sitter does at once cannot be stopped."""
    import tree_sitter

    cursor = tree_sitter.QueryCursor(_query(source.language))
    for start in range(0, len(source.data), _PIECE):
        limits.check()
        cursor.set_byte_range(start, start + _PIECE)
        yield from cursor.matches(source.tree.root_node)


@functools.cache
def _query(language: Language) -> tree_sitter.Query:
    import tree_sitter

    return tree_sitter.Query(grammar(language), language.query)

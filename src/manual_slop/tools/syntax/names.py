"""Where a name is defined in a file, and where it is used: in code, not in comments or texts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from manual_slop.tools.limits import Limits
from manual_slop.tools.syntax.parsing import Source
from manual_slop.tools.syntax.symbols import Symbol

_SEPARATOR = re.compile(r"::|->|[.#:/]")
_GENERICS = re.compile(r"<[^<>]*>")
_SIGILS = frozenset({b"", b"$", b"@", b"@@", b":", b"#"})
_KINDS_OF_NAMES = re.compile(r"(?:identifier|constant|name|variable|type|symbol|property)$")


def parts(name: str) -> list[str]:
    """`Shop.sell`, `shop::Shop<T>::sell` and the like as the plain names they are made of."""
    return [part.lstrip("$@~&* ") for part in _SEPARATOR.split(_GENERICS.sub("", name)) if part.strip("$@~&* ")]


def definitions(symbols: list[Symbol], wanted: list[str], limits: Limits) -> Iterator[Symbol]:
    """The symbols whose path ends in the names `wanted`. Raises `Enough`."""
    for symbol in symbols:
        limits.check()
        if parts(symbol.name)[-1:] == wanted[-1:] and parts(symbol.path)[-len(wanted) :] == wanted:
            yield symbol


def with_what_belongs_to_it(source: Source, symbol: Symbol) -> int:
    """The line in which a definition begins when the comments and attributes right above it count too."""
    node = source.tree.root_node.named_descendant_for_byte_range(symbol.start, symbol.end)
    first = symbol.first_line
    while node and (node := node.prev_named_sibling) and ("comment" in node.type or "attribute" in node.type):
        if node.end_point.row + (node.end_point.column > 0) < first - 1:
            break
        first = node.start_point.row + 1
    return first


def usages(source: Source, name: str, symbols: list[Symbol], limits: Limits) -> Iterator[int]:
    """The offsets at which `name` stands in code, without those where it is defined. Raises `Enough`."""
    data, root = source.data, source.tree.root_node
    defined = {symbol.name_at + len(symbol.name.encode()) for symbol in symbols}
    for found in re.finditer(re.escape(name.encode()), data):
        limits.check()
        start, end = found.span()
        node = root.named_descendant_for_byte_range(start, end)
        if node is None or end in defined or node.end_byte != end or data[node.start_byte : start] not in _SIGILS:
            continue
        is_command = node.type == "word" and node.parent is not None and node.parent.type == "command_name"
        if is_command or _KINDS_OF_NAMES.search(node.type):
            yield start

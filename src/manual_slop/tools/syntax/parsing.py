"""Text into a syntax tree, in the time there is for it."""

from __future__ import annotations

import functools
import importlib
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from manual_slop.safety.workspace import all_of
from manual_slop.tools.declaration import ToolContext, ToolError
from manual_slop.tools.limits import Limits
from manual_slop.tools.project_files import LARGEST_FILE, ProjectFiles
from manual_slop.tools.reading import open_to_show
from manual_slop.tools.syntax.languages import Language, language_of, names
from manual_slop.tools.text import decode, kind_of

if TYPE_CHECKING:
    import tree_sitter

_PIECE = 64 * 1024
_INDENT = re.compile(rb"^[ \t\f]+", re.MULTILINE)


class UnreadableSource(ToolError):
    """There is no tree for this file; the message says why."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was understood. `data` is its text as UTF-8 with `\\n` line ends, which all offsets count in."""

    path: str
    language: Language
    data: bytes
    tree: tree_sitter.Tree

    @property
    def line_count(self) -> int:
        """How many lines there are."""
        return self.data.count(b"\n") + (not self.data.endswith(b"\n") and bool(self.data))

    @property
    def is_broken(self) -> bool:
        """Whether parts of it follow no rule of the language."""
        return self.tree.root_node.has_error

    def text(self, start: int, end: int) -> str:
        """What stands there."""
        return self.data[start:end].decode("utf-8", "replace")

    def lines(self, first: int = 1, last: int | None = None) -> list[str]:
        """Those lines, counted from 1."""
        return self.data.decode("utf-8", "replace").split("\n")[first - 1 : last]

    def line_of(self, offset: int) -> int:
        """The number of the line in which a place lies."""
        return self.data.count(b"\n", 0, offset) + 1


def open_source(context: ToolContext, path: str, limits: Limits) -> Source:
    """The file, parsed. Raises `ToolError` where it is no source code we know, and `WorkspaceError`."""
    name = context.workspace.relative(path)
    with open_to_show(context, path) as file:
        data = all_of(file, path, LARGEST_FILE)
    text = decode(data)
    if text is None:
        raise ToolError(f"{name} is not text but {kind_of(data[:64])}")
    language = language_of(name, text)
    if language is None:
        raise ToolError(
            f"{name} is in no language that is understood here, which are: {names()}; use read_file or grep"
        )
    return parse(name, text, language, limits)


def sources(files: ProjectFiles, mentioned: str, limits: Limits) -> Iterator[Source]:
    """The source files that a word stands in, parsed; those whose grammar is missing or fails are passed over."""
    for path, text in files.texts(lambda path: language_of(path) is not None):
        language = language_of(path)
        if language and mentioned in text:
            with suppress(UnreadableSource):
                yield parse(path, text, language, limits)


def parse(path: str, text: str, language: Language, limits: Limits) -> Source:
    """The text as a syntax tree. Raises `Enough` when it takes too long, and
    `UnreadableSource` where the grammar is missing or fails."""
    import tree_sitter

    data = text.encode("utf-8", "replace")
    if language.most_indents and len(set(_INDENT.findall(data))) > language.most_indents:
        raise UnreadableSource(
            f"{path}: its lines are indented in too many ways to be understood; use read_file or grep"
        )

    def piece(offset: int, _point: object) -> bytes:
        return data[offset : offset + _PIECE]

    try:
        # Asking for the time in between lets other threads, such as the one that draws, go on.
        tree = tree_sitter.Parser(grammar(language)).parse(
            piece, progress_callback=lambda _offset, _error: limits.reached
        )
    except ValueError:
        limits.check()
        raise UnreadableSource(f"{path}: the {language.name} grammar gave it up; use read_file or grep") from None
    return Source(path, language, data, tree)


@functools.cache
def grammar(language: Language) -> tree_sitter.Language:
    """The grammar, loaded when it is first needed. Raises `ToolError` where it is not installed."""
    import tree_sitter

    try:
        package = importlib.import_module(language.package)
        return tree_sitter.Language(getattr(package, language.function)())
    except (ImportError, AttributeError, ValueError):
        pass
    raise UnreadableSource(
        f"the grammar of {language.name} is missing or does not fit: install the package "
        f"{language.package.replace('_', '-')}; use read_file or grep meanwhile"
    )

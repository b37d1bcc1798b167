"""Markdown for terminals: which of its blocks are finished while it streams in, and how they look."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, cast

from rich.console import Console, ConsoleOptions, JustifyMethod, RenderResult
from rich.markdown import CodeBlock, Heading, ListItem, Markdown, MarkdownElement
from rich.segment import Segment, Segments
from rich.style import Style
from rich.syntax import ANSISyntaxTheme, Syntax

if TYPE_CHECKING:
    from collections.abc import Iterable

    from markdown_it import MarkdownIt


# By the names that Pygments gives the parts of code, in colours that are legible on light and dark alike.
_CODE: Mapping[str, str] = {
    "Comment": "dim",
    "Keyword": "magenta",
    "Operator.Word": "magenta",
    "Literal.String": "green",
    "Literal.Number": "cyan",
    "Name.Function": "bold",
    "Name.Class": "bold",
    "Name.Tag": "magenta",
    "Generic.Deleted": "red",
    "Generic.Inserted": "green",
    "Generic.Heading": "bold",
    "Generic.Subheading": "cyan",
}


def split_finished(text: str) -> tuple[str, str]:
    """The blocks at the beginning of `text` that nothing added to it can change, and the open rest.

    A block is open while it is the last one whose first line is whole: a paragraph may become a heading or a table, a
    list may grow, and a `#` that begins a heading may become the `#1` of a sentence.
    """
    lines = text.split("\n")
    whole = "\n".join(lines[:-1]).replace("\r", " ")  # to the parser a carriage return would end a line too
    blocks = [token.map[0] for token in _parser().parse(whole) if token.level == 0 and token.map]
    if len(blocks) < 2:
        return "", text
    return "\n".join([*lines[: blocks[-1]], ""]), "\n".join(lines[blocks[-1] :])


class _Heading(Heading):
    LEVEL_ALIGN: ClassVar[dict[str, JustifyMethod]] = {}


class _CodeBlock(CodeBlock):
    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        code = str(self.text).rstrip("\n")
        yield Syntax(code, self.lexer_name, theme=_code_theme(), background_color="default", word_wrap=True)


class _ListItem(ListItem):
    def render_number(self, console: Console, options: ConsoleOptions, number: int, last_number: int) -> RenderResult:
        numeral = f" {number}. ".rjust(len(str(last_number)) + 3)
        room = options.update(width=options.max_width - len(numeral))
        style = console.get_style("markdown.item.number")
        for at, line in enumerate(console.render_lines(self.elements, room, style=self.style, pad=False)):
            yield Segment(" " * len(numeral) if at else numeral, style)
            yield from line
            yield Segment.line()


class AnswerMarkdown(Markdown):
    """Markdown as models write it: HTML is shown as text, links with their targets, code in the terminal's colours."""

    elements: ClassVar[dict[str, type[MarkdownElement]]] = {
        **Markdown.elements,
        "heading_open": _Heading,
        "fence": _CodeBlock,
        "code_block": _CodeBlock,
        "list_item_open": _ListItem,
    }

    def __init__(self, text: str) -> None:
        super().__init__("", hyperlinks=False)
        self.markup = text
        self.parsed = _parser().parse(text)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Without the blank lines that lists and tables would begin and end with."""
        rendered = Segments(cast("Iterable[Segment]", super().__rich_console__(console, options)))
        lines = console.render_lines(rendered, options, pad=False)
        filled = [number for number, line in enumerate(lines) if any(segment.text.strip() for segment in line)]
        for line in lines[filled[0] : filled[-1] + 1] if filled else []:
            yield from line
            yield Segment.line()


@functools.cache
def _code_theme() -> ANSISyntaxTheme:
    styles = {tuple(kind.split(".")): Style.parse(style) for kind, style in _CODE.items()}
    return ANSISyntaxTheme(styles)


@functools.cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("strikethrough").enable("table")

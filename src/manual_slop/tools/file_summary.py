"""The tool that tells what a file is without showing all of it."""

from __future__ import annotations

import re

from manual_slop.safety.workspace import all_of
from manual_slop.tools.declaration import ToolContext, ToolError, tool
from manual_slop.tools.limits import Enough, Limits
from manual_slop.tools.project_files import LARGEST_FILE
from manual_slop.tools.reading import open_to_show, preview_reading
from manual_slop.tools.syntax.languages import language_of
from manual_slop.tools.syntax.parsing import Source, parse
from manual_slop.tools.syntax.symbols import outline_line, symbols_of
from manual_slop.tools.text import SAMPLE_BYTES, counted, decode, encoding_of, kind_of

_MOST_NAMES = 100
_LONGEST = 200
_HEADING = re.compile(r"#{1,6} +(\S.*)")
_MARKS = re.compile(r"^[\s/*#!<>=;-]+|[\s*/>=-]+$|^\s*[a-zA-Z]{0,2}(?:\"{3}|'{3})|(?:\"{3}|'{3})\s*$")


@tool("READ", preview=preview_reading)
def file_summary(context: ToolContext, path: str) -> str:
    """Tell what a file is: its kind, size, encoding, language, how it begins, and what it defines at the top level.

    Works on binary files too, of which only kind and size are told. Look here before reading a large file.

    Args:
        path: The file, from the project folder down.
    """
    name = context.workspace.relative(path)
    with open_to_show(context, path) as file:
        head = file.read(SAMPLE_BYTES)
        size = file.seek(0, 2)
        file.seek(0)
        data = all_of(file, path, LARGEST_FILE) if size <= LARGEST_FILE else b""
    encoding = encoding_of(head)
    if not head:
        return f"{name} is empty."
    if encoding is None:
        return f"{name}\nkind: {kind_of(head)}\nsize: {size:,} B"
    if size > LARGEST_FILE:
        return f"{name}\nkind: text\nsize: {size:,} B\nencoding: {encoding}\n[too large to look through; use read_file]"
    text = decode(data) or ""
    language = language_of(name, text)
    ends = ", line ends CRLF" if b"\r\n" in data else ""
    lines = [
        name,
        f"kind: text, {language.name if language else _plain_kind(name)}",
        f"size: {size:,} B, {counted(text.count(chr(10)) + (not text.endswith(chr(10))), 'line')}",
        f"encoding: {encoding}{ends}",
    ]
    if not language:
        return "\n".join([*lines, *_headings(text)])
    try:
        return "\n".join([*lines, *_contents(parse(name, text, language, limits := Limits(context.cancel)), limits)])
    except (Enough, ToolError) as error:
        return "\n".join([*lines, f"[what it defines is not told: {error}]"])


def _plain_kind(name: str) -> str:
    suffix = name.rpartition("/")[2].rpartition(".")
    return f"`.{suffix[2]}`" if suffix[0] else "without suffix"


def _headings(text: str) -> list[str]:
    """How prose begins, and its headings as Markdown writes them, outside of code."""
    lines = text.split("\n")
    begins = next((line.strip() for line in lines if line.strip()), "")
    found = []
    in_code = False
    for number, line in enumerate(lines, 1):
        in_code ^= line.lstrip().startswith(("```", "~~~"))
        if not in_code and _HEADING.fullmatch(line):
            found.append(f"{number}\t{line[:_LONGEST]}")
    return [f"begins: {begins[:_LONGEST]}", *_some(found, "headings")]


def _contents(source: Source, limits: Limits) -> list[str]:
    """What a source file says of itself, and what it defines."""
    says = _first_words(source)
    outer = [outline_line(symbol) for symbol in symbols_of(source, limits) if not symbol.parent]
    notes = ["[its syntax has errors: something may be missing here]"] if source.is_broken else []
    return [*([f"says: {says}"] if says else []), *_some(outer, "defines"), *notes]


def _first_words(source: Source) -> str:
    """The first line with words of the comment or text that the file begins with."""
    for node in source.tree.root_node.named_children[:5]:
        text = source.text(node.start_byte, min(node.end_byte, node.start_byte + 10 * _LONGEST))
        is_text = source.language.docstrings and text.lstrip("rRbBuU").startswith(('"', "'"))
        if text.startswith("#!") or node.type == "php_tag":
            continue
        if not (is_text or "comment" in node.type):
            break
        lines = (_MARKS.sub("", _MARKS.sub("", line)).strip("\"' ") for line in text.split("\n"))
        if words := next((line for line in lines if re.search(r"\w", line)), ""):
            return words[:_LONGEST]
    return ""


def _some(lines: list[str], what: str) -> list[str]:
    more = [f"[{len(lines) - _MOST_NAMES:,} more]"] if len(lines) > _MOST_NAMES else []
    return [f"{what}:", *lines[:_MOST_NAMES], *more] if lines else []

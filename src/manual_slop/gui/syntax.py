"""Words of code told apart by what they are, line by line: enough to read a change with colours."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Literal

from manual_slop.gui.palette import Palette

Kind = Literal["plain", "keyword", "string", "comment", "number"]
Span = tuple[str, Kind]

_LONGEST = 400  # characters: a longer line is data and no code

_WORDS: Mapping[str, str] = {
    "python": "and as assert async await break class continue def del elif else except False finally for from global "
    "if import in is lambda match None nonlocal not or pass raise return True try while with yield self",
    "c": "abstract async await bool break case catch char class const continue default delete do double else enum "
    "export extends false final float fn for func function go if impl implements import in int interface let long "
    "match mod mut namespace new nil null override package private protected pub public return static struct super "
    "switch template this throw trait true try type typedef typeof union unsigned use using var virtual "
    "void where while",
    "shell": "case do done elif else esac export fi for function if in local return set then while",
    "sql": "add alter and as by create delete drop from group having in index insert into join key left limit not null "
    "on or order primary select set table update values where",
    "data": "true false null yes no on off",
}
_ENDINGS: Mapping[str, str] = {
    **dict.fromkeys(("py", "pyi"), "python"),
    **dict.fromkeys(("c", "h", "cc", "cpp", "hpp", "cs", "java", "js", "jsx", "mjs", "ts", "tsx"), "c"),
    **dict.fromkeys(("rs", "go", "kt", "swift", "php", "css", "scss"), "c"),
    **dict.fromkeys(("sh", "bash", "zsh", "ps1"), "shell"),
    **dict.fromkeys(("toml", "yaml", "yml", "json", "ini", "cfg"), "data"),
    "sql": "sql",
}
_COMMENTS: Mapping[str, str] = {"python": "#", "c": "//", "shell": "#", "sql": "--", "data": "#"}
_STRING = r"\"(?:\\.|[^\"\\])*\"?|'(?:\\.|[^'\\])*'?|`(?:\\.|[^`\\])*`?"


def language_of(path: str) -> str:
    """The family of languages that a file's name tells of; empty where it tells of none."""
    return _ENDINGS.get(path.rpartition(".")[2].lower(), "")


@functools.lru_cache(maxsize=8_192)
def spans(line: str, language: str) -> tuple[Span, ...]:
    """The line cut into pieces; joined they are the line again."""
    if language not in _WORDS or len(line) > _LONGEST:
        return ((line, "plain"),)
    found: list[Span] = []
    at = 0
    for piece in _pattern(language).finditer(line):
        if piece.start() > at:
            found.append((line[at : piece.start()], "plain"))
        kind: Kind = piece.lastgroup or "plain"  # type: ignore[assignment]  # the groups are named after kinds
        found.append((piece[0], kind))
        at = piece.end()
    if at < len(line) or not found:
        found.append((line[at:], "plain"))
    return tuple(found)


def colour_of(palette: Palette, kind: Kind) -> str:
    """`RRGGBB`: hues that stay apart from the red and green of what goes and comes."""
    purple, _, teal, orange = palette.tiers
    colours: Mapping[Kind, str] = {
        "keyword": purple,
        "string": teal,
        "number": orange,
        "comment": palette.faint,
        "plain": palette.text,
    }
    return colours[kind]


@functools.cache
def _pattern(language: str) -> re.Pattern[str]:
    words = "|".join(map(re.escape, _WORDS[language].split()))
    flags = re.IGNORECASE if language == "sql" else 0
    return re.compile(
        rf"(?P<comment>{re.escape(_COMMENTS[language])}.*)|(?P<string>{_STRING})"
        rf"|(?P<keyword>\b(?:{words})\b)|(?P<number>\b\d[\w.]*)",
        flags,
    )

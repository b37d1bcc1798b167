"""Small changes of functions in languages that are not parsed here: operators, numbers and names, by their spelling."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from manual_slop.rehearsal.skills.fixing.candidate import Candidate
from manual_slop.rehearsal.skills.fixing.constants import replacements

_OPERATORS: Mapping[str, tuple[str, ...]] = {
    "+": ("-", "*"), "-": ("+",), "*": ("+", "/"), "/": ("*",), "%": ("/",), "<": ("<=", ">"), "<=": ("<", ">="),
    ">": (">=", "<"), ">=": (">", "<="), "===": ("!==",), "!==": ("===",), "==": ("!=",), "!=": ("==",),
    "&&": ("||",), "||": ("&&",), "+=": ("-=",), "-=": ("+=",), "Math.min": ("Math.max",), "Math.max": ("Math.min",),
    "true": ("false",), "false": ("true",),
}  # fmt: skip
_TOKEN = re.compile(
    r"(?P<skip>//[^\n]*|/\*.*?\*/|=>|\+\+|--)|(?P<text>'[^'\\\n]*'|\"[^\"\\\n]*\")|(?P<number>(?<![\w.])\d+(?![\w.]))"
    r"|(?P<sign>Math\.(?:min|max)\b|\b(?:true|false)\b|[!=]==?|[<>]=?|[-+]=|&&|\|\||[-+*/%])|(?P<name>[A-Za-z_$][\w$]*)",
    re.DOTALL,
)
_FUNCTION = re.compile(r"(?:function\s+(\w+)\s*\(|(?:const|let|var)\s+(\w+)\s*=\s*(?:\([^()\n]*\)|\w+)\s*=>)")
_UNDEFINED = re.compile(r"(\w+) is not defined")
_MOST_TOKENS = 2_000


def text_edits(path: str, text: str, named: str, words: Sequence[str], pairs: Sequence[Any]) -> list[Candidate]:
    """Changes of the functions of a file that `named` (the tests' text) speaks of, the likeliest first."""
    undefined = {match[1] for line in words for match in _UNDEFINED.finditer(line)}
    found = []
    for name, start, end in _functions(text):
        if re.search(rf"\b{re.escape(name)}\b", named):
            tokens = list(_TOKEN.finditer(text, start, end))[:_MOST_TOKENS]
            names = sorted({token["name"] for token in tokens if token["name"]} - undefined)
            for token in tokens:
                for rank, new in _others(token, names, undefined, pairs):
                    what = f"`{token[0]}` becomes `{new}`"
                    found.append(Candidate(path, token.start(), token.end(), new, what, rank, name))
    return sorted(found, key=lambda candidate: (candidate.rank, candidate.start))


def _functions(text: str) -> Iterator[tuple[str, int, int]]:
    """Name, and where the parameters begin and the next function does."""
    starts = list(_FUNCTION.finditer(text))
    ends = [match.start() for match in starts[1:]] + [len(text)]
    return ((match[1] or match[2], match.end(), end) for match, end in zip(starts, ends, strict=True))


def _others(
    token: re.Match[str], names: Sequence[str], undefined: set[str], pairs: Sequence[Any]
) -> Iterator[tuple[int, str]]:
    if token["name"] in undefined:
        yield from enumerate(difflib.get_close_matches(token["name"], names, n=3))
    elif token["sign"]:
        yield from ((20 + at, other) for at, other in enumerate(_OPERATORS.get(token["sign"], ())))
    elif token["number"]:
        for other, likely in replacements(int(token["number"]), pairs):
            yield (33 if likely else 35), str(other)
    elif token["text"]:
        quote, inside = token["text"][0], token["text"][1:-1]
        others = (other for other, _ in replacements(inside, pairs) if quote not in other and other.isprintable())
        yield from ((10, f"{quote}{other}{quote}") for other in others)

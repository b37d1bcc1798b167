"""Why a text was not found, and what stands where it was meant to be found."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Mapping

_MOST_SHOWN = 12  # lines
_MOST_COMPARED = 20_000  # lines of a file
_MOST_CANDIDATES = 40
_ALIKE = 0.6

_NUMBERED = re.compile(r"(?m)^\s*\d+\t")
_LOOK_ALIKE: Mapping[int, int] = str.maketrans("‘’‚‛“”„‟‐‑‒–—−\u00a0\u2007\u202f", "''''\"\"\"\"------   ")


def explain(text: str, old: str) -> str:
    """What is known about a text `old` that does not stand in `text`, ready to follow a sentence."""
    hint = _mistake_in(text, old)
    if hint:
        return f" {hint}"
    wanted = old.strip("\n").split("\n")
    lines = text.split("\n")
    for loosened, difference in _LOOSENED:
        at = _find([loosened(line) for line in lines], [loosened(line) for line in wanted])
        if at is not None:
            return f" It would but for {difference}:\n{_shown(lines, at, len(wanted))}"
    at = _closest(lines, wanted)
    return "" if at is None else f" The closest is:\n{_shown(lines, at, len(wanted))}"


def _mistake_in(text: str, old: str) -> str:
    if old.rstrip("\n") in text:
        return "It would without the line end that it ends with."
    if len(_NUMBERED.findall(old)) == old.strip("\n").count("\n") + 1 and _NUMBERED.sub("", old) in text:
        return "Leave out the line numbers that read_file shows."
    if "\\n" in old and old.replace("\\n", "\n").replace("\\t", "\t") in text:
        return "It would with real line ends in place of `\\n`."
    return ""


def _without_indent(line: str) -> str:
    return line.lstrip()


def _without_trailing(line: str) -> str:
    return line.rstrip()


def _without_space(line: str) -> str:
    return re.sub(r"\s+", " ", line).strip()


def _without_look_alikes(line: str) -> str:
    return _without_space(unicodedata.normalize("NFKC", line.translate(_LOOK_ALIKE)))


_LOOSENED: tuple[tuple[Callable[[str], str], str], ...] = (
    (_without_trailing, "spaces at the ends of lines"),
    (_without_indent, "its indentation (tabs, or another number of spaces)"),
    (_without_space, "its spaces"),
    (_without_look_alikes, "characters that only look alike (quotes, dashes, spaces, Unicode forms)"),
    (lambda line: _without_look_alikes(line).casefold(), "upper and lower case"),
)


def _find(lines: list[str], wanted: list[str]) -> int | None:
    if not any(wanted):
        return None
    first = wanted[0]
    for at in range(len(lines) - len(wanted) + 1):
        if lines[at] == first and lines[at : at + len(wanted)] == wanted:
            return at
    return None


def _closest(lines: list[str], wanted: list[str]) -> int | None:
    """Where the most lines are alike, judged around those that are like the longest line wanted."""
    anchor = max(range(len(wanted)), key=lambda at: len(wanted[at].strip()))
    key = wanted[anchor].strip()[:300]
    if not key:
        return None
    matcher = difflib.SequenceMatcher(None, "", key)
    alike = []
    for at, line in enumerate(lines[:_MOST_COMPARED]):
        matcher.set_seq1(line.strip()[:300])
        if matcher.real_quick_ratio() >= _ALIKE and matcher.quick_ratio() >= _ALIKE:
            alike.append((matcher.quick_ratio(), -at))
    best = sorted(alike, reverse=True)[:_MOST_CANDIDATES]
    starts = [max(0, -negative - anchor) for _, negative in best]
    return max(starts, key=lambda start: _likeness(lines, wanted, start), default=None)


def _likeness(lines: list[str], wanted: list[str], start: int) -> float:
    pairs = zip(lines[start : start + 30], wanted, strict=False)
    return sum(difflib.SequenceMatcher(None, one[:300], other[:300]).ratio() for one, other in pairs)


def _shown(lines: list[str], start: int, count: int) -> str:
    count = min(count, _MOST_SHOWN)
    return "\n".join(f"{number}\t{line[:300]}" for number, line in enumerate(lines[start : start + count], start + 1))

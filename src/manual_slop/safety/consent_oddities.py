"""What a person should be warned of in a text before they agree to it, with the lines where it stands."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from manual_slop.safety.consent_escape import PADDING

LONG_LINE = 500
"""Characters; longer lines are warned of."""
BLANK_LINES = 8
"""As many empty lines in a row are warned of: what follows may be out of sight."""

_PATTERNS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "bidirectional control characters": re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"),
        "terminal control sequences": re.compile("[\x1b\x90\x98\x9b-\x9f]"),
        "carriage returns": re.compile("\r"),
        "control characters": re.compile("[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x8f\x91-\x97\x99\x9a]"),
        "invisible characters": re.compile(
            "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2065\u206a-\u206f\u2800\u3164"
            "\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a]"
        ),
        "tags or variation selectors, which are invisible": re.compile("[\ufe00-\ufe0f\U000e0000-\U000e0fff]"),
        "spaces that are not spaces": re.compile("[\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"),
        "halves of characters (lone surrogates)": re.compile("[\ud800-\udfff]"),
        "characters without a common meaning (private use)": re.compile(
            "[\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]"
        ),
        "right-to-left letters, which may be shown in another order than they have": re.compile(
            "[\u0590-\u05ff\u0620-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
        ),
        "long runs of spaces": re.compile(f"[ \t]{{{PADDING + 1},}}"),
        "spaces at the end": re.compile(r"(?<![ \t])[ \t]++\Z"),
        "very long lines": re.compile(f".{{{LONG_LINE + 1}}}", re.DOTALL),
    }
)
_ORDINARY = re.compile(rf"(?!.*[ \t]{{{PADDING + 1}}})[\t\x20-\x7e]{{0,{LONG_LINE}}}(?<![ \t])")
_WORD = re.compile(r"\w+")
_SCRIPTS_LIKE_LATIN = ("CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU")


def oddities(lines: Sequence[str]) -> tuple[str, ...]:
    """One warning a kind of oddity, such as “contains carriage returns at line 3”; lines count from 1."""
    found: dict[str, list[int]] = {}
    for number, line in enumerate(lines, 1):
        if not _ORDINARY.fullmatch(line):
            for what in _of_line(line):
                found.setdefault(what, []).append(number)
    warnings = [f"contains {what} at {_places(numbers)}" for what, numbers in found.items()]
    return (*warnings, *_gaps(lines))


def _of_line(line: str) -> Iterator[str]:
    for what, pattern in _PATTERNS.items():
        if pattern.search(line):
            yield what
    if any(_imitates(char) for char in line if char > "\x7f"):
        yield "characters that look like plain letters or signs and are not"
    elif any(_mixes_scripts(word) for word in _WORD.findall(line) if not word.isascii()):
        yield "words that mix letters of different alphabets"


def _imitates(char: str) -> bool:
    """Full-width, mathematical and other doubles of letters and signs; `²` and the like are no doubles."""
    plain = unicodedata.normalize("NFKC", char)
    double = len(plain) == 1 and "!" <= plain <= "~"
    return double and not unicodedata.decomposition(char).startswith(("<super>", "<sub>"))


def _mixes_scripts(word: str) -> bool:
    scripts = {unicodedata.name(char, "").partition(" ")[0] for char in word if char.isalpha()}
    return "LATIN" in scripts and any(script in scripts for script in _SCRIPTS_LIKE_LATIN)


def _gaps(lines: Sequence[str]) -> Iterator[str]:
    """Empty lines that push what follows out of sight."""
    start = 0
    for number, line in enumerate((*lines, "end"), 1):
        if line.strip():
            empty = number - 1 - start
            if empty >= BLANK_LINES and number <= len(lines):
                yield f"goes on after {empty} empty lines at line {number}"
            start = number


def _places(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f"line {numbers[0]}"
    shown = ", ".join(map(str, numbers[:5]))
    more = len(numbers) - 5
    return f"lines {shown} and {more:,} more" if more > 0 else f"lines {shown}"

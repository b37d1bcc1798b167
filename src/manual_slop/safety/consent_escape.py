"""Text written so that nothing in it hides: whatever cannot be seen, or moves what can, is spelled out in ⟦…⟧.

Reversible: `unescape(escape(text))` is `text` for every text there is, so two texts are never shown as the same one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

PADDING = 32
"""The longest run of spaces or tabs that is shown as it is."""

TAB = "⇥"

_NAME_OF: Mapping[str, str] = MappingProxyType(
    {"\0": "NUL", "\a": "BEL", "\b": "BS", "\t": "TAB", "\n": "LF", "\r": "CR", "\x1b": "ESC", "\x7f": "DEL"}
)
_NAMED: Mapping[str, str] = MappingProxyType({name: char for char, name in _NAME_OF.items()})
_OURS = frozenset(f"⟦⟧{TAB}")

# Letters, marks and symbols that show nothing although Unicode does not file them under "format" or "space".
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
)
_WORTH_A_LOOK = re.compile(rf"(?<![ \t])[ \t]++\Z| {{{PADDING + 1},}}|\t{{{PADDING + 1},}}|[^\x20-\x7e]")
_SPELLED = re.compile(f"⟦([^⟧]*)⟧|{TAB}")
_RUN = re.compile(r"(\d+) (space|tab)s?")


def escape(line: str) -> str:
    """One line (or any text: line breaks are spelled out too) with all that hides made visible."""
    return _WORTH_A_LOOK.sub(_visible, line)


def unescape(shown: str) -> str:
    """The text that `escape` was given."""
    return _SPELLED.sub(_meant, shown)


def hides(char: str) -> bool:
    """Whether a character by itself shows nothing, or moves what stands around it."""
    category = unicodedata.category(char)
    return category[0] == "C" or (category[0] == "Z" and char != " ") or bool(_BLANK.match(char))


def _visible(match: re.Match[str]) -> str:
    found = match[0]
    if found == "\t" and match.end() < len(match.string):
        return TAB
    if found[0] in " \t":
        return "".join(_counted(run[0]) for run in re.finditer(" +|\t+", found))
    before = match.string[match.start() - 1 : match.start()]
    return _by_name(found) if found in _OURS or hides(found) or _melts(before, found) else found


def _melts(before: str, char: str) -> bool:
    """Whether a mark stands on no letter, or a character has another spelling that looks the same."""
    is_mark = unicodedata.category(char)[0] == "M"
    misplaced = is_mark and unicodedata.category(before or " ")[0] not in "LMN"
    return misplaced or not unicodedata.is_normalized("NFC", before + char)


def _counted(run: str) -> str:
    what = "space" if run[0] == " " else "tab"
    return f"⟦{len(run)} {what}{'s' * (len(run) > 1)}⟧"


def _by_name(char: str) -> str:
    return f"⟦{_NAME_OF.get(char) or f'U+{ord(char):04X}'}⟧"


def _meant(match: re.Match[str]) -> str:
    spelled = match[1]
    if spelled is None:
        return "\t"
    if run := _RUN.fullmatch(spelled):
        return (" " if run[2] == "space" else "\t") * int(run[1])
    return _NAMED.get(spelled) or chr(int(spelled.removeprefix("U+"), 16))

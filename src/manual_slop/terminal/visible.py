"""Makes text from models, tools and servers harmless for a terminal: what would command it is shown instead."""

from __future__ import annotations

import re

_CONTROL_PICTURES = 0x2400
# Everything that moves the cursor, talks to the terminal, reorders what is read, or cannot be written as UTF-8.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    """`text` with its control characters made visible (an escape becomes ␛); lines and tabs stay."""
    return _UNSEEN.sub(_picture, text.replace("\r\n", "\n"))


def one_line(text: str, longest: int = 200) -> str:
    """The text on one line, at most `longest` characters, harmless as by `visible`."""
    line = " ".join(visible(text[: longest * 4]).split())
    return line if len(line) <= longest and len(text) <= longest * 4 else line[: longest - 1].rstrip() + "…"


def _picture(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(_CONTROL_PICTURES + code)
    return "␡" if code == 0x7F else f"\\u{code:04x}"

"""What differs between a recorded session and its replay, in words a person can act on."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Literal

Kind = Literal["state", "request", "answer", "tool", "calls", "price"]
"""Where two runs can part: the summary, what is asked, what is made of an answer, a tool, the count of calls, money."""

_SHOWN = 60
_LINES = 12


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference. `turn` counts from 1, 0 where it is none of a turn; `where` names the part that differs."""

    turn: int
    kind: Kind
    where: str
    text: str


def changed(then: object, now: object) -> str:
    """Two values side by side, from shortly before the first place where they differ."""
    one, other = str(then), str(now)
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return f"{_around(one, start)} → {_around(other, start)}"


def difference(then: str, now: str) -> str:
    """Two longer texts as a unified diff, shortened."""
    lines = list(difflib.unified_diff(then.splitlines(), now.splitlines(), "recorded", "now", lineterm="", n=1))
    if not lines:  # they differ in what ends their lines only
        return changed(repr(then[-_SHOWN:]), repr(now[-_SHOWN:]))
    more = [f"… {len(lines) - _LINES} more lines"] if len(lines) > _LINES else []
    return "\n".join(
        [*(line if len(line) <= 2 * _SHOWN else line[: 2 * _SHOWN] + "…" for line in lines[:_LINES]), *more]
    )


def _around(text: str, at: int) -> str:
    start = max(0, at - _SHOWN // 3)
    piece = text[start : start + _SHOWN]
    return f"“{'…' if start else ''}{piece}{'…' if start + _SHOWN < len(text) else ''}”"

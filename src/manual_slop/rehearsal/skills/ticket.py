"""Reads what a worker is told: its ticket, the files it may change, and how often it was tried before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TICKET = re.compile(r"# Ticket (?P<id>\S+): (?P<title>[^\n]*)\n+(?P<rest>.*)", re.DOTALL)
_BEHIND = re.compile(
    r"^(?:## (?:Files you may change|Look at|What must hold afterwards|What QA said)|What stands between marks"
    r"|## .+ (?:as it is|\(a skeleton\))$)",
    re.MULTILINE,
)
_FILES = re.compile(r"^## Files you may change\n(?P<lines>(?:- .+\n?)+)", re.MULTILINE)
_BEFORE = re.compile(r"^## What QA said of attempt (?P<number>\d+)$", re.MULTILINE)
_ITEM = re.compile(r"^(?:\d{1,3}[.)]|[-*])\s+")
_ORDER = re.compile(
    r"(?:please )?(?:create|make|write|add|replace|change|rename|move|delete|remove|run|execute|fix|mend|repair|let)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class TicketRead:
    """A ticket as the model understands it: `orders` are the pieces of its brief that each may ask for one thing."""

    id: str
    title: str
    brief: str
    files: tuple[str, ...]
    attempt: int

    @property
    def orders(self) -> tuple[str, ...]:
        """The brief in pieces, a list's item or a line that begins like an order each; a fence stays whole."""
        return tuple(pieces(self.brief))


def read_ticket(asked: str) -> TicketRead | None:
    """The ticket in a worker's prompt, `None` where it is none."""
    match = _TICKET.match(asked)
    if match is None:
        return None
    rest = match["rest"]
    end = _BEHIND.search(rest)
    files = _FILES.search(rest)
    before = _BEFORE.search(rest)
    named = [line[2:].strip() for line in files["lines"].splitlines()] if files else []
    brief = rest[: end.start()] if end else rest
    return TicketRead(
        match["id"], match["title"], brief.strip(), tuple(named), 1 + int(before["number"] if before else 0)
    )


def pieces(brief: str) -> Iterator[str]:
    """A text in pieces: a list's items, and lines that begin like an order; a fence stays whole."""
    piece: list[str] = []
    fenced = False
    for line in brief.split("\n"):
        begins = not fenced and (_ITEM.match(line) or _ORDER.match(line))
        if begins and piece:
            yield "\n".join(piece).strip()
            piece = []
        piece.append(_ITEM.sub("", line, count=1) if begins else line)
        fenced ^= line.lstrip().startswith("```")
    if last := "\n".join(piece).strip():
        yield last

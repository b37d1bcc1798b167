"""Changes that no test notices, and those of them that are known, each with its reason."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

KNOWN = Path(__file__).with_name("unnoticed.toml")


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """One change in one place: what stood there, and what stood there instead; lines without their margins."""

    place: str
    was: str
    becomes: str

    def __str__(self) -> str:
        removed = "".join(f"\n  - {line}" for line in self.was.splitlines())
        return f"{self.place}{removed}" + "".join(f"\n  + {line}" for line in self.becomes.splitlines())


@dataclass(frozen=True, slots=True)
class Comparison:
    """`new` are unnoticed and nobody said why; `gone` are known but are noticed by now, or cannot be made any more."""

    new: tuple[Change, ...]
    gone: tuple[Change, ...]


def known(path: Path = KNOWN) -> Mapping[Change, str]:
    """Why each known change is not noticed. Raises `ValueError` for an entry that says not all of that."""
    entries = tomllib.loads(path.read_text("utf-8")).get("unnoticed", [])
    found: dict[Change, str] = {}
    for entry in entries:
        if set(entry) != {"in", "was", "becomes", "why"} or not all(entry.values()):
            raise ValueError(f"an entry has `in`, `was`, `becomes` and `why`, and this one has not: {entry}")
        found |= {Change(entry["in"], entry["was"], becomes): entry["why"] for becomes in entry["becomes"]}
    return found


def compare(unnoticed: Iterable[Change], reasons: Mapping[Change, str]) -> Comparison:
    """What a run found beside what is known."""
    found = set(unnoticed)
    return Comparison(tuple(sorted(found - reasons.keys())), tuple(sorted(reasons.keys() - found)))

"""A person's rules about tools: what one says, and which actions it is about."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from manual_slop.values.approval import Action, Decision
from manual_slop.values.tools import Risk


@dataclass(frozen=True, slots=True)
class Rule:
    """A decision about the actions that fit all of `tool`, `path` and `risk`; empty fits everything.

    `tool` and `path` are patterns with `*`, `?` and `[…]`. A path pattern begins at the project folder, `**` in it is
    any number of folders, and one without `/` is about that name anywhere. `where` is the rule's place in its file.

    A rule that denies or asks reaches far: one fitting target is enough, letter case does not matter, and what lies
    below a folder that fits is meant too. A rule that allows must fit every target to the letter.
    """

    decision: Decision
    tool: str = ""
    path: str = ""
    risk: Risk | None = None
    where: str = ""

    def __str__(self) -> str:
        risk = self.risk or ""
        about = [
            f"{name} {value}" for name, value in (("tool", self.tool), ("path", self.path), ("risk", risk)) if value
        ]
        place = f" ({self.where})" if self.where else ""
        return f"the rule “{self.decision} {', '.join(about) or 'everything'}”{place}"

    def fits(self, action: Action) -> bool:
        """Whether `action` is one of those the rule is about."""
        if self.risk is not None and action.risk != self.risk:
            return False
        if not fnmatchcase(action.tool, self.tool or "*"):
            return False
        if not self.path:
            return True
        paths = named_paths(action)
        if self.decision == "allow":
            return bool(paths) and all(_fits_exactly(path, self.path) for path in paths)
        return any(_reaches(path, self.path) for path in paths)


def named_paths(action: Action) -> tuple[str, ...]:
    """The paths an action says it touches: its targets, or the argument `path` of a reader that has none."""
    if action.preview.targets:
        return action.preview.targets
    try:
        arguments = json.loads(action.arguments)
    except (ValueError, RecursionError):
        return ()
    path = arguments.get("path") if isinstance(arguments, dict) else None
    return (path,) if isinstance(path, str) else ()


def _fits_exactly(path: str, pattern: str) -> bool:
    names = path.split("/")
    if any(name in {"", ".", ".."} for name in names):
        return False
    wanted = _names_of(pattern)
    return _walk(names, (*wanted, "*") if wanted[-1:] == ("**",) else wanted)[-1]


def _reaches(path: str, pattern: str) -> bool:
    names = [name for name in _folded(path).split("/") if name not in {"", "."}]
    wanted = _names_of(_folded(pattern))
    if path.startswith(("/", "\\")) or ":" in path:
        wanted = ("**", *wanted)  # where the project begins in an absolute path is not known here
    return any(_walk(names, wanted))


def _names_of(pattern: str) -> tuple[str, ...]:
    names = tuple(name for name in pattern.split("/") if name not in {"", "."})
    return names if "/" in pattern.rstrip("/") else ("**", *names)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold().replace("\\", "/")


def _walk(names: Sequence[str], pattern: tuple[str, ...]) -> list[bool]:
    """Whether the pattern fits the first 0, 1, 2, … names."""
    reached = _past_any({0}, pattern)
    fits = [len(pattern) in reached]
    for name in names:
        stays = {at for at in reached if pattern[at : at + 1] == ("**",)}
        steps = {at + 1 for at in reached - stays if at < len(pattern) and fnmatchcase(name, pattern[at])}
        reached = _past_any(stays | steps, pattern)
        fits.append(len(pattern) in reached)
    return fits


def _past_any(reached: set[int], pattern: tuple[str, ...]) -> set[int]:
    """`reached` and what follows by letting a `**` stand for no folder at all."""
    for at, name in enumerate(pattern):
        if name == "**" and at in reached:
            reached = reached | {at + 1}
    return reached

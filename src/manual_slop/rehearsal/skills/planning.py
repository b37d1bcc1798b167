"""Skill: plan a goal. Divides it into tracks by what it asks in so many words and by the files that are there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from manual_slop.rehearsal.conversation import Conversation, Step
from manual_slop.rehearsal.craft.hints import Hints
from manual_slop.rehearsal.skills.ticket import pieces

_GOAL = re.compile(r"# Plan the goal\n(?P<goal>.*?)\n\n# The project\n(?P<project>.*)", re.DOTALL)
_LISTED = re.compile(r"## Files\n(?P<files>.*?)\n\n## What they define", re.DOTALL)
_CLAUSE_ENDS = re.compile(
    r";\s+(?:and\s+|then\s+)*|\.\s+(?=[A-Z])|,? and then\s+"
    r"|,? and (?:also )?(?=(?:add|write|create|implement|fix|mend|repair|rename|delete|remove|replace)\b)"
)
MENDS = re.compile(
    r"\b(?:fix|repair|mend|correct|debug)\b[^.;]{0,40}\b(?:tests?|bugs?|failures?)\b|\btests?\b[^.;]{0,30}\bpass",
    re.IGNORECASE,
)
_LONGEST_TITLE = 60
GARBLED = "Here is the plan: first the easy part, then the rest. {tracks: [oops,"


@dataclass(frozen=True, slots=True)
class _Sketch:
    title: str
    clause: str
    files: tuple[str, ...]
    tests: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        held = [f"- `python -m pytest -q {path}` passes" for path in self.tests]
        parts = [
            self.clause,
            "\n".join(["## What has to hold afterwards", *(held or ["- what is asked above is done"])]),
            *(["The tests stay as they are."] if self.tests else []),
        ]
        return {"title": self.title, "spec": "\n\n".join(parts), "files": [*self.files, *self.tests]}


def plan_goal(conversation: Conversation) -> Step | None:
    """The tracks, in JSON: one for each part of the project whose tests are to be mended, one for all else."""
    match = next((found for text in reversed(conversation.questions) if (found := _GOAL.match(text))), None)
    if match is None:
        return None
    if conversation.weakness.at(len(conversation.questions)) == "garbled":
        return Step(GARBLED, final=True)
    listed = _LISTED.search(match["project"])
    files = [line for line in listed["files"].splitlines() if line and line[0] not in "[("] if listed else []
    tracks = [sketch.as_json() for sketch in _sketches(match["goal"], files)]
    thought = f"The goal has {len(tracks)} parts that can be built beside each other."
    return Step(json.dumps({"tracks": tracks}, ensure_ascii=False), thought=thought, final=True)


def clauses_of(goal: str) -> list[str]:
    """What a goal asks for, one thing each: a list's items, lines that are orders, and what stands between `;`."""
    found: list[str] = []
    for piece in pieces(goal):
        found += [piece] if "```" in piece or "`" in piece else _CLAUSE_ENDS.split(piece)
    return [clause.strip() for clause in found if clause and clause.strip()]


def is_test(path: str) -> bool:
    """Whether a path is that of a file of tests in Python."""
    name = PurePosixPath(path).name
    return name.endswith(".py") and (name.startswith("test_") or name.endswith("_test.py"))


def tested_by(test: str, sources: Sequence[str]) -> str:
    """The source file that a file of tests is about, by its name; empty where none is called so."""
    stem = PurePosixPath(test).stem.removeprefix("test_").removesuffix("_test")
    alike = [path for path in sources if PurePosixPath(path).stem == stem]
    folders = set(PurePosixPath(test).parts[:-1])
    return max(alike, key=lambda path: len(folders & set(PurePosixPath(path).parts[:-1])), default="")


def _sketches(goal: str, files: Sequence[str]) -> Iterator[_Sketch]:
    clauses = clauses_of(goal) or [goal.strip()]
    mends = [clause for clause in clauses if MENDS.search(clause)]
    rest = [clause for clause in clauses if clause not in mends]
    for clause in mends:
        yield from _mending(clause, files)
    if rest:
        named = [path for clause in rest for path in Hints(clause).find("path") if path in files]
        sources = named or [path for path in files if path.endswith(".py") and not is_test(path)][:20]
        yield _Sketch(_title(rest[0]), "\n".join(rest), tuple(dict.fromkeys(sources)))


def _mending(clause: str, files: Sequence[str]) -> Iterator[_Sketch]:
    """A track for each part of the project that has tests, of those that the clause names if it names some."""
    sources = [path for path in files if path.endswith(".py") and not is_test(path)]
    parts: dict[str, list[str]] = {}
    for test in filter(is_test, files):
        parts.setdefault(_part(tested_by(test, sources) or test), []).append(test)
    words = set(re.findall(r"[\w/.-]+", clause))
    named = {part: tests for part, tests in parts.items() if part in words or words & set(tests)}
    chosen = named or parts
    if not chosen:
        yield _Sketch("Make the failing tests pass", clause, tuple(sources[:20]))
    for part, tests in sorted(chosen.items()):
        about = [path for path in sources if _part(path) == part]
        title = f"Make the tests of {part} pass" if len(chosen) > 1 else "Make the failing tests pass"
        yield _Sketch(title, clause, tuple(about), tuple(tests))


def _part(path: str) -> str:
    """The part of a project that a file belongs to: the folder nearest the top that is no mere container."""
    folders = [name for name in PurePosixPath(path).parts[:-1] if name not in ("src", "lib", "tests", "test")]
    return folders[0] if folders else "the project"


def _title(clause: str) -> str:
    words = " ".join(clause.partition("\n")[0].replace("`", "").split()).rstrip(":.,")
    short = words if len(words) <= _LONGEST_TITLE else words[:_LONGEST_TITLE].rpartition(" ")[0]
    short = re.sub(r"[^\w)]+$", "", short) or short
    return f"{short[:1].upper()}{short[1:]}"

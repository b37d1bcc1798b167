"""Skill: review a ticket's work, by what its checks printed and by the diff, and give a verdict in JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from manual_slop.rehearsal.conversation import Conversation, Step
from manual_slop.rehearsal.skills.fixing.outcome import read_outcome

_REVIEW = re.compile(r"# Review of ticket (?P<id>\S+): ")
_CHECK = re.compile(
    r"^### `(?P<command>[^`\n]+)` (?P<state>passed|FAILED)(?: \((?P<how>[^)\n]*)\))?\n<(?P<mark>data-\w+) [^\n]*>\n"
    r"(?P<output>.*?)\n</(?P=mark)>$",
    re.MULTILINE | re.DOTALL,
)
_DIFF = re.compile(
    r"^## The diff\n+<(?P<mark>data-\w+) [^\n]*>\n(?P<diff>.*?)\n</(?P=mark)>$", re.MULTILINE | re.DOTALL
)
_OUTSIDE = re.compile(r"^## Changed, though the ticket does not name it\n(?P<lines>(?:- .+\n?)+)", re.MULTILINE)
_MARK = re.compile(r"^\+(?:<{7}|>{7})(?: |$)", re.MULTILINE)
_MOST_REASONS = 8
_LONGEST = 160


@dataclass(frozen=True, slots=True)
class _FileDiff:
    path: str
    added: tuple[str, ...]
    removed: tuple[str, ...]

    def __str__(self) -> str:
        told = f"{self.path}: +{len(self.added)} −{len(self.removed)} lines"
        line = next((one.strip() for one in self.added if one.strip()), "")
        return f"{told}, such as `{line[:_LONGEST]}`" if line else told


def review_work(conversation: Conversation) -> Step | None:
    """The verdict: it passes where the checks passed, something was changed, and nothing else speaks against it."""
    asked = next((text for text in reversed(conversation.questions) if _REVIEW.match(text)), "")
    if not asked:
        return None
    weakness = conversation.weakness.at(len(conversation.questions))
    if weakness == "mumbling":
        return Step("Well, it looks rather fine to me, I would say.", final=True)
    against = [*_against(asked)]
    reasons = [*against, *_seen(asked)][:_MOST_REASONS]
    passed = not against
    if weakness == "lenient":
        passed, reasons = True, ["I let everything pass: I am told to be lenient.", *reasons]
    if weakness == "harsh":
        passed, reasons = False, ["I let nothing pass: I am told to be harsh.", *reasons]
    return Step(json.dumps({"passed": passed, "reasons": reasons}, ensure_ascii=False), final=True)


def _against(asked: str) -> Iterator[str]:
    for check in _CHECK.finditer(asked):
        if check["state"] == "FAILED":
            outcome = read_outcome(check["output"])
            names = f": {', '.join(outcome.failing[:3])}" if outcome.failing else ""
            words = f"; {outcome.words[0][:_LONGEST]}" if outcome.words else ""
            yield f"`{check['command']}` failed ({check['how']}){names}{words}"
    outside = _OUTSIDE.search(asked)
    if outside:
        names = ", ".join(line[2:].strip() for line in outside["lines"].splitlines())
        yield f"the ticket does not name {names}"
    diff = _diff(asked)
    if not _files(diff):
        yield "the diff changes nothing"
    if _MARK.search(diff):
        yield "git's conflict marks are left in a file"


def _seen(asked: str) -> Iterator[str]:
    for check in _CHECK.finditer(asked):
        if check["state"] == "passed":
            last = [line.strip() for line in check["output"].splitlines() if line.strip()][-1:]
            yield f"`{check['command']}` passed" + (f": {last[0][:_LONGEST]}" if last else "")
    yield from map(str, _files(_diff(asked)))


def _diff(asked: str) -> str:
    found = _DIFF.search(asked)
    return found["diff"] if found else ""


def _files(diff: str) -> list[_FileDiff]:
    found = []
    for part in re.split(r"^diff --git ", diff, flags=re.MULTILINE)[1:]:
        lines = part.splitlines()
        body = lines[next((at for at, line in enumerate(lines) if line.startswith("@@")), len(lines)) :]
        added = tuple(line[1:] for line in body if line.startswith("+"))
        removed = tuple(line[1:] for line in body if line.startswith("-"))
        found.append(_FileDiff(lines[0].rpartition(" b/")[2] if lines else "", added, removed))
    return found

"""Weaknesses on request: how a model goes wrong at a conductor's work, by its name (`weak-<kind>`, `weak-<kind>-<n>`).

With `-<n>` the first n attempts at a ticket (or answers to a plan) go wrong and the next one is good; for `mixed` it is
the seed by which each attempt is given a weakness of its own, or none.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

WEAKNESSES: Mapping[str, str] = {
    "edits": "A worker that breaks what it edits, and does not look whether it did.",
    "liar": "A worker that breaks what it edits and says that it ran the tests and they are green.",
    "idle": "A worker that says it is done and has changed nothing.",
    "loop": "A worker that makes the same call for ever.",
    "trespass": "A worker that also changes a file its ticket does not name.",
    "crash": "A worker whose connection is cut in the middle.",
    "lenient": "A reviewer that lets everything pass.",
    "harsh": "A reviewer that lets nothing pass.",
    "mumbling": "A reviewer whose verdict is no JSON.",
    "garbled": "A planner whose plan is no JSON.",
    "cycle": "A planner whose tickets wait for each other.",
    "missing": "A planner whose tickets wait for one that is not there.",
    "overlap": "A planner of tickets that change the same file at once.",
    "mixed": "A worker with another weakness at each attempt, or none; the number is the seed.",
}
"""What there is, in words. The models are `weak-<kind>`."""

_NAME = re.compile(r"(?P<kind>[a-z]+(?:-[a-z]+)*)(?:-(?P<count>\d{1,6}))?")
_MIXED = ("", "", "", "edits", "liar", "idle", "loop", "trespass")


@dataclass(frozen=True, slots=True)
class Weakness:
    """What goes wrong: a `kind` of `WEAKNESSES` (empty: nothing), so many `times` and then no more (`None`: always)."""

    kind: str = ""
    times: int | None = None

    def at(self, attempt: int, what: str = "") -> str:
        """The kind that shows at the `attempt` (from 1) at a ticket called `what`; empty where it goes well."""
        if self.kind == "mixed":
            drawn = hashlib.blake2b(f"{self.times}:{what}:{attempt}".encode(), digest_size=4).digest()
            return _MIXED[int.from_bytes(drawn) % len(_MIXED)]
        return self.kind if self.times is None or attempt <= self.times else ""


STRONG = Weakness()
"""Nothing goes wrong on purpose."""


def weakness_named(name: str) -> Weakness | None:
    """The weakness called `name` (without `weak-`), or `None` where there is no such one."""
    match = _NAME.fullmatch(name)
    if match is None or match["kind"] not in WEAKNESSES:
        return None
    return Weakness(match["kind"], None if match["count"] is None else int(match["count"]))

"""What a person is asked before a tool acts, what they answer, and what binds the two."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass, replace
from typing import Any, Literal

from manual_slop.values.tools import Risk

PreviewKind = Literal["diff", "command", "request", "file", "text"]
Decision = Literal["allow", "ask", "deny"]
AnswerKind = Literal["approve", "edit", "refuse", "session"]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a tool would do, said before it does it.

    `text` is the exact script, unified diff or URL; of kind `file` it names one that may hold keys and would be read.
    `targets` are what it touches: paths from the project folder down, or hosts. `state` is a hash of what the targets
    hold now, `""` where that does not matter. `protected` says that a protected name is among them. `environment` are
    the names of the variables passed on; `confinement` is the level in force.
    """

    kind: PreviewKind
    text: str
    targets: tuple[str, ...] = ()
    state: str = ""
    protected: bool = False
    cwd: str = ""
    environment: tuple[str, ...] = ()
    confinement: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """A tool call as a person judges it. `risk` is `None` where nobody knows how far the tool reaches.

    `arguments` are written as `canonical` writes them; `origin` is who asks, such as a tier and its ticket.
    """

    session_id: str
    call_id: str
    tool: str
    risk: Risk | None
    arguments: str
    preview: Preview
    origin: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 (hex) over all of it: whatever changes, this changes."""
        # Not escaped to ASCII: two halves of a surrogate pair and the whole character must not become the same.
        written = json.dumps(astuple(self), ensure_ascii=False)
        return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def repeatable_digest(self) -> str:
        """The digest without the call's id: the same for the very same action asked for again in the session."""
        return replace(self, call_id="").digest


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the policy says of an action, and in one sentence which rule says so."""

    decision: Decision
    why: str


@dataclass(frozen=True, slots=True)
class Request:
    """An action that waits for a person. `id` is used once; `asked_at` is in seconds since 1970."""

    id: str
    action: Action
    why: str
    asked_at: float


@dataclass(frozen=True, slots=True)
class Answer:
    """A person's answer. `session` approves this very action for the rest of the session.

    `arguments` come with `edit`: a JSON object to be judged in place of the old one. `reason` is for the model to
    read; `by` is who answered.
    """

    kind: AnswerKind
    arguments: str = ""
    reason: str = ""
    by: str = ""


def canonical(arguments: Mapping[str, Any]) -> str:
    """Tool arguments as JSON with one spelling: keys sorted, no spaces. Raises `ValueError` for NaN and infinities."""
    return json.dumps(arguments, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)

"""What a run is set to, what it has under way, and what it makes up its mind to do: plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from manual_slop.values.tickets import Ticket, Unknown
from manual_slop.values.track_events import TrackEvent

TaskKind = Literal["ask", "work", "review", "integrate", "recover"]
"""`ask` is the gate before a worker, `recover` the question what becomes of a ticket whose program ended."""

RUN, GRAPH, WORKER, QA = "the run", "the graph", "the worker", "QA"
"""Who moves a ticket. An attempt that `WORKER` or `QA` ends counts; one that `RUN` takes back does not. `GRAPH` is what
it depends on; anybody else is a person."""

WAITABLE = frozenset({"network", "timeout", "server", "rate_limit"})
"""Kinds of errors of a provider that pass by themselves."""
HOPELESS = frozenset({"auth", "quota", "balance", "not_found"})
"""Kinds that a person has to do something about; another provider's model may do meanwhile."""


@dataclass(frozen=True, slots=True)
class RunSettings:
    """How a track is worked on.

    `models` are the worker's, each for `attempts` attempts at a ticket, then the next; `fallbacks` take the place of a
    model whose provider is gone. `per_provider` limits how many tickets a provider serves at once. `longest` is how
    many seconds an attempt may take, `patience` how many seconds a provider may be down before the track is paused.
    """

    models: tuple[str, ...]
    qa_models: tuple[str, ...]
    fallbacks: tuple[str, ...] = ()
    attempts: int = 2
    workers: int = 4
    reviewers: int = 2
    per_provider: Mapping[str, int] = field(default_factory=dict)
    step: bool = False
    unknown: Unknown = "ask"
    longest: float = 3600.0
    patience: float = 600.0
    first_wait: float = 5.0
    longest_wait: float = 60.0


@dataclass(frozen=True, slots=True)
class Task:
    """Something that is done for a ticket in the background. `note` is what was said of the last attempt."""

    kind: TaskKind
    ticket: str
    attempt: int
    model: str = ""
    note: str = ""
    prompt: str = ""

    @property
    def provider(self) -> str:
        """Whose model it needs; nobody's where it needs none."""
        return provider_of(self.model)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A provider or the program failed a task. `kind` is that of the provider's error, or `crash`.

    `full` is the budget that is used up, by the last part of its path (`ticket t1`); `retry_after` is in seconds.
    """

    kind: str
    message: str
    retry_after: float | None = None
    full: str = ""


@dataclass(frozen=True, slots=True)
class Clashed:
    """The work cannot be put on the track's branch: `ticket` is to bring it together with what is there in `paths`."""

    ticket: Ticket
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a person says of a worker's start, or of a ticket whose program ended: `choice` is one of `Unknown`.

    `prompt` is what the worker is to be told, `digest` that of what the person saw.
    """

    choice: Literal["begin", "retry", "keep", "skip", "refuse", "later"]
    by: str = ""
    reason: str = ""
    prompt: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Down:
    """A provider that cannot be used until then; `since` is when it began, times in seconds of the run's clock."""

    since: float
    until: float
    tries: int
    why: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to happen: first the events are kept, then the rest is done.

    `stop` holds tickets and why their work is to end, `over` why the run ends, `wake_at` when to look again at the
    latest.
    """

    events: tuple[TrackEvent, ...] = ()
    start: tuple[Task, ...] = ()
    stop: tuple[tuple[str, str], ...] = ()
    over: str = ""
    wake_at: float | None = None


def provider_of(model: str) -> str:
    """The provider in a model's name."""
    return model.partition("/")[0]

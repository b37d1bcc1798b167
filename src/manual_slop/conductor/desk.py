"""What a run remembers beside the track's own state: what is under way, and how often each ticket was tried."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from manual_slop.conductor.run_values import GRAPH, QA, RUN, WORKER, Down, RunSettings, Task, TaskKind, provider_of
from manual_slop.values.track_events import TicketChanged, TrackEvent, VerdictGiven


class Tally:
    """How often a ticket was tried since a person last set it going, and what was said of it. Folded from events."""

    def __init__(self, events: Iterable[TrackEvent] = ()) -> None:
        self.burnt: Counter[str] = Counter()
        self.notes: dict[str, str] = {}
        self.repeat: set[str] = set()
        self.verdicts: dict[str, tuple[int, bool]] = {}
        for event in events:
            self.apply(event)

    def apply(self, event: TrackEvent) -> None:
        """One more thing has happened."""
        if isinstance(event, VerdictGiven):
            self.verdicts[event.ticket] = (event.attempt, event.verdict.passed)
        elif isinstance(event, TicketChanged):
            self._move(event)

    def passed(self, ticket: str, attempt: int) -> bool:
        """Whether QA let this attempt pass."""
        return self.verdicts.get(ticket) == (attempt, True)

    def next_attempt(self, ticket: str, last: int) -> int:
        """The number of the attempt that comes now: one that did not count is made again."""
        return last if last and ticket in self.repeat else last + 1

    def _move(self, event: TicketChanged) -> None:
        if event.status == "running":
            self.repeat.discard(event.ticket)
            self.verdicts.pop(event.ticket, None)
        elif event.status in ("todo", "failed") and event.by in (WORKER, QA):
            self.burnt[event.ticket] += 1
            self.notes[event.ticket] = event.reason
        elif event.status == "todo" and event.by == RUN:
            self.repeat.add(event.ticket)
        elif event.status == "todo" and event.by != GRAPH:
            self.burnt.pop(event.ticket, None)


class Desk:
    """What is under way. `killed` holds tickets and why they were ended, `prompts` what workers were let begin with."""

    def __init__(self) -> None:
        self.tasks: dict[str, Task] = {}
        self.began: dict[str, float] = {}
        self.down: dict[str, Down] = {}
        self.killed: dict[str, str] = {}
        self.late: set[str] = set()
        self.prompts: dict[str, str] = {}
        self.unread: Counter[str] = Counter()
        self.cuts: Counter[str] = Counter()
        self.stopping = ""

    def take(self, task: Task, now: float) -> None:
        """A task begins."""
        self.tasks[task.ticket] = task
        self.began[task.ticket] = now

    def put_down(self, ticket: str) -> None:
        """Its task is over."""
        self.tasks.pop(ticket, None)
        self.began.pop(ticket, None)

    def count(self, kind: TaskKind) -> int:
        """How many tasks of a kind are under way."""
        return sum(task.kind == kind for task in self.tasks.values())

    def serving(self) -> Counter[str]:
        """How many tasks each provider is busy with."""
        return Counter(task.provider for task in self.tasks.values() if task.kind in ("work", "review"))

    def is_away(self, provider: str, now: float) -> bool:
        """Whether a provider is not to be asked: it failed a moment ago, or one task is finding out if it is back."""
        down = self.down.get(provider)
        if down is None:
            return False
        return now < down.until or self.serving()[provider] > 0

    def fail(self, provider: str, why: str, retry_after: float | None, settings: RunSettings, now: float) -> Down:
        """A provider was not to be had: each time it is left alone for longer."""
        before = self.down.get(provider)
        tries = before.tries + 1 if before else 1
        pause = min(settings.first_wait * 2 ** (tries - 1), settings.longest_wait)
        down = Down(before.since if before else now, now + max(pause, retry_after or 0.0), tries, why)
        self.down[provider] = down
        return down

    def recover(self, model: str) -> None:
        """A provider has answered."""
        self.down.pop(provider_of(model), None)

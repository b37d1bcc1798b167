"""Workers that follow a script instead of asking a model, a clock that stands still, and tracks for them to work on."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from manual_slop.conductor.engine import Scene
from manual_slop.conductor.jobs import Review, WorkerResult
from manual_slop.conductor.run_values import RunSettings, Spoken, Task, Trouble
from manual_slop.conductor.running import Clock
from manual_slop.conductor.settling import Result
from manual_slop.conductor.track_state import plan_digest
from manual_slop.conductor.worktrees import Integrated
from manual_slop.values.tickets import Ticket, Verdict
from manual_slop.values.track_events import GateOpened, TrackEvent, TrackPlanned

SETTINGS = RunSettings(("acme/small",), ("acme/qa",), workers=4, reviewers=4)
GOOD = Review(Verdict(passed=True, reasons=("it holds",)))
BAD = Review(Verdict(passed=False, reasons=("it does not hold",)))
Script = Callable[[Task], Result | None]
"""What a task comes to; `None` leaves it to what goes well."""


def planned(tickets: Sequence[Ticket]) -> list[TrackEvent]:
    """A track of these tickets that a person has approved."""
    digest = plan_digest("", tickets)
    plan = TrackPlanned("Teapots", "more tea", "/home/me/teapot", "tea", digest, "", tuple(tickets))
    return [plan, GateOpened("plan", digest, "me")]


def chain(*names: str) -> list[Ticket]:
    """Tickets of which each depends on the one before."""
    return [
        Ticket(name, name.upper(), "do it", depends_on=names[at - 1 : at] if at else ())
        for at, name in enumerate(names)
    ]


def apart(*names: str) -> list[Ticket]:
    """Tickets that do not depend on each other."""
    return [Ticket(name, name.upper(), "do it") for name in names]


def going_well(task: Task) -> Result:
    """What a task comes to when nothing is wrong."""
    if task.kind == "work":
        return WorkerResult("finished", session_id=f"{task.ticket}-{task.attempt}", commit="c")
    if task.kind == "review":
        return GOOD
    if task.kind == "integrate":
        return Integrated(f"commit-{task.ticket}")
    return Spoken("begin" if task.kind == "ask" else "retry", "me", prompt="as asked", digest="d")


class ScriptedCrew:
    """A `Crew` of threads. It notes what was begun, and that nothing was begun twice at once."""

    def __init__(self, script: Script = lambda _task: None, threads: int = 8) -> None:
        self.begun: list[Task] = []
        self.twice: list[Task] = []
        self.most = 0
        self._script = script
        self._pool = ThreadPoolExecutor(threads)
        self._lock = threading.Lock()
        self._busy: Counter[str] = Counter()
        self.stopped: dict[str, threading.Event] = {}

    @property
    def busy(self) -> int:
        """How many tasks are under way."""
        with self._lock:
            return self._busy.total()

    def begin(self, scene: Scene, task: Task) -> Future[Result]:
        with self._lock:
            self.begun.append(task)
            self._busy[task.ticket] += 1
            self.most = max(self.most, self._busy.total())
            if self._busy[task.ticket] > 1:
                self.twice.append(task)
            self.stopped[task.ticket] = threading.Event()
        return self._pool.submit(self._do, task)

    def stop(self, ticket: str, reason: str) -> None:
        if ticket in self.stopped:
            self.stopped[ticket].set()

    def close(self) -> None:
        for stop in self.stopped.values():
            stop.set()
        self._pool.shutdown()

    def hang(self, task: Task) -> Result:
        """Goes on until it is stopped."""
        assert self.stopped[task.ticket].wait(60)
        return Trouble("cancelled", "stopped") if task.kind != "work" else WorkerResult("stopped", "stopped")

    def of(self, kind: str) -> list[str]:
        """The tickets of the tasks of a kind, as they were begun."""
        return [task.ticket for task in self.begun if task.kind == kind]

    def _do(self, task: Task) -> Result:
        try:
            return self._script(task) or going_well(task)
        finally:
            with self._lock:
                self._busy[task.ticket] -= 1


class StillClock(Clock):
    """A clock that jumps to when something is due, as soon as nobody is at work."""

    def __init__(self, crew: ScriptedCrew) -> None:
        self._crew = crew
        self._now = 1000.0
        self.jumps: list[float] = []

    def now(self) -> float:
        return self._now

    def wait(self, condition: threading.Condition, seconds: float) -> None:
        if not condition.wait(0.005) and not self._crew.busy:
            self._now += seconds
            self.jumps.append(seconds)

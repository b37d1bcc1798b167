"""The loop of a run: what the engine decides is kept in the store, then done; what ends or is told wakes it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol

from manual_slop.conductor.desk import Tally
from manual_slop.conductor.engine import Scene, after_a_crash, next_steps
from manual_slop.conductor.obeying import obey
from manual_slop.conductor.run_values import Decision, RunSettings, Task, Trouble
from manual_slop.conductor.settling import Result, settle, unasked
from manual_slop.conductor.track_state import TrackState
from manual_slop.store.errors import StoreError
from manual_slop.store.tracks import TrackEntry, Tracks
from manual_slop.store.watching import Watcher
from manual_slop.values.ids import new_id
from manual_slop.values.track_events import RunEnded, RunStarted, TrackChanged, TrackEvent

_NEVER = 3600.0  # seconds until it looks again although nothing is due


class Crew(Protocol):
    """Does what the engine wants done."""

    def begin(self, scene: Scene, task: Task) -> Future[Result]:
        """Begin a task in the background. What it raises counts as a crash of the task."""

    def stop(self, ticket: str, reason: str) -> None:
        """End a ticket's task soon; its future ends then."""

    def close(self) -> None:
        """Let go of everything; whatever still runs is ended."""


class Clock:
    """The time of a run, in seconds from anywhere, and how it waits."""

    def now(self) -> float:
        """What time it is."""
        return time.monotonic()

    def wait(self, condition: threading.Condition, seconds: float) -> None:
        """Wait until somebody notifies, or so long."""
        condition.wait(seconds)


class Run:
    """One program's work on one track, from `go` to its end. `heard` is called with what happened, in order.

    The track has to be claimed by the caller. `loud` names the gates that were waived.
    """

    def __init__(
        self,
        tracks: Tracks,
        track_id: str,
        settings: RunSettings,
        crew: Crew,
        *,
        run_id: str = "",
        loud: tuple[str, ...] = (),
        clock: Clock | None = None,
        heard: Callable[[TrackEntry], None] = lambda _entry: None,
    ) -> None:
        self.id = run_id or new_id()
        self._tracks = tracks
        self._track_id = track_id
        self._crew = crew
        self._clock = clock or Clock()
        self._heard = heard
        self._loud = loud
        self._wake = threading.Condition()
        self._ended: list[tuple[Task, Future[Result]]] = []
        self._told = True
        self._last = 0
        self.scene = Scene(TrackState(track_id), settings, tally=Tally())

    def go(self, watcher: Watcher | None = None) -> str:
        """Work until all is done or nothing can go on; why it ended. Raises `StoreError` where nothing can be kept.

        `watcher` tells of what other programs write; without one only `wake` does.
        """
        forget = watcher.listen(self.wake) if watcher else lambda: None
        try:
            self._catch_up()
            started = RunStarted(self.id, self.scene.settings.step, self._loud)
            self._carry_out(Decision((started, TrackChanged("running", by="the run"))))
            self._carry_out(after_a_crash(self.scene))
            self._carry_out(Decision(tuple(unasked(self.scene))))
            return self._until_over()
        finally:
            forget()
            self._crew.close()

    def wake(self) -> None:
        """Something was written or has ended: look again."""
        with self._wake:
            self._told = True
            self._wake.notify_all()

    def _until_over(self) -> str:
        while True:
            self._catch_up()
            self._obey()
            self._settle()
            decision = next_steps(self.scene, self._clock.now())
            self._carry_out(decision)
            if decision.over:
                self._append((RunEnded(self.id, decision.over),))
                return decision.over
            if not decision.events:
                self._rest(decision.wake_at)

    def _rest(self, until: float | None) -> None:
        with self._wake:
            if not self._told and not self._ended:
                now = self._clock.now()
                self._clock.wait(self._wake, _NEVER if until is None else max(0.0, until - now))
            self._told = False

    def _catch_up(self) -> None:
        """What others have added to the track."""
        for entry in self._tracks.events(self._track_id, self._last):
            self._last = entry.number
            self.scene.apply(entry.event)
            self._heard(entry)

    def _append(self, events: tuple[TrackEvent, ...], outcomes: dict[int, str] | None = None) -> None:
        """Keep events; they count from when they are on the disk."""
        self._tracks.append(self._track_id, events, outcomes=outcomes or {})
        self._catch_up()

    def _obey(self) -> None:
        for number, command in self._tracks.commands(self._track_id):
            obeyed = obey(self.scene, command)
            self._append(obeyed.events, {number: obeyed.outcome})
            if obeyed.wakes:
                self.scene.desk.down.clear()
            if obeyed.stopping:
                self.scene.desk.stopping = obeyed.stopping
            for ticket, why in obeyed.stop:
                if not obeyed.stopping:
                    self.scene.desk.killed[ticket] = why
                self._crew.stop(ticket, why)

    def _settle(self) -> None:
        with self._wake:
            ended, self._ended = self._ended, []
        for task, future in ended:
            self.scene.desk.put_down(task.ticket)
            self._carry_out(settle(self.scene, task, _result(future), self._clock.now()))

    def _carry_out(self, decision: Decision) -> None:
        if decision.events:
            self._append(decision.events)
        now = self._clock.now()
        for task in decision.start:
            self.scene.desk.take(task, now)
            self._begin(task)
        for ticket, why in decision.stop:
            self.scene.desk.late.add(ticket)
            self._crew.stop(ticket, why)

    def _begin(self, task: Task) -> None:
        future: Future[Result]
        try:
            future = self._crew.begin(self.scene, task)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001  # a task that cannot begin is the ticket's trouble, not the run's
            future = Future()
            future.set_exception(error)
        future.add_done_callback(lambda done: self._end(task, done))

    def _end(self, task: Task, future: Future[Result]) -> None:
        with self._wake:
            self._ended.append((task, future))
            self._wake.notify_all()


def _result(future: Future[Result]) -> Result:
    if future.cancelled():
        return Trouble("cancelled", "it was stopped before it began")
    error = future.exception()
    if error is None:
        return future.result()
    return Trouble("crash", f"it broke down: {type(error).__name__}: {error}")

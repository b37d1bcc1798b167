"""A run keeps what it decides before it acts, survives its own end and its providers', and obeys a person."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from manual_slop.conductor.jobs import WorkerResult
from manual_slop.conductor.run_values import Clashed, RunSettings, Spoken, Task, Trouble
from manual_slop.conductor.running import Run
from manual_slop.conductor.settling import Result
from manual_slop.conductor.standing import standing
from manual_slop.conductor.telling import tell
from manual_slop.conductor.track_state import TrackState
from manual_slop.store.store import Store
from manual_slop.store.watching import Watcher
from manual_slop.values.tickets import Ticket, TicketState
from manual_slop.values.track_commands import CommandKind, TrackCommand
from manual_slop.values.track_events import TicketChanged, TrackEvent, VerdictGiven
from tests.support.crews import BAD, SETTINGS, ScriptedCrew, StillClock, apart, chain, planned
from tests.support.patience import wait_until


class Stage:
    """A store with one approved track, and runs of it by script."""

    def __init__(self, folder: Path, tickets: list[Ticket]) -> None:
        self.store = Store.open(folder)
        self.watcher = Watcher(self.store.database, 0.002)
        self.store.tracks.append("tea", planned(tickets))
        self.crew = ScriptedCrew()

    def run(
        self, script: Callable[[Task], Result | None] = lambda _task: None, settings: RunSettings = SETTINGS
    ) -> str:
        """A whole run; why it ended."""
        self.crew = ScriptedCrew(script)
        self.clock = StillClock(self.crew)
        self.store.tracks.claim("tea")
        try:
            return Run(self.store.tracks, "tea", settings, self.crew, clock=self.clock).go(self.watcher)
        finally:
            self.store.tracks.release("tea")
            assert not self.crew.twice

    def begin(self, script: Callable[[Task], Result | None], settings: RunSettings = SETTINGS) -> threading.Thread:
        """A run in a thread of its own."""
        thread = threading.Thread(target=self.run, args=(script, settings))
        before = len(self.events)
        thread.start()
        wait_until(lambda: len(self.events) > before)
        return thread

    def tell(self, kind: CommandKind, ticket: str = "", value: str = "") -> str:
        return tell(self.store, "tea", TrackCommand(kind, ticket, value, "me"), patience=60)

    @property
    def events(self) -> list[TrackEvent]:
        return [entry.event for entry in self.store.tracks.events("tea")]

    @property
    def track(self) -> TrackState:
        return TrackState("tea", self.events)

    @property
    def statuses(self) -> dict[str, str]:
        return {name: state.status for name, state in self.track.states.items()}

    def state(self, ticket: str) -> TicketState:
        return self.track.states[ticket]

    def close(self) -> None:
        self.watcher.close()
        self.store.close()


def until(go: threading.Event) -> Callable[[Task], None]:
    """Workers that wait for a sign."""

    def wait(task: Task) -> None:
        if task.kind == "work":
            assert go.wait(60)

    return wait


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Callable[..., Stage]]:
    made: list[Stage] = []

    def make(*tickets: Ticket) -> Stage:
        made.append(Stage(tmp_path / f"data{len(made)}", list(tickets)))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_all_goes_well_in_the_order_of_dependencies(stage):
    world = stage(*chain("a", "b", "c"))
    assert world.run() == "all is done"
    assert world.crew.of("work") == ["a", "b", "c"]
    assert world.statuses == {"a": "done", "b": "done", "c": "done"}
    assert world.track.status == "mergeable"
    assert world.track.last_run_ended == "all is done"


def test_every_step_is_kept_before_it_is_made(stage):
    world = stage(*apart("a"))
    seen: list[str] = []

    def look(task: Task) -> None:
        if task.kind in ("work", "review"):
            seen.append(f"{task.kind} {world.state(task.ticket).status}")

    world.run(look)
    assert seen == ["work running", "review review"]


def test_no_more_workers_than_allowed_and_no_more_of_a_provider(stage):
    tickets = [Ticket(f"t{at}", "T", "", model="one/m" if at % 2 else "two/m") for at in range(20)]
    world = stage(*tickets)
    gathered = threading.Barrier(3)
    busy: list[int] = []

    def together(task: Task) -> None:
        if task.kind == "work":
            gathered.wait(60) if len(busy) < 3 else None
            busy.append(sum(one.provider == "one" for one in [task]))

    world.run(together, replace(SETTINGS, workers=3, reviewers=1, per_provider={"one": 1}))
    assert set(world.statuses.values()) == {"done"}
    assert world.crew.most <= 5


def test_what_qa_refuses_goes_back_with_its_reasons_and_then_to_the_next_model(stage):
    world = stage(*apart("a"), *[replace(chain("b")[0], depends_on=("a",))])
    settings = replace(SETTINGS, models=("acme/small", "acme/large"), attempts=1)
    world.run(lambda task: BAD if task.kind == "review" else None, settings)
    works = [task for task in world.crew.begun if task.kind == "work"]
    assert [(task.ticket, task.model, task.note) for task in works] == [
        ("a", "acme/small", ""),
        ("a", "acme/large", "- it does not hold"),
    ]
    assert world.state("a").status == "failed"
    assert "it does not hold" in world.state("a").reason
    assert (world.state("b").status, world.state("b").blocked_by) == ("blocked", "dependency")
    assert world.track.status == "failed"
    assert [event.attempt for event in world.events if isinstance(event, VerdictGiven)] == [1, 2]


def test_a_worker_that_breaks_down_costs_an_attempt_and_not_the_run(stage):
    world = stage(*apart("a", "b"))

    def break_down(task: Task) -> None:
        if task.kind == "work" and task.ticket == "a":
            raise RuntimeError("segmentation of an unlikely kind")

    world.run(break_down)
    assert world.statuses == {"a": "failed", "b": "done"}
    assert "segmentation of an unlikely kind" in world.state("a").reason
    assert world.crew.of("work").count("a") == 2


def test_a_provider_that_is_down_for_a_minute_costs_no_attempt(stage):
    world = stage(*apart("a", "b", "c"))
    tries = []

    def down(task: Task) -> Result | None:
        if task.kind == "work" and world.clock.now() < 1060:
            tries.append(world.clock.now())
            return WorkerResult("failed", "acme could not be reached", trouble="network")
        return None

    assert world.run(down) == "all is done"
    assert {state.attempt for state in world.track.states.values()} == {1}
    waits = [event for event in world.events if isinstance(event, TicketChanged) and "waits for acme" in event.reason]
    assert waits[0].status == "todo"
    assert len(tries) < 12  # not all of them again and again: one finds out whether it is back
    assert sum(world.clock.jumps) >= 60


def test_a_provider_that_never_comes_back_pauses_the_run_and_says_so(stage):
    world = stage(*apart("a"))
    down = Trouble("server", "acme is on fire")
    why = world.run(lambda task: down if task.kind == "work" else None, replace(SETTINGS, patience=300))
    assert "acme is on fire" in why
    assert (world.track.status, world.state("a").status) == ("paused", "todo")
    assert world.run() == "all is done"


def test_a_provider_that_breaks_off_in_the_middle_again_and_again_costs_attempts_in_the_end(stage):
    world = stage(*apart("a", "b"))
    cut = WorkerResult("failed", "the connection was cut", trouble="network", heard=True)
    world.run(lambda task: cut if (task.kind, task.ticket) == ("work", "a") else None)
    assert world.statuses == {"a": "failed", "b": "done"}
    assert "acme broke off 3 times: the connection was cut" in world.state("a").reason
    assert world.crew.of("work").count("a") == 6


def test_a_fallback_takes_over_where_the_model_s_provider_is_gone(stage):
    world = stage(*apart("a"))
    settings = replace(SETTINGS, fallbacks=("other/m",))
    refused = Trouble("auth", "the key was not accepted")
    world.run(lambda task: refused if task.provider == "acme" and task.kind == "work" else None, settings)
    assert world.state("a").status == "done"
    assert [task.model for task in world.crew.begun if task.kind == "work"][-1] == "other/m"


def test_a_ticket_s_own_budget_fails_it_and_a_wider_one_pauses_the_run(stage):
    world = stage(*chain("a", "b"), *apart("c"))
    full = Trouble("budget", "the budget of ticket a is used up", full="ticket a")
    world.run(lambda task: full if (task.kind, task.ticket) == ("work", "a") else None)
    assert world.statuses == {"a": "failed", "b": "blocked", "c": "done"}
    world = stage(*apart("a", "b"))
    full = Trouble("budget", "the budget of day 2026-11-23 is used up", full="day 2026-11-23")
    assert "the budget of day" in world.run(lambda task: full if task.ticket == "a" else None)
    assert world.track.status == "paused"
    assert world.state("a").status == "todo"


def test_a_worker_that_takes_too_long_is_ended(stage):
    world = stage(*apart("a"))

    def dawdle(task: Task) -> Result | None:
        return world.crew.hang(task) if task.kind == "work" else None

    class Hurry(StillClock):
        def wait(self, condition: threading.Condition, seconds: float) -> None:
            if not condition.wait(0.005):
                self._now += seconds

    world.store.tracks.claim("tea")
    world.crew = ScriptedCrew(dawdle)
    Run(world.store.tracks, "tea", SETTINGS, world.crew, clock=Hurry(world.crew)).go(world.watcher)
    assert world.state("a").status == "failed"
    assert "not done within 3600 seconds" in world.state("a").reason


def test_clashing_work_becomes_a_ticket_and_what_waited_is_done_with_it(stage):
    world = stage(*chain("a", "b"))
    conflict = Ticket("a-conflict", "Bring together", "both sides", priority="high")

    def clash(task: Task) -> Result | None:
        return Clashed(conflict, ("x.py",)) if (task.kind, task.ticket) == ("integrate", "a") else None

    assert world.run(clash) == "all is done"
    assert world.crew.of("work") == ["a", "a-conflict", "b"]
    assert world.state("a").commit == "commit-a-conflict"


def test_a_conflict_that_is_not_resolved_fails_the_ticket(stage):
    world = stage(*chain("a", "b"))
    conflict = Ticket("a-conflict", "Bring together", "both sides")

    def clash(task: Task) -> Result | None:
        if (task.kind, task.ticket) == ("integrate", "a"):
            return Clashed(conflict, ("x.py",))
        return BAD if (task.kind, task.ticket) == ("review", "a-conflict") else None

    world.run(clash)
    assert world.statuses == {"a": "failed", "b": "blocked", "a-conflict": "failed"}


def test_pause_lets_what_runs_come_to_its_end_and_resume_goes_on(stage):
    world = stage(*chain("a", "b"))
    go = threading.Event()
    thread = world.begin(until(go))
    wait_until(lambda: world.statuses["a"] == "running")
    assert "paused" in world.tell("pause")
    go.set()
    wait_until(lambda: not world.crew.busy and world.statuses["a"] == "review")
    assert world.statuses["b"] == "todo"
    assert world.tell("resume") == "it goes on"
    thread.join(60)
    assert world.statuses == {"a": "done", "b": "done"}


def test_stop_ends_what_runs_and_the_next_run_goes_on(stage):
    world = stage(*chain("a", "b"))
    thread = world.begin(lambda task: world.crew.hang(task) if task.kind == "work" else None)
    wait_until(lambda: world.crew.of("work"))
    assert "stopping" in world.tell("stop")
    thread.join(60)
    assert world.statuses == {"a": "todo", "b": "todo"}
    assert (world.track.status, world.track.reason) == ("stopped", "stopped by me")
    assert world.run() == "all is done"
    assert world.state("a").attempt == 1


def test_kill_ends_one_worker_and_what_depends_on_it_waits_until_it_is_tried_again(stage):
    world = stage(*chain("a", "b"), *apart("c"))
    thread = world.begin(lambda task: world.crew.hang(task) if task.ticket == "a" and task.attempt == 1 else None)
    wait_until(lambda: world.crew.of("work").count("a") and world.statuses["c"] == "done")
    assert world.tell("kill", "a") == "a is being ended"
    thread.join(60)
    assert world.statuses == {"a": "failed", "b": "blocked", "c": "done"}
    assert world.state("a").reason == "ended by me"
    assert world.tell("retry", "b").startswith("no: b waits for others")
    assert world.tell("retry", "a") == "a is to be done again"
    assert world.track.status == "stopped"
    assert world.run() == "all is done"


def test_a_ticket_is_blocked_unblocked_skipped_and_given_another_model(stage):
    world = stage(*chain("a", "b", "c"))
    assert "blocked" in world.tell("block", "a", "wait for Ada")
    world.run()
    assert world.statuses == {"a": "blocked", "b": "blocked", "c": "blocked"}
    assert (world.state("a").blocked_by, world.state("b").blocked_by) == ("person", "dependency")
    assert world.tell("unblock", "b").startswith("no: b waits for others")
    assert world.tell("unblock", "a") == "a may go on"
    assert "left out" in world.tell("skip", "a")
    assert "other/m" in world.tell("model", "b", "other/m")
    assert world.tell("priority", "b", "urgent").startswith("no: ")
    assert world.tell("retry", "nothing").startswith("no: there is no ticket")
    assert world.tell("pause").startswith("no: nobody works on this track")
    world.run()
    assert world.statuses == {"a": "skipped", "b": "done", "c": "done"}
    assert [task.model for task in world.crew.begun if task.kind == "work"] == ["other/m", "acme/small"]


def test_step_mode_asks_before_each_worker_and_what_was_edited_is_what_it_is_told(stage):
    world = stage(*apart("a", "b"))

    def answer(task: Task) -> Result | None:
        if task.kind != "ask":
            return None
        no = Spoken("refuse", "me", "not this one")
        return no if task.ticket == "b" else Spoken("begin", "me", prompt="do it well", digest="d1")

    world.run(answer, replace(SETTINGS, step=True))
    (work,) = [task for task in world.crew.begun if task.kind == "work"]
    assert (work.ticket, work.prompt) == ("a", "do it well")
    assert world.track.is_open("spawn", "d1", "a")
    assert (world.state("b").status, world.state("b").blocked_by, world.state("b").reason) == (
        "blocked",
        "person",
        "not this one",
    )


@pytest.mark.parametrize(
    ("choice", "works", "status"), [("retry", 2, "done"), ("keep", 1, "done"), ("skip", 1, "skipped")]
)
@pytest.mark.parametrize("asked", [True, False])
def test_what_ran_when_the_program_ended_is_unknown_and_a_person_says_what_becomes_of_it(
    stage, choice, works: int, status: str, asked: bool
):
    world = stage(*chain("a", "b"))
    world.store.tracks.append("tea", [TicketChanged("a", "running", attempt=1, model="acme/small")])
    settings = SETTINGS if asked else replace(SETTINGS, unknown=choice)
    world.run(lambda task: Spoken(choice, "me") if task.kind == "recover" else None, settings)
    assert world.crew.of("recover") == (["a"] if asked else [])
    assert world.statuses == {"a": status, "b": "done"}
    assert world.crew.of("work").count("a") == works - 1
    assert "unknown" in [one.status for one in world.events if isinstance(one, TicketChanged) and one.ticket == "a"]


def test_what_was_done_before_the_end_is_not_done_again(stage):
    world = stage(*chain("a", "b"))
    world.run(lambda task: Trouble("budget", "no money", full="all") if task.ticket == "b" else None)
    assert world.statuses == {"a": "done", "b": "todo"}
    world.run()
    assert world.crew.of("work") == ["b"]


def test_two_tracks_at_once_do_not_wait_for_each_other(stage):
    world = stage(*apart("a"))
    world.store.tracks.append("coffee", planned(apart("x")))
    go = threading.Event()
    thread = world.begin(until(go))
    world.store.tracks.claim("coffee")
    assert Run(world.store.tracks, "coffee", SETTINGS, ScriptedCrew()).go(world.watcher) == "all is done"
    assert world.statuses == {"a": "running"}
    go.set()
    thread.join(60)
    assert standing(world.store, "tea").settled == standing(world.store, "coffee").settled == 1

"""Whatever happens to tickets, in whatever order: none is worked on twice at once, before its turn, or for ever."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from manual_slop.conductor.desk import Tally
from manual_slop.conductor.engine import Scene, after_a_crash, next_steps
from manual_slop.conductor.jobs import WorkerResult
from manual_slop.conductor.obeying import obey
from manual_slop.conductor.run_values import Clashed, Decision, RunSettings, Spoken, Task, Trouble
from manual_slop.conductor.settling import Result, settle
from manual_slop.conductor.track_state import TrackState
from manual_slop.values.tickets import SETTLED, Ticket
from manual_slop.values.track_commands import TICKET_KINDS, TrackCommand
from manual_slop.values.track_events import TicketChanged, TrackEvent
from tests.support.crews import BAD, going_well, planned
from tests.support.scale import scaled

SETTINGS = RunSettings(("acme/small", "acme/large"), ("acme/qa",), ("other/m",), attempts=2, workers=3, longest=100)


class World:
    """A run without threads: tasks end in any order, as anything, and programs are killed."""

    def __init__(self, tickets: list[Ticket], chance: random.Random, settings: RunSettings = SETTINGS) -> None:
        self.events: list[TrackEvent] = []
        self.chance = chance
        self.settings = settings
        self.now = 0.0
        self.over = ""
        self.works: Counter[str] = Counter()
        self.calm = False
        for event in planned(tickets):
            self.events.append(event)
        self.restart()

    def restart(self) -> None:
        """A new program finds what the old one left."""
        self.scene = Scene(TrackState("t", self.events), self.settings, tally=Tally(self.events))
        self.carry_out(after_a_crash(self.scene))
        self.over = ""

    def carry_out(self, decision: Decision) -> None:
        for event in decision.events:
            self.events.append(event)
            self.scene.apply(event)
        for task in decision.start:
            self.check(task)
            self.scene.desk.take(task, self.now)
        for ticket, _ in decision.stop:
            self.scene.desk.late.add(ticket)
        self.over = decision.over or self.over

    def check(self, task: Task) -> None:
        track = self.scene.track
        assert task.ticket not in self.scene.desk.tasks
        assert not self.scene.desk.stopping
        status = track.states[task.ticket].status
        if task.kind == "work":
            self.works[task.ticket] += 1
            assert status == "running"
            needed = track.tickets[task.ticket].depends_on
            assert all(track.states[one].status in ("done", "skipped") for one in needed)
            assert self.scene.desk.count("work") < self.settings.workers
        elif task.kind == "integrate":
            assert status == "review"
            assert self.scene.tally.passed(task.ticket, task.attempt)
        else:
            assert status == {"review": "review", "recover": "unknown", "ask": "todo"}[task.kind]

    def step(self) -> None:
        """One thing happens."""
        self.now += self.chance.random() * 3
        tasks = list(self.scene.desk.tasks.values())
        if tasks and (self.calm or self.chance.random() < 0.6):
            task = self.chance.choice(tasks)
            self.scene.desk.put_down(task.ticket)
            self.carry_out(settle(self.scene, task, self.result(task), self.now))
        elif not self.calm and self.chance.random() < 0.1:
            self.command()
        decision = next_steps(self.scene, self.now)
        self.carry_out(decision)
        if decision.wake_at and not decision.start and not self.scene.desk.tasks:
            self.now = max(self.now, decision.wake_at)

    def command(self) -> None:
        kind = self.chance.choice([*sorted(TICKET_KINDS), "pause", "resume", "resume"])
        value = self.chance.choice(["", "high", "acme/x"])
        told = obey(self.scene, TrackCommand(kind, self.chance.choice(list(self.scene.track.tickets)), value, "me"))
        self.carry_out(Decision(told.events))
        if told.wakes:
            self.scene.desk.down.clear()
        for ticket, why in told.stop:
            self.scene.desk.killed[ticket] = why

    def result(self, task: Task) -> Result:
        luck = 1.0 if self.calm else self.chance.random()
        if luck > 0.5:
            return going_well(task)
        trouble = Trouble(self.chance.choice(["network", "crash", "auth", "cancelled", "unread"]), "bad luck")
        if task.kind == "work":
            outcome = self.chance.choice(["failed", "nothing", "stopped"])
            return trouble if luck < 0.2 else WorkerResult(outcome, "bad luck")
        if task.kind == "review":
            return trouble if luck < 0.2 else BAD
        if task.kind == "integrate":
            conflict = replace(self.scene.track.tickets[task.ticket], id=f"{task.ticket}-conflict")
            return Clashed(conflict, ("x.py",)) if luck < 0.4 else Trouble("git", "no")
        return Spoken(self.chance.choice(["retry", "keep", "skip", "refuse", "later"]), "me")


@st.composite
def graphs(draw: st.DrawFn) -> list[Ticket]:
    count = draw(st.integers(1, 9))
    tickets = []
    for at in range(count):
        needed = draw(st.sets(st.integers(0, at - 1), max_size=3)) if at else set()
        tickets.append(Ticket(f"t{at}", f"T{at}", "do it", depends_on=tuple(f"t{one}" for one in sorted(needed))))
    return tickets


@settings(max_examples=scaled(150, 2000))
@given(graphs(), st.integers(0, 2**32), st.booleans())
def test_nothing_runs_twice_or_too_early_and_all_of_it_comes_to_an_end(tickets, seed: int, step: bool):
    chance = random.Random(seed)
    world = World(tickets, chance, replace(SETTINGS, step=step))
    for _ in range(chance.randrange(10, 120)):
        if world.over or chance.random() < 0.03:
            world.restart()
        world.step()
    world.calm = True
    world.restart()
    world.carry_out(Decision(obey(world.scene, TrackCommand("resume", by="me")).events))
    for _ in range(60 * (len(world.scene.track.tickets) + 1)):
        if world.over:
            break
        world.step()
    assert world.over
    states = world.scene.track.states
    if not all(state.status in SETTLED for state in states.values()):
        # Work that waits for a conflict which a person holds back waits, and so does what depends on it.
        assert world.over.startswith("nothing can go on")
        assert any(state.status == "blocked" and "-conflict" in name for name, state in states.items()), states
        assert not any(state.status in ("running", "unknown") for state in states.values())
    for name, state in states.items():
        barred = any(states[one].status in ("failed", "blocked") for one in world.scene.track.tickets[name].depends_on)
        if state.status == "blocked" and state.blocked_by == "dependency":
            assert barred
        if state.status == "done":
            assert state.commit
    finished = [one.ticket for one in world.events if isinstance(one, TicketChanged) and one.status == "done"]
    assert len(finished) == len(set(finished))


@settings(max_examples=scaled(100, 1000))
@given(graphs(), st.integers(0, 2**32))
def test_attempts_are_bounded_whatever_goes_wrong(tickets, seed: int):
    world = World(tickets, random.Random(seed))
    world.result = lambda task: BAD if task.kind == "review" else going_well(task)  # type: ignore[method-assign]
    world.calm = True
    for _ in range(1000):
        if world.over:
            break
        world.step()
    assert world.over
    first = [one.id for one in tickets if not one.depends_on]
    assert all(world.works[name] == 4 for name in first)
    assert all(world.works[one.id] == 0 for one in tickets if one.depends_on)
    assert {state.status for state in world.scene.track.states.values()} <= {"failed", "blocked"}


def test_models_escalate_after_their_attempts_and_a_ticket_with_its_own_model_keeps_it():
    world = World([Ticket("a", "A", ""), Ticket("b", "B", "", model="own/m")], random.Random(1))
    world.result = lambda task: BAD if task.kind == "review" else going_well(task)  # type: ignore[method-assign]
    world.calm = True
    while not world.over:
        world.step()
    tried = [(one.ticket, one.attempt, one.model) for one in world.events if _begins(one)]
    assert [one[1:] for one in tried if one[0] == "a"] == [
        (1, "acme/small"),
        (2, "acme/small"),
        (3, "acme/large"),
        (4, "acme/large"),
    ]
    assert [one[1:] for one in tried if one[0] == "b"] == [(1, "own/m"), (2, "own/m")]


def _begins(event: TrackEvent) -> bool:
    return isinstance(event, TicketChanged) and event.status == "running"

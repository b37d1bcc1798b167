"""What a run does next, from where its track stands and what is under way. Pure: it decides, others act."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from manual_slop.conductor.desk import Desk, Tally
from manual_slop.conductor.run_values import GRAPH, RUN, Decision, RunSettings, Task, provider_of
from manual_slop.conductor.track_state import TrackState
from manual_slop.values.tickets import TicketState, TicketStatus
from manual_slop.values.track_events import TicketChanged, TrackChanged, TrackEvent

_FRESH = TicketState()
_ORDER: tuple[TicketStatus, ...] = ("done", "skipped", "failed", "blocked", "review", "running", "unknown", "todo")


@dataclass(slots=True)
class Scene:
    """A track, what is under way for it, and how it is to be worked on."""

    track: TrackState
    settings: RunSettings
    desk: Desk = field(default_factory=Desk)
    tally: Tally = field(default_factory=Tally)

    def apply(self, event: TrackEvent) -> None:
        """One more thing has happened."""
        self.track.apply(event)
        self.tally.apply(event)

    def state(self, ticket: str) -> TicketState:
        """Where a ticket stands."""
        return self.track.states.get(ticket, _FRESH)

    def models(self, ticket: str) -> tuple[str, ...]:
        """Who may work on a ticket, one after the other: its own model, or the tier's."""
        own = self.track.tickets[ticket].model if ticket in self.track.tickets else ""
        return (own,) if own else self.settings.models

    def most(self, ticket: str) -> int:
        """How many attempts there are for a ticket in all."""
        return self.settings.attempts * len(self.models(ticket))


def after_a_crash(scene: Scene) -> Decision:
    """What a program that begins to work on a track finds unfinished: of what ran, nobody knows how far it got."""
    lost = [name for name, state in scene.track.states.items() if state.status == "running"]
    why = "its program ended while it ran"
    return Decision(tuple(TicketChanged(name, "unknown", why, by=RUN) for name in lost))


def next_steps(scene: Scene, now: float) -> Decision:
    """What begins now, what is blocked or free because of others, what takes too long, and whether all is over."""
    moved = _cascade(scene)
    if moved:
        return Decision(moved)
    late = tuple(_late(scene, now))
    if scene.desk.stopping:
        return Decision(stop=late, over="" if scene.desk.tasks else scene.desk.stopping)
    settled = tuple(_conflicts_over(scene))
    if settled:
        return Decision(settled)
    start = tuple(_begin(scene, now))
    events = tuple(_told(scene, task) for task in start if task.kind == "work")
    if start or scene.desk.tasks:
        return Decision(events, start, late, wake_at=_wake(scene, now))
    return _at_rest(scene, now)


def _cascade(scene: Scene) -> tuple[TrackEvent, ...]:
    moves = scene.track.dag.cascade(scene.track.states)
    return tuple(
        TicketChanged(move.ticket, "blocked", f"{move.because} did not get done", GRAPH, "dependency")
        if move.blocked
        else TicketChanged(move.ticket, "todo", "what it waited for can be done again", GRAPH)
        for move in moves
    )


def _late(scene: Scene, now: float) -> Iterator[tuple[str, str]]:
    longest = scene.settings.longest
    for ticket, task in scene.desk.tasks.items():
        took = now - scene.desk.began[ticket]
        if task.kind in ("work", "review") and took >= longest and ticket not in scene.desk.late:
            yield ticket, f"not done within {longest:g} seconds"


def _conflicts_over(scene: Scene) -> Iterator[TrackEvent]:
    """Tickets whose work waited for a conflict to be resolved."""
    for ticket, state in scene.track.states.items():
        if state.status != "review" or state.blocked_by != "dependency":
            continue
        resolving = scene.state(conflict_of(ticket))
        if resolving.status == "done":
            yield TicketChanged(ticket, "done", f"resolved by {conflict_of(ticket)}", RUN, commit=resolving.commit)
        elif resolving.status in ("failed", "skipped"):
            yield TicketChanged(ticket, "failed", f"{conflict_of(ticket)} was not resolved", RUN)


def conflict_of(ticket: str) -> str:
    """The id of the ticket that resolves a conflict of that ticket's work with others'."""
    return f"{ticket}-conflict"


def _begin(scene: Scene, now: float) -> Iterator[Task]:
    serving = scene.desk.serving()
    yield from _go_on(scene, serving, now)
    if scene.track.status == "paused":
        return
    workers = scene.desk.count("work") + scene.desk.count("ask")
    for name in scene.track.ready():
        if workers >= scene.settings.workers:
            return
        if name in scene.desk.tasks:
            continue
        task = _work(scene, name)
        if scene.settings.step and name not in scene.desk.prompts:
            workers += 1
            yield Task("ask", name, task.attempt, task.model, task.note)
        elif _has_room(scene, task.provider, serving, now):
            serving[task.provider] += 1
            workers += 1
            yield task


def _go_on(scene: Scene, serving: Counter[str], now: float) -> Iterator[Task]:
    """Reviews, merges into the track's branch, and questions about what was lost."""
    reviewers = scene.desk.count("review")
    for name, state in scene.track.states.items():
        if name in scene.desk.tasks or state.status not in ("review", "unknown"):
            continue
        if state.status == "unknown":
            yield Task("recover", name, state.attempt, state.model)
        elif state.blocked_by == "dependency":
            continue  # another ticket brings its work together with that of others
        elif scene.tally.passed(name, state.attempt):
            yield Task("integrate", name, state.attempt)
        elif reviewers < scene.settings.reviewers and scene.track.status != "paused":
            model = _reachable(scene, scene.settings.qa_models, scene.desk.unread[name])
            if _has_room(scene, provider_of(model), serving, now):
                serving[provider_of(model)] += 1
                reviewers += 1
                yield Task("review", name, state.attempt, model)


def _work(scene: Scene, ticket: str) -> Task:
    models, tried = scene.models(ticket), scene.tally.burnt[ticket]
    model = _reachable(scene, models, min(tried // scene.settings.attempts, len(models) - 1))
    attempt = scene.tally.next_attempt(ticket, scene.state(ticket).attempt)
    return Task("work", ticket, attempt, model, scene.tally.notes.get(ticket, ""), scene.desk.prompts.get(ticket, ""))


def _reachable(scene: Scene, models: tuple[str, ...], wanted: int) -> str:
    """The model whose turn it is, or a fallback while its provider has failed more than once."""
    first = models[min(wanted, len(models) - 1)]
    for model in (first, *scene.settings.fallbacks):
        down = scene.desk.down.get(provider_of(model))
        if down is None or down.tries < 2:
            return model
    return first


def _has_room(scene: Scene, provider: str, serving: Counter[str], now: float) -> bool:
    if scene.desk.is_away(provider, now) or (provider in scene.desk.down and serving[provider]):
        return False
    return serving[provider] < scene.settings.per_provider.get(provider, scene.settings.workers + 1)


def _told(scene: Scene, task: Task) -> TrackEvent:
    return TicketChanged(task.ticket, "running", by=RUN, attempt=task.attempt, model=task.model)


def _wake(scene: Scene, now: float) -> float | None:
    """When something is due that nobody will tell of."""
    times = [down.until for down in scene.desk.down.values() if down.until > now]
    times += [
        scene.desk.began[name] + scene.settings.longest
        for name, task in scene.desk.tasks.items()
        if task.kind in ("work", "review") and name not in scene.desk.late
    ]
    return min(times, default=None)


def _at_rest(scene: Scene, now: float) -> Decision:
    """Nothing runs and nothing begins: it is done, it waits, or it cannot go on."""
    if scene.track.status == "paused":
        return Decision(wake_at=_wake(scene, now))
    if any(down.until > now for down in scene.desk.down.values()) and _open(scene):
        return Decision(wake_at=_wake(scene, now))
    counted = Counter(state.status for state in scene.track.states.values())
    if _open(scene):
        names = ", ".join(sorted(_open(scene))[:5])
        why = f"nothing can go on: {names} wait for what will not come"
        return Decision((TrackChanged("stopped", why, RUN),), over=why)
    if not counted["failed"] and not counted["blocked"]:
        return Decision((TrackChanged("mergeable", summary(counted), RUN),), over="all is done")
    return Decision((TrackChanged("failed", summary(counted), RUN),), over=summary(counted))


def _open(scene: Scene) -> list[str]:
    return [name for name, state in scene.track.states.items() if state.status in ("todo", "review", "unknown")]


def summary(counted: Mapping[TicketStatus, int]) -> str:
    """So many of each: `3 done, 1 failed`."""
    return ", ".join(f"{counted[one]} {one}" for one in _ORDER if counted.get(one)) or "no tickets"

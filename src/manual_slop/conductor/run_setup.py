"""A run made ready: whether the track may be worked on, by whom, where, and what it may spend."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace

from manual_slop import ai_client
from manual_slop.conductor import worktrees
from manual_slop.conductor.approving import proposal, state_of
from manual_slop.conductor.duty import watcher_of
from manual_slop.conductor.jobs import Tools
from manual_slop.conductor.mending import mend
from manual_slop.conductor.plan_files import open_project
from manual_slop.conductor.pools import pool_for
from manual_slop.conductor.run_values import RUN, RunSettings
from manual_slop.conductor.running import Clock, Run
from manual_slop.conductor.shadow import open_repository, take_picture
from manual_slop.conductor.shift import Assignment, Duties, Shift
from manual_slop.conductor.tiers import Tiers, load_tiers
from manual_slop.conductor.track_state import TrackState
from manual_slop.money.limits import parse_limit
from manual_slop.safety.approval import Mode
from manual_slop.safety.shell.lineage import require_person
from manual_slop.safety.store_inbox import StoreInbox
from manual_slop.store.store import Store
from manual_slop.values.budget import path_of
from manual_slop.values.errors import ConfigError
from manual_slop.values.ids import new_id
from manual_slop.values.ledger import Origin
from manual_slop.values.tickets import MOST_WORKERS, Tier, Unknown
from manual_slop.values.track_events import GateOpened, TrackChanged


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person says of a run when they begin it. `models` are by tier, `budget` is for the whole track.

    Raises `ConfigError` for a budget that cannot be read, and for workers that are none or too many.
    """

    step: bool = False
    workers: int | None = None
    unknown: Unknown = "ask"
    models: Mapping[Tier, str] = field(default_factory=dict)
    mode: Mode = "edits"
    budget: str = ""
    yes_plan: bool = False
    by: str = "a person"

    def __post_init__(self) -> None:
        if self.workers is not None and not 1 <= self.workers <= MOST_WORKERS:
            raise ConfigError(f"a run has 1 to {MOST_WORKERS} workers, not {self.workers}")
        try:
            if self.budget:
                parse_limit(self.budget)
        except ValueError as error:
            raise ConfigError(f"the budget of the run: {error}") from None


_NONE = Wishes()
_USUAL = Duties()


def run_track(
    store: Store, track_id: str, wishes: Wishes = _NONE, duties: Duties = _USUAL, clock: Clock | None = None
) -> str:
    """Work on a track until it is over or cannot go on; says why it ended. `duties` are what its executor runs.

    Raises `ConfigError` where it may not be worked on, `StoreError` where another program does, and `GitFailed`.
    """
    store.tracks.claim(track_id)
    try:
        return _run(store, track_id, wishes, duties, clock)
    finally:
        store.tracks.release(track_id)


def _run(store: Store, track_id: str, wishes: Wishes, duties: Duties, clock: Clock | None) -> str:
    state = state_of(store, track_id)
    workspace = open_project(state.project)
    if state.status in ("planned", "approved"):
        state = proposal(store, workspace, track_id).state
    _require_plan(store, state, wishes)
    tiers = load_tiers(workspace, ai_client.choose_model()[0]).with_models(wishes.models)
    repository = open_repository(state.project)
    if mend(repository, track_id) == "merged":
        store.tracks.append(track_id, [TrackChanged("merged", "the program ended right after the merge", RUN)])
        raise ConfigError(f"track {track_id} is merged: its program ended right after that")
    take_picture(repository)
    worktrees.open_track_branch(repository, track_id)
    settings = settings_from(tiers, wishes)
    run_id = new_id()
    _limit_spending(store, state, tiers, run_id, wishes)
    assignment = Assignment(
        run_id,
        track_id,
        repository,
        store.tracks.owner(track_id),
        setups_from(tiers),
        wishes.mode,
        tiers["4"].model if tiers["4"].diagnose else "",
    )
    watcher = watcher_of(store)
    with closing(StoreInbox(store.inbox, watcher, track_id)) as inbox:
        workers = settings.workers + settings.reviewers
        shift = Shift(
            assignment,
            inbox,
            lambda: pool_for(workers),
            lambda ticket, why: store.tracks.stop(track_id, ticket, why),
            duties,
        )
        loud = ("plan",) if wishes.yes_plan else ()
        run = Run(store.tracks, track_id, settings, shift, run_id=run_id, loud=loud, clock=clock)
        return run.go(watcher)


def settings_from(tiers: Tiers, wishes: Wishes = _NONE) -> RunSettings:
    """What the tiers' settings and a person's wishes come to for a run."""
    worker, qa = tiers["3"], tiers["4"]
    limits = {name: one.max_workers for name, one in tiers.providers.items() if one.max_workers is not None}
    return RunSettings(
        worker.models,
        (*qa.models, *qa.fallback),
        worker.fallback,
        worker.attempts,
        wishes.workers or worker.max_workers,
        min(qa.max_workers, wishes.workers or qa.max_workers),
        limits,
        wishes.step,
        wishes.unknown,
    )


def setups_from(tiers: Tiers) -> dict[Tier, Tools]:
    """How workers and reviewers are set up, with what providers take in a minute."""
    paces = {name: (one.rpm, one.tpm) for name, one in tiers.providers.items() if one.rpm or one.tpm}
    worked: tuple[Tier, ...] = ("3", "4")
    return {tier: replace(tiers[tier].setup, paces=paces) for tier in worked}


def _require_plan(store: Store, state: TrackState, wishes: Wishes) -> None:
    """Nothing runs that no person has approved."""
    if state.status == "merged":
        raise ConfigError(f"track {state.id} is merged: plan a new one for more")
    if not state.tickets:
        raise ConfigError(f"track {state.id} has no tickets: plan it first")
    if not state.approved:
        if not wishes.yes_plan:
            raise ConfigError(f"the plan of {state.id} is not approved: `manual-slop mma approve {state.id}` shows it")
        require_person("--yes-plan")
        store.tracks.append(state.id, [GateOpened("plan", state.digest, f"{wishes.by} (--yes-plan)")])


def _limit_spending(store: Store, state: TrackState, tiers: Tiers, run_id: str, wishes: Wishes) -> None:
    """Budgets of the tickets, and of the track for this run."""
    epic = state.track.epic
    if wishes.budget:
        store.budgets.set_limit(path_of("", Origin(run_id, epic, state.id)), parse_limit(wishes.budget))
    for tier in ("3", "4"):
        words = tiers[tier].budget
        for ticket in state.tickets if words else ():
            store.budgets.set_limit(path_of("", Origin(run_id, epic, state.id, tier, ticket)), parse_limit(words))

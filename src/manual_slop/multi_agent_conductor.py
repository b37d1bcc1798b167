"""The front door to the orchestra: plan a goal, approve it, have it worked on, merge it.

    from manual_slop import multi_agent_conductor as conductor

    planned = conductor.plan("fix the failing tests", project=".")
    for track in planned.tracks:
        print(track.title, [ticket.title for ticket in track.tickets])
        conductor.approve(track.id, project=".", digest=conductor.shown(track.id, project=".").digest, by="me")
        conductor.run(track.id)
        print(conductor.status(track.id).cost)

A model can do none of this: these functions are for people's programs. What a track does is kept in the store, so that
any other program of the person sees it, answers what it asks, and goes on with it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from manual_slop.conductor.approving import Proposal
    from manual_slop.conductor.crew import Hands
    from manual_slop.conductor.jobs import WorkerJob, WorkerResult
    from manual_slop.conductor.merge_gate import Merged
    from manual_slop.conductor.merging import Offer
    from manual_slop.conductor.planner import Planned
    from manual_slop.conductor.run_setup import Wishes
    from manual_slop.conductor.standing import TrackStanding
    from manual_slop.values.track_commands import TrackCommand

__all__ = [
    "approve",
    "init",
    "merge",
    "offer",
    "plan",
    "resume",
    "run",
    "run_worker_lifecycle",
    "shown",
    "status",
    "tell",
]


def init(project: str | Path = ".") -> tuple[str, ...]:
    """Make the folder in which a project keeps its tracks; the paths that were made. Raises `ConfigError`."""
    from manual_slop.conductor.plan_files import open_project, set_up

    return set_up(open_project(project))


def plan(goal: str, project: str | Path = ".", model: str | None = None) -> Planned:
    """Divide a goal into tracks and tickets, written to the project's `conductor/tracks/`; nothing else is changed.

    `model` is for both planning tiers, else as `tiers.toml` says. Raises `planner.NoPlan`, `ProviderError`,
    `ConfigError`, `StoreError`.
    """
    from manual_slop import ai_client
    from manual_slop.conductor.approving import keep
    from manual_slop.conductor.plan_files import open_project, track_ids
    from manual_slop.conductor.planner import Planner
    from manual_slop.conductor.tiers import load_tiers
    from manual_slop.store.shared import shared_store

    workspace, access, store = open_project(project), ai_client.new_access(), shared_store()
    tiers = load_tiers(workspace, model or ai_client.choose_model(access)[0])
    if model:
        tiers = tiers.with_models({"1": model, "2": model})
    known = store.tracks.list()
    taken = {*(one.id for one in known), *track_ids(workspace)}
    planned = Planner(workspace, tiers, access, taken=taken, epics={one.epic for one in known}).plan(goal)
    keep(store, workspace, planned)
    return planned


def shown(track_id: str, project: str | Path = ".") -> Proposal:
    """A track as its files have it now, with the digest that `approve` wants. Raises `ConfigError`, `StoreError`."""
    from manual_slop.conductor.approving import proposal
    from manual_slop.conductor.plan_files import open_project
    from manual_slop.store.shared import shared_store

    return proposal(shared_store(), open_project(project), track_id)


def approve(track_id: str, digest: str, by: str, project: str | Path = ".") -> None:
    """Open the plan gate: `by` says yes to the plan that has this digest. Raises `ConfigError` where it has another."""
    from manual_slop.conductor.approving import approve as let_pass
    from manual_slop.store.shared import shared_store
    from manual_slop.values.errors import ConfigError

    proposed = shown(track_id, project)
    if proposed.digest != digest:
        raise ConfigError(f"the plan of {track_id} is not what was agreed to: look at it again")
    let_pass(shared_store(), proposed, by)


def run(track_id: str, wishes: Wishes | None = None) -> str:
    """Work on an approved track until it is over or cannot go on; says why it ended.

    Raises `ConfigError` where it may not be worked on, `StoreError` where another program works on it.
    """
    from manual_slop.conductor.run_setup import Wishes, run_track
    from manual_slop.store.shared import shared_store

    return run_track(shared_store(), track_id, wishes or Wishes())


def resume(track_id: str, wishes: Wishes | None = None) -> str:
    """Go on with a track that was paused, stopped or interrupted: what is done stays done. As `run` otherwise."""
    return run(track_id, wishes)


def tell(track_id: str, command: TrackCommand) -> str:
    """Tell whoever works on a track what to do; what came of it, beginning with `no: ` where nothing did."""
    from manual_slop.conductor.telling import tell as told
    from manual_slop.store.shared import shared_store

    return told(shared_store(), track_id, command)


def status(track_id: str) -> TrackStanding:
    """Where a track and its tickets stand, and what they cost. Raises `StoreError` where there is none of that id."""
    from manual_slop.conductor.standing import standing
    from manual_slop.store.shared import shared_store

    return standing(shared_store(), track_id)


def offer(track_id: str) -> Offer:
    """What merging a track would do, with its tests and the digest that `merge` wants. Raises `MergeRefused`."""
    from manual_slop.conductor.merge_gate import merge_gate
    from manual_slop.store.shared import shared_store

    with merge_gate(shared_store(), track_id) as gate:
        return gate.offer()


def merge(track_id: str, digest: str, by: str) -> Merged:
    """Open the merge gate for what has this digest, and merge it. Raises `MergeRefused`; nothing has changed then."""
    from manual_slop.conductor.merge_gate import merge_gate
    from manual_slop.store.shared import shared_store

    with merge_gate(shared_store(), track_id) as gate:
        gate.let_pass(digest, by)
        return gate.merge(by)


def run_worker_lifecycle(job: WorkerJob, hands: Hands | None = None) -> WorkerResult:
    """Make one attempt at a ticket in its own place, and commit it to the ticket's branch; nothing is raised."""
    from manual_slop.conductor.worker import run_worker_lifecycle as work

    return work(job, hands)

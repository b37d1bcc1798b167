"""The plan gate: what files say of a track is told to the store, and a person lets exactly that pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from manual_slop.conductor.plan_files import read_track, write_rejected, write_track
from manual_slop.conductor.plan_json import PlanError
from manual_slop.conductor.planner import Planned
from manual_slop.conductor.track_state import TrackState, plan_digest
from manual_slop.safety.shell.lineage import require_person
from manual_slop.safety.workspace import Workspace
from manual_slop.store.store import Store
from manual_slop.values.errors import ConfigError
from manual_slop.values.tickets import Track
from manual_slop.values.track_events import GateClosed, GateOpened, TrackChanged, TrackEvent, TrackPlanned

_NOT_BEGUN = frozenset({"planned", "approved"})


@dataclass(frozen=True, slots=True)
class Proposal:
    """A track as its files have it now. `digest` is what a person lets pass; `state` what is known of the track."""

    track: Track
    digest: str
    state: TrackState

    @property
    def approved(self) -> bool:
        """Whether exactly this was let pass."""
        return self.state.is_open("plan", self.digest)


def state_of(store: Store, track_id: str) -> TrackState:
    """Where a track stands; one that nobody has told of is planned and empty."""
    return TrackState(track_id, (entry.event for entry in store.tracks.events(track_id)))


def proposal(store: Store, workspace: Workspace, track_id: str) -> Proposal:
    """The track's plan as it lies in its files, told to the store where that does not know it yet.

    An edit closes the gate of a track that has not begun; one that has goes on with the plan that was approved.
    Raises `PlanError` for files that cannot be used, `ConfigError`, `StoreError`.
    """
    return tell(store, workspace, read_track(workspace, track_id))


def tell(store: Store, workspace: Workspace, track: Track) -> Proposal:
    """Tell the store of a plan, unless it is the last one it was told of. Raises as `proposal` does."""
    _keep_apart(store, workspace.root, track.id)
    state = state_of(store, track.id)
    digest = plan_digest(track.spec, track.tickets)
    if digest != state.newest:
        events: list[TrackEvent] = []
        if state.approved and state.status in _NOT_BEGUN:
            events += [GateClosed("plan", "spec or plan was edited"), TrackChanged("planned", "its plan was edited")]
        events.append(
            TrackPlanned(
                track.title, track.goal, str(workspace.root), track.epic, digest, track.spec.rstrip(), track.tickets
            )
        )
        _append(store, state, events)
    return Proposal(track, digest, state)


def keep(store: Store, workspace: Workspace, planned: Planned) -> tuple[Proposal, ...]:
    """Write what came of a goal into the project's files, answers that could not be used too, and tell the store.

    Raises as `proposal` does.
    """
    write_track(workspace, *planned.tracks)
    for track_id, text in planned.said.items():
        write_rejected(workspace, track_id, text)
    return tuple(proposal(store, workspace, one.id) for one in planned.tracks)


def approve(store: Store, proposed: Proposal, by: str) -> None:
    """A person lets the plan pass: exactly what the proposal shows. Raises `PlanError` and `StoreError`.

    Commands that a model runs are refused: `ConfigError`.
    """
    require_person("approving a plan")
    if not proposed.track.tickets:
        raise PlanError([f"track {proposed.track.id} has no tickets: `manual-slop mma edit {proposed.track.id}`"])
    if proposed.approved:
        return
    events: list[TrackEvent] = [GateOpened("plan", proposed.digest, by)]
    if proposed.state.status in _NOT_BEGUN:
        events.append(TrackChanged("approved", by=by))
    _append(store, proposed.state, events)


def _append(store: Store, state: TrackState, events: Sequence[TrackEvent]) -> None:
    store.tracks.append(state.id, events)
    for event in events:
        state.apply(event)


def _keep_apart(store: Store, root: Path, track_id: str) -> None:
    """A track belongs to one project; where that was moved away it goes along. Raises `ConfigError`."""
    known = next((one for one in store.tracks.list() if one.id == track_id), None)
    if known is None or Path(known.project) == root:
        return
    if Path(known.project).is_dir():
        raise ConfigError(
            f"the track {track_id} belongs to the project {known.project}: give its folder here another name"
        )
    store.tracks.move(track_id, str(root))

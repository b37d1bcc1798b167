"""The gate before the person's branch: shows what would be merged, opens for just that, closes when it changes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from manual_slop.conductor import merging
from manual_slop.conductor.crew import Hands
from manual_slop.conductor.mending import Mended, mend
from manual_slop.conductor.merging import MergeRefused, Offer
from manual_slop.conductor.shadow import open_repository
from manual_slop.conductor.track_state import TrackState
from manual_slop.safety.shell.lineage import require_person
from manual_slop.store.store import Store
from manual_slop.values.tickets import Ticket
from manual_slop.values.track_events import GateClosed, GateOpened, TrackChanged


@dataclass(frozen=True, slots=True)
class Merged:
    """A track is on the person's branch `onto` as `commit`. `stays` are folders that were not taken away, and why."""

    commit: str
    onto: str
    stays: tuple[str, ...] = ()


class MergeGate:
    """The merge gate of one track. Nobody else works on the track while it is used: it is claimed until `close`.

    Raises `StoreError` where another program works on it or there is no such track, `MergeRefused` and `GitFailed`.
    """

    def __init__(self, store: Store, track_id: str, hands: Hands | None = None) -> None:
        self._tracks = store.tracks
        self._hands = hands or Hands()
        self.id = track_id
        self._tracks.claim(track_id)
        try:
            self.state = TrackState(track_id, (entry.event for entry in self._tracks.events(track_id)))
            self.repository = open_repository(self.state.project)
            self.mended = self._mend()
        except BaseException:
            self._tracks.release(track_id)
            raise

    def close(self) -> None:
        """Others may work on the track again."""
        self._tracks.release(self.id)

    def done(self) -> tuple[Ticket, ...]:
        """The tickets whose work is on the track's branch."""
        return tuple(one for name, one in self.state.tickets.items() if self.state.states[name].status == "done")

    def missing(self) -> tuple[Ticket, ...]:
        """The tickets whose work is not."""
        return tuple(one for name, one in self.state.tickets.items() if self.state.states[name].status != "done")

    def offer(self, *, again: bool = False) -> Offer:
        """What would be merged; its tests run where they have not yet, or `again`. A gate open for else is closed."""
        if not self.state.approved:
            raise MergeRefused(f"the plan of track {self.id} is not approved: `manual-slop mma approve {self.id}`")
        if not self.done():
            raise MergeRefused(f"no ticket of track {self.id} is done: `manual-slop mma status {self.id}`")
        ready = merging.offer(self.repository, self.state.track, self.done(), self._hands, again=again)
        opened = self.state.gates.get(("merge", ""))
        if opened and opened != ready.digest:
            self._tell(GateClosed("merge", "the diff, the branch or what the tests printed is another since"))
        return ready

    def let_pass(self, digest: str, by: str) -> Offer:
        """A person says yes to what has this digest. Raises `MergeRefused` where that is not what would be merged.

        Commands that a model runs are refused: `ConfigError`.
        """
        require_person("merging")
        ready = self.offer()
        if not digest or ready.digest != digest:
            raise MergeRefused("what would be merged is not what was agreed to: look at it again")
        self._tell(GateOpened("merge", digest, by))
        return ready

    def merge(self, by: str) -> Merged:
        """Merge what the gate is open for. Raises `MergeRefused` where it is not, and nothing has changed then."""
        require_person("merging")
        ready = self.offer()
        if not self.state.is_open("merge", ready.digest):
            raise MergeRefused("the merge gate is closed: a person opens it after seeing what would be merged")
        merging.merge(self.repository, ready)
        self._tell(TrackChanged("merged", f"into {ready.onto} as {ready.commit[:10]}", by))
        return Merged(ready.commit, ready.onto, merging.tidy(self.repository, self.id, self.state.tickets))

    def _mend(self) -> Mended:
        found = mend(self.repository, self.id)
        if found == "merged" and self.state.status != "merged":
            self._tell(TrackChanged("merged", "the program ended during the merge, which had got through", "the run"))
        return found

    def _tell(self, event: GateOpened | GateClosed | TrackChanged) -> None:
        self._tracks.append(self.id, [event])
        self.state.apply(event)


@contextmanager
def merge_gate(store: Store, track_id: str, hands: Hands | None = None) -> Iterator[MergeGate]:
    """The merge gate of a track, and the track free for others afterwards."""
    gate = MergeGate(store, track_id, hands)
    try:
        yield gate
    finally:
        gate.close()

"""A person's command to a track: the program that works on it obeys, or, where there is none, it is done right here."""

from __future__ import annotations

import time

from manual_slop.conductor.desk import Tally
from manual_slop.conductor.engine import Scene
from manual_slop.conductor.obeying import Obeyed, obey
from manual_slop.conductor.run_values import RunSettings
from manual_slop.conductor.track_state import TrackState
from manual_slop.safety.shell.lineage import require_person
from manual_slop.store.errors import StoreError
from manual_slop.store.store import Store
from manual_slop.store.watching import PAUSE
from manual_slop.values.track_commands import TICKET_KINDS, TrackCommand

_PATIENCE = 10.0  # seconds
_NO_RUN = RunSettings((), ())


def tell(store: Store, track_id: str, command: TrackCommand, patience: float = _PATIENCE) -> str:
    """Have a command obeyed; what came of it. Where nothing came of it, that begins with `no: `.

    A program that does not answer within `patience` seconds may still obey later, and that is said. Raises
    `StoreError` where there is no such track, `ConfigError` in a command that a model runs.
    """
    require_person("telling a track what to do")
    store.tracks.summary(track_id)
    here = _here(store, track_id, command)
    if here is not None:
        return here
    number = store.tracks.command(track_id, command)
    until = time.monotonic() + patience
    while (outcome := store.tracks.outcome(number)) is None:
        if time.monotonic() > until:
            return "told; the program that works on it has not answered yet"
        if not store.tracks.summary(track_id).running and (here := _here(store, track_id, command, number)) is not None:
            return here
        time.sleep(PAUSE)
    return outcome


def _here(store: Store, track_id: str, command: TrackCommand, number: int | None = None) -> str | None:
    """Do it here where nobody works on the track; `None` where somebody does."""
    try:
        store.tracks.claim(track_id)
    except StoreError as error:
        if error.trouble == "locked":
            return None
        raise
    try:
        state = TrackState(track_id, events := [entry.event for entry in store.tracks.events(track_id)])
        if command.kind not in TICKET_KINDS or command.kind == "kill":
            done = Obeyed("no: nobody works on this track now")
        else:
            done = obey(Scene(state, _NO_RUN, tally=Tally(events)), command)
        store.tracks.append(track_id, done.events, outcomes={} if number is None else {number: done.outcome})
        return done.outcome
    finally:
        store.tracks.release(track_id)

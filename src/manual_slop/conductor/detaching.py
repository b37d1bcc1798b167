"""A run in a program of its own, which goes on when the one that began it has ended."""

from __future__ import annotations

import time
from pathlib import Path

from manual_slop.conductor.approving import state_of
from manual_slop.conductor.run_setup import Wishes
from manual_slop.safety.shell.detached import Detached, start_self
from manual_slop.safety.shell.lineage import require_person
from manual_slop.store.store import Store
from manual_slop.values import paths
from manual_slop.values.errors import ConfigError
from manual_slop.values.track_events import RunStarted

_PATIENCE = 60.0  # seconds; a program that has neither begun nor ended by then is left to itself
_BETWEEN_LOOKS = 0.05


def start_run(store: Store, track: str, wishes: Wishes) -> tuple[int, Path]:
    """Begin to work on a track: the number of the process that does, and the file with what it says.

    It is at work on return. Raises `ConfigError` where it may not be worked on, no process can be started or this one
    ended before it began, `StoreError`.
    """
    require_person("beginning a run")
    summary = store.tracks.summary(track)
    if summary.running:
        raise ConfigError(f"track {track} is being worked on: `manual-slop mma status {track} --watch` shows it")
    if not state_of(store, track).approved and not wishes.yes_plan:
        raise ConfigError(f"the plan of {track} is not approved: `manual-slop mma approve {track}` shows it")
    log = paths.data_dir() / "logs" / f"mma-{track}.log"
    problem = ""
    try:
        begun = start_self(["mma", "run", track, *typed(wishes)], Path(summary.project), log)
    except OSError as error:
        problem = f"a run cannot be started in {summary.project}: {error.strerror or error}"
    if problem:
        raise ConfigError(problem)
    if not _began(store, track, summary.events, begun):
        raise ConfigError(f"the run of {track} did not begin: {begun.last_words().removeprefix('✗ ') or f'see {log}'}")
    return begun.number, log


def _began(store: Store, track: str, seen: int, run: Detached) -> bool:
    """Wait until the run is told of in the track, or is over."""
    until = time.monotonic() + _PATIENCE
    while True:
        over = run.over.wait(_BETWEEN_LOOKS)
        if any(isinstance(entry.event, RunStarted) for entry in store.tracks.events(track, seen)):
            return True
        if over or time.monotonic() > until:
            return not over


def typed(wishes: Wishes) -> list[str]:
    """The options of `manual-slop mma run` that mean these wishes."""
    words = ["--approve", wishes.mode, "--unknown", wishes.unknown]
    words += ["--step"] if wishes.step else []
    words += ["--yes-plan"] if wishes.yes_plan else []
    words += ["--workers", str(wishes.workers)] if wishes.workers else []
    words += ["--budget", wishes.budget] if wishes.budget else []
    return [*words, *(word for tier, model in wishes.models.items() for word in ("--tier", f"{tier}={model}"))]

"""A run in a program of its own, which goes on when the one that began it has ended."""

from __future__ import annotations

from pathlib import Path

from manual_slop.conductor.approving import state_of
from manual_slop.conductor.run_setup import Wishes
from manual_slop.safety.shell.detached import start_self
from manual_slop.safety.shell.lineage import require_person
from manual_slop.store.store import Store
from manual_slop.values import paths
from manual_slop.values.errors import ConfigError


def start_run(store: Store, track: str, wishes: Wishes) -> tuple[int, Path]:
    """Begin to work on a track: the number of the process that does, and the file with what it says.

    Raises `ConfigError` where it may not be worked on or no process can be started, `StoreError`.
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
        return start_self(["mma", "run", track, *typed(wishes)], Path(summary.project), log), log
    except OSError as error:
        problem = f"a run cannot be started in {summary.project}: {error.strerror or error}"
    raise ConfigError(problem)


def typed(wishes: Wishes) -> list[str]:
    """The options of `manual-slop mma run` that mean these wishes."""
    words = ["--approve", wishes.mode, "--unknown", wishes.unknown]
    words += ["--step"] if wishes.step else []
    words += ["--yes-plan"] if wishes.yes_plan else []
    words += ["--workers", str(wishes.workers)] if wishes.workers else []
    words += ["--budget", wishes.budget] if wishes.budget else []
    return [*words, *(word for tier, model in wishes.models.items() for word in ("--tier", f"{tier}={model}"))]

"""Runs one row in a process of its own and writes what came of it. Arguments: the row, the size, the seed, a file."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import traceback
from pathlib import Path

import pytest

from tests.acceptance.trial import Trial, play
from tests.support.environment import take_personal
from tests.support.network_guard import NetworkGuard


def main(name: str, size: str, seed: int, report: Path) -> None:
    """Close the world, run the row, write the outcome: passed, skipped or failed."""
    take_personal()
    guard = NetworkGuard()
    guard.closed = True
    guard.install()
    with tempfile.TemporaryDirectory(prefix="acceptance-", ignore_cleanup_errors=True) as folder:
        os.environ["MANUAL_SLOP_HOME"] = f"{folder}/home"
        if size == "full":
            os.environ["TEST_SIZE"] = "full"
        trial = Trial(Path(folder) / "row", size, seed)  # type: ignore[arg-type]
        trial.folder.mkdir()
        report.write_text(json.dumps(_outcome(name, trial, guard)), "utf-8")


def _outcome(name: str, trial: Trial, guard: NetworkGuard) -> dict[str, object]:
    from tests.acceptance.rows import named

    seconds, outcome, why = 0.0, "passed", ""
    try:
        seconds = play(named([name])[0], trial)
        assert not (refused := guard.take_refused()), f"reached for the network: {refused}"
    except pytest.skip.Exception as skipped:
        outcome, why = "skipped", str(skipped)
    except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001  # whatever it is, it is reported
        outcome, why = "failed", "".join(traceback.format_exception_only(error)).strip()
        traceback.print_exc()
    return {
        "row": name,
        "outcome": outcome,
        "why": why,
        "ran_on": trial.ran_on,
        "seed": trial.seed,
        "counts": trial.counts,
        "must_be_0": trial.noughts,
        "notes": trial.notes,
        "seconds": round(seconds, 1),
    }


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))

"""Works on a track with workers that follow no model: each writes a file, and a note outside of when it did.

Arguments: the home folder, the track's id, what becomes of tickets whose program ended, and how many workers.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from manual_slop.conductor.jobs import Review, ReviewJob, WorkerJob, WorkerResult
from manual_slop.conductor.run_setup import Wishes, run_track
from manual_slop.conductor.shift import Duties
from manual_slop.conductor.worker import result_of
from manual_slop.store.shared import shared_store
from manual_slop.values import paths
from manual_slop.values.tickets import Verdict


def note(kind: str, ticket: str, attempt: int) -> None:
    """One line, whole or not at all."""
    file = os.open(paths.data_dir() / "notes", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(file, f"{kind} {ticket} {attempt}\n".encode())
    os.close(file)


def work(job: WorkerJob, owner: str) -> WorkerResult:
    """Write the ticket's file, a line for each attempt."""
    note("work", job.ticket.id, job.attempt)
    time.sleep(0.01)
    path = Path(job.place.project, f"{job.ticket.id}.txt")
    path.write_text(f"done by attempt {job.attempt}\n")
    return result_of(job, WorkerResult("finished", session_id=f"s-{job.ticket.id}"))


def judge(job: ReviewJob, owner: str) -> Review:
    """It holds where the file is there."""
    note("judge", job.ticket.id, job.attempt)
    there = Path(job.place.project, f"{job.ticket.id}.txt").is_file()
    return Review(Verdict(passed=there, reasons=("the file is there" if there else "there is no file",)))


def main(home: Path, track: str, unknown: str, workers: int) -> None:
    paths.live_in(home)
    store = shared_store()
    print("begun", flush=True)
    wishes = Wishes(workers=workers, unknown=unknown)  # type: ignore[arg-type]
    print(run_track(store, track, wishes, Duties(work, judge)), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]))

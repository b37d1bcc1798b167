"""F1 and F2: kill -9, again and again."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

from manual_slop.values import paths
from tests.acceptance.trial import Row, Trial
from tests.support import run_kills, session_kills, store_kills

SCENES = (
    ("small events", 300, 4, "nothing", (3, 50, 200)),
    ("events of 200 kB", 200_000, 2, "nothing", (2, 50, 150)),
    ("compaction", 300, 2, "compaction", (2, 25, 100)),
    ("merging", 3_000, 2, "merging", (2, 25, 100)),
)


def killed_stores(trial: Trial) -> None:
    """A program that appends is killed; all it told is there, whole, in order, and the file is sound."""
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda scene: _scene(trial, *scene), SCENES))
    kills = trial.sized(2, 25, 100)
    ends = store_kills.kill_migrations(trial.scratch("migrations"), kills, trial.seed)
    trial.count("kills", kills)
    trial.notes.append(f"migrations: {ends['before']} had not happened, {ends['newer']} had, none halfway")
    trial.nought("acknowledged events lost")
    trial.ran_on = "a store in a program of its own: small and 200 kB events, compaction, merging, migrating"
    trial.at_least("acknowledged events", trial.counts["kills"])


def _scene(trial: Trial, name: str, size: int, threads: int, beside: str, kills: tuple[int, int, int]) -> None:
    many = trial.sized(*kills)
    told = store_kills.kill_often(trial.scratch(name), size, threads, beside, many, trial.seed)
    trial.count("kills", many)
    trial.count("acknowledged events", told)


def killed_programs(trial: Trial) -> None:
    """Eight sessions in their tools, then a run of the conductor: killed, gone on with, looked at."""
    kills = trial.sized(1, 6, 40)
    told, broken = session_kills.kill_often(trial.scratch("sessions"), kills, trial.seed)
    trial.count("kills", kills)
    trial.count("acknowledged events", told)
    trial.count("turns broken off", broken)
    chance, tried, wanted = random.Random(trial.seed), 0, trial.sized(0, 3, 20)
    while tried < wanted:
        tried += run_kills.killed_often(trial.folder / f"run-{tried}", chance, wanted - tried)
    paths.live_in(trial.folder / "afterwards")
    trial.count("kills", tried)
    trial.nought("acknowledged events lost")
    trial.nought("effects done twice")
    trial.ran_on = "eight recorded sessions that edit files; a track of 13 tickets with eight workers"


STORES = Row("F1", "a store killed while it writes", killed_stores)
PROGRAMS = Row("F2", "the whole program killed in its tools", killed_programs)

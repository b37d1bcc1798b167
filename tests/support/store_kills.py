"""A store whose program is killed, and what is to be found in it then."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from manual_slop.store.database import Database
from manual_slop.store.errors import StoreError
from manual_slop.store.store import Store
from manual_slop.values.events import HistoryCompacted, MessageAdded
from tests.store.programs import appending
from tests.store.programs.migrating import LONGER
from tests.support.shared import ROOT


def sound(path: Path) -> bool:
    """Whether SQLite and its index of words find nothing wrong."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO search (search) VALUES ('integrity-check')")
        connection.rollback()
        return connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def killed(command: list[str], chance: random.Random) -> list[int]:
    """The numbers a program had told as acknowledged when it was killed."""
    with subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout
        said = [process.stdout.readline() for _ in range(chance.randrange(1, 30))]
        time.sleep(chance.random() * 0.02)
        process.kill()
        said += process.stdout.readlines()
    return [int(line) for line in said if line.endswith(b"\n")]


def check_after_a_killed_migration(folder: Path) -> str:
    """This version either still reads the file, or says that it is newer; and the newer one brings it to its end."""
    try:
        Database.open(folder / "sessions.db").close()
        found = "before"
    except StoreError as error:
        found = error.trouble
    newer = Database(folder / "sessions.db", LONGER)
    with newer.reading() as connection:
        assert connection.execute("SELECT count(*), min(size = length(body) - 1) FROM events").fetchone() == (2000, 1)
    newer.close()
    assert sound(folder / "sessions.db")
    assert not list(folder.glob("*.part"))
    return found


def kill_often(folder: Path, size: int, threads: int, beside: str, kills: int, seed: int) -> int:
    """Kill a program that appends, again and again, a new folder after ten times; how many events it had told.

    Each time all that it told is there, whole and in order, and the file is sound.
    """
    chance = random.Random(seed)
    acknowledged: set[int] = set()
    total = 0
    for kill in range(kills):
        store = folder / str(kill // 10)
        acknowledged = acknowledged if kill % 10 else set()
        program = ["tests.store.programs.appending", str(store), "session", str(size), str(threads), beside]
        told = killed(program, chance)
        acknowledged.update(told)
        total += len(told)
        _check(store, acknowledged, max(told), size, beside)
    return total


def _check(folder: Path, acknowledged: set[int], last: int, size: int, beside: str) -> None:
    store = Store.open(folder)
    kept = list(store.envelopes("session"))
    assert [one.number for one in kept] == list(range(1, len(kept) + 1))
    assert store.summary("session").events == len(kept)
    batches = {int(one.event.message.text.split()[0]): one for one in kept if isinstance(one.event, MessageAdded)}
    assert acknowledged <= set(batches), "acknowledged events are lost"
    assert batches[last].event == appending.events(last, size, beside)[0]
    compacted = sum(isinstance(one.event, HistoryCompacted) for one in kept)
    assert compacted == (len(batches) if beside == "compaction" else 0)
    store.close()
    assert sound(folder / "sessions.db")


def kill_migrations(folder: Path, kills: int, seed: int) -> dict[str, int]:
    """Kill a long migration, again and again; how often it had not happened (`before`) and had (`newer`)."""
    chance = random.Random(seed)
    store = Store.open(folder)
    for number in range(20):
        store.append("session", [event for at in range(100) for event in appending.events(100 * number + at, 900, "")])
    store.close()
    before = (folder / "sessions.db").read_bytes()
    ends = {"before": 0, "newer": 0}
    for _ in range(kills):
        for path in folder.glob("sessions.db*"):
            path.unlink()
        (folder / "sessions.db").write_bytes(before)
        command = [sys.executable, "-m", "tests.store.programs.migrating", str(folder / "sessions.db")]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
            assert process.stdout
            process.stdout.readline()
            time.sleep(chance.random() * 0.12)
            process.kill()
        ends[check_after_a_killed_migration(folder)] += 1
    return ends

"""Whatever is killed, and whenever: what was acknowledged is there, whole and in order, and the file is sound."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from manual_slop.store.database import Database
from manual_slop.store.errors import StoreError
from manual_slop.store.store import Store
from manual_slop.values.events import HistoryCompacted, MessageAdded
from tests.store.programs import appending
from tests.store.programs.migrating import LONGER
from tests.support.scale import scaled
from tests.support.shared import ROOT

SCENES = [
    pytest.param(300, 4, "nothing", scaled(12, 150), id="small events"),
    pytest.param(200_000, 2, "nothing", scaled(6, 150), id="events of 200 kB"),
    pytest.param(300, 2, "compaction", scaled(6, 100), id="while conversations are compacted"),
    pytest.param(3_000, 2, "merging", scaled(6, 100), id="while the index is merged"),
]


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


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("size", "threads", "beside", "kills"), SCENES)
def test_no_acknowledged_event_is_lost_by_a_kill(tmp_path: Path, size: int, threads: int, beside: str, kills: int):
    chance = random.Random(size)
    acknowledged: set[int] = set()
    for kill in range(kills):
        program = ["tests.store.programs.appending", str(tmp_path / str(kill // 10))]
        acknowledged = acknowledged if kill % 10 else set()
        told = killed([*program, "session", str(size), str(threads), beside], chance)
        acknowledged.update(told)
        store = Store.open(tmp_path / str(kill // 10))
        kept = list(store.envelopes("session"))
        assert [one.number for one in kept] == list(range(1, len(kept) + 1))
        assert store.summary("session").events == len(kept)
        batches = {int(one.event.message.text.split()[0]): one for one in kept if isinstance(one.event, MessageAdded)}
        assert acknowledged <= set(batches)
        last = max(told)
        assert batches[last].event == appending.events(last, size, beside)[0]
        compacted = sum(isinstance(one.event, HistoryCompacted) for one in kept)
        assert compacted == (len(batches) if beside == "compaction" else 0)
        store.close()
        assert sound(tmp_path / str(kill // 10) / "sessions.db")
    print(f"{kills} kills, {len(acknowledged)} acknowledged since the last new folder, none lost")


@pytest.mark.timeout(900)
def test_a_migration_that_is_killed_has_happened_wholly_or_not_at_all(tmp_path: Path):
    folder, chance = tmp_path / "store", random.Random(1)
    store = Store.open(folder)
    for number in range(20):
        store.append("session", [event for at in range(100) for event in appending.events(100 * number + at, 900, "")])
    store.close()
    before = (folder / "sessions.db").read_bytes()
    ends = {"before": 0, "newer": 0}
    for _ in range(scaled(10, 100)):
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
    print(f"killed migrations: {ends['before']} had not happened, {ends['newer']} had")


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

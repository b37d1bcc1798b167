"""An effect is written down before it begins, ends once, and is never begun a second time."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from manual_slop.store.blobs import Blobs, digest_of
from manual_slop.store.database import Database
from manual_slop.store.effects import Effect, FileChange, FileState, as_json, from_json
from manual_slop.store.journal import AlreadyBegunError, Journal, JournalError, MemoryJournal
from manual_slop.store.store import Store
from manual_slop.store.store_journal import StoreJournal

MOVE = Effect(
    "move_file",
    "session",
    "turn",
    "call",
    "key",
    "digest",
    "/project",
    (FileChange("ü\udcff\n", FileState("ab", 0o755), None), FileChange("b", None, FileState("ab", 0))),
    ("new",),
    ("earlier",),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "sessions.db"


@pytest.fixture(params=["memory", "file"])
def journal(request: pytest.FixtureRequest, path: Path) -> Journal:
    return MemoryJournal() if request.param == "memory" else journal_in(path)


def journal_in(path: Path) -> StoreJournal:
    return StoreJournal(Database.open(path))


def test_an_effect_is_running_until_it_is_finished(journal: Journal):
    first = journal.intend(Effect("write_file"))
    second = journal.intend(Effect("run_shell"))
    assert [(entry.effect.tool, entry.status) for entry in journal.entries()] == [
        ("write_file", "running"),
        ("run_shell", "running"),
    ]
    journal.finish(second, "failed", "no room")
    journal.finish(first, "done", folders=("src",))
    assert [(entry.status, entry.note) for entry in journal.entries()] == [("done", ""), ("failed", "no room")]
    assert journal.entries()[0].effect.folders == ("src",)


def test_nothing_is_finished_twice_or_without_a_beginning(journal: Journal):
    entry = journal.intend(Effect("x"))
    journal.finish(entry, "done")
    for wrong in (entry, "unheard of"):
        with pytest.raises(LookupError):
            journal.finish(wrong, "failed")
    assert [entry.status for entry in journal.entries()] == ["done"]


@pytest.mark.parametrize("outcome", [None, "done", "failed", "unknown"])
def test_an_effect_is_never_begun_a_second_time(journal: Journal, outcome: str | None):
    entry = journal.intend(Effect("run_shell", key="turn-1/call-1"))
    if outcome:
        journal.finish(entry, outcome)  # type: ignore[arg-type]
    with pytest.raises(AlreadyBegunError, match=r"run_shell .*: it is not run a second time") as refused:
        journal.intend(Effect("run_shell", key="turn-1/call-1"))
    assert refused.value.entry.id == entry
    journal.intend(Effect("run_shell", key="turn-1/call-2"))
    journal.intend(Effect("run_shell"))
    journal.intend(Effect("run_shell"))


def test_of_many_threads_with_one_key_one_begins(journal: Journal):
    begun: list[str] = []

    def begin() -> None:
        with suppress(AlreadyBegunError):
            begun.append(journal.intend(Effect("x", key="same")))

    threads = [threading.Thread(target=begin) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(begun) == 1


def test_after_a_restart_what_was_not_finished_is_unknown_and_not_begun_again(path: Path):
    database = Database.open(path)
    before = StoreJournal(database)
    before.finish(before.intend(Effect("a", key="1")), "done")
    before.intend(Effect("b", key="2"))
    assert before.unknown() == ()
    database.close()
    after = journal_in(path)
    assert [(entry.effect.tool, entry.status) for entry in after.entries()] == [("a", "done"), ("b", "unknown")]
    assert [entry.effect.tool for entry in after.unknown()] == ["b"]
    for key in ("1", "2"):
        with pytest.raises(AlreadyBegunError):
            after.intend(Effect("c", key=key))


def test_what_another_living_program_runs_is_not_unknown(path: Path):
    ours, theirs = journal_in(path), journal_in(path)
    entry = theirs.intend(Effect("run_shell", key="k"))
    assert [entry.status for entry in ours.entries()] == ["running"]
    assert ours.unknown() == ()
    with pytest.raises(AlreadyBegunError, match="is still running"):
        ours.intend(Effect("run_shell", key="k"))
    theirs.finish(entry, "done")
    assert [entry.status for entry in ours.entries()] == ["done"]


def test_an_effect_comes_back_as_it_was_written(path: Path):
    journal_in(path).intend(MOVE)
    assert journal_in(path).entries()[0].effect == MOVE
    assert from_json(as_json(Effect("bare"))) == Effect("bare")
    assert from_json({"tool": "x", "invented_later": 1}) == Effect("x")


def test_an_effect_that_could_not_be_undone_is_not_begun(path: Path):
    blobs = Blobs(path.parent / "blobs")
    journal = StoreJournal(Database.open(path), blobs)
    change = FileChange("a.txt", FileState(digest_of(b"old"), 0o644), None)
    with pytest.raises(JournalError, match=r"a\.txt was not kept"):
        journal.intend(Effect("delete_file", changes=(change,)))
    assert journal.entries() == ()
    blobs.put(b"old")
    journal.intend(Effect("delete_file", changes=(change,)))


def test_a_disk_without_room_begins_nothing_until_there_is_some(path: Path):
    database = Database.open(path)
    journal = StoreJournal(database)
    pages = database.write(lambda connection: connection.execute("PRAGMA page_count").fetchone()[0])
    database.write(lambda connection: connection.execute(f"PRAGMA max_page_count = {pages}").fetchone())
    with pytest.raises(JournalError, match="full: make room"):
        journal.intend(Effect("x" * 100_000, key="k"))
    assert journal.entries() == ()
    database.write(lambda connection: connection.execute("PRAGMA max_page_count = 100000").fetchone())
    journal.finish(journal.intend(Effect("x" * 100_000, key="k")), "done")
    assert [entry.status for entry in journal.entries()] == ["done"]


def test_names_of_changed_files_are_found_by_search(tmp_path: Path):
    from manual_slop.values.events import SessionDescribed

    store = Store.open(tmp_path)
    store.append("session", [SessionDescribed("session", "m/x")])
    store.journal.intend(Effect("write_file", "session", changes=(FileChange("src/kettle.py", None, None),)))
    assert [(hit.kind, hit.session_id, hit.number) for hit in store.search("kettle")] == [("file", "session", 1)]


WRITER = """
import sys
from pathlib import Path
from manual_slop.store.effects import Effect
from manual_slop.store.journal import AlreadyBegunError
from manual_slop.store.database import Database
from manual_slop.store.store_journal import StoreJournal
journal = StoreJournal(Database.open(Path(sys.argv[1])))
for number in range(40):
    try:
        entry = journal.intend(Effect(sys.argv[2], key=f"shared-{number}"))
    except AlreadyBegunError:
        entry = journal.intend(Effect(sys.argv[2], key=f"{sys.argv[2]}-{number}"))
    journal.finish(entry, "done")
"""


def test_processes_write_at_once_and_no_key_begins_twice(path: Path):
    commands = [[sys.executable, "-c", WRITER, str(path), f"writer-{number}"] for number in range(3)]
    writers = [subprocess.Popen(command) for command in commands]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    entries = journal_in(path).entries()
    assert len(entries) == 120
    assert {entry.status for entry in entries} == {"done"}
    keys = [entry.effect.key for entry in entries]
    assert len(set(keys)) == len(keys)
    assert sum(key.startswith("shared-") for key in keys) == 40


KILLED = """
import sys
from pathlib import Path
from manual_slop.store.effects import Effect
from manual_slop.store.database import Database
from manual_slop.store.store_journal import StoreJournal
journal = StoreJournal(Database.open(Path(sys.argv[1])))
number = int(sys.argv[2])
while True:
    number += 1
    entry = journal.intend(Effect("x" * (number % 3000), key=str(number)))
    print("begun", number, flush=True)
    journal.finish(entry, "done")
    print("done", number, flush=True)
"""


def _killed_after(command: list[str], lines: int) -> list[str]:
    """What a process had said when it was killed."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        said = [process.stdout.readline() for _ in range(lines)]
        process.kill()
        return [line for line in [*said, *process.stdout.readlines()] if line.endswith("\n")]


def test_what_was_told_as_written_outlives_a_kill(path: Path):
    for kill in range(8):
        said = _killed_after([sys.executable, "-c", KILLED, str(path), str(kill * 100_000)], 20 + kill * 7)
        journal = journal_in(path)
        status = {entry.effect.key: entry.status for entry in journal.entries()}
        for word, number in (line.split() for line in said):
            assert status[number] == "done" if word == "done" else number in status


def test_a_lock_that_nobody_lets_go_is_an_error_and_no_endless_wait(tmp_path: Path):
    from manual_slop.store.file_lock import locked

    (tmp_path / "x").touch()
    opened: Callable[[], int] = lambda: os.open(tmp_path / "x", os.O_RDWR)  # noqa: E731
    one, other = opened(), opened()
    with locked(one), pytest.raises(TimeoutError), locked(other, patience=0.05):
        pass
    with locked(other, patience=0.05):
        pass
    os.close(one)
    os.close(other)

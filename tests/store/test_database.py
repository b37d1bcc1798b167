"""One thread writes for everybody, readers never wait, and a file that is not ours stays as it is."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from manual_slop.store.database import Database
from manual_slop.store.errors import StoreError
from manual_slop.store.schema import APPLICATION_ID, MIGRATIONS
from manual_slop.store.store import Store
from manual_slop.values.events import Notice
from tests.support.shared import ROOT

ADD = "INSERT INTO sessions (id, opened, changed) VALUES (?, 0, 0)"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "sessions.db"


@pytest.fixture(params=["memory", "file"])
def database(request: pytest.FixtureRequest, path: Path) -> Iterator[Database]:
    opened = Database.open(None if request.param == "memory" else path)
    yield opened
    opened.close()


def add(name: str):
    return lambda connection: connection.execute(ADD, (name,)).rowcount


def names(database: Database) -> list[str]:
    with database.reading() as connection:
        return [name for (name,) in connection.execute("SELECT id FROM sessions ORDER BY key")]


def test_what_was_written_is_read_and_the_result_comes_back(database: Database):
    assert database.write(add("a")) == 1
    assert database.submit(add("b")).result() == 1
    assert names(database) == ["a", "b"]


def test_work_that_fails_undoes_itself_and_harms_no_other(database: Database):
    def half(connection: sqlite3.Connection) -> None:
        connection.execute(ADD, ("half",))
        raise LookupError("on purpose")

    hold, held = threading.Event(), threading.Event()

    def wait(_connection: sqlite3.Connection) -> None:
        held.set()
        hold.wait()

    first = database.submit(wait)
    held.wait()  # so that the others stand in one group
    futures = [database.submit(work) for work in (add("a"), half, add("a"), add("b"))]
    hold.set()
    first.result()
    assert futures[0].result() == 1
    with pytest.raises(LookupError, match="on purpose"):
        futures[1].result()
    with pytest.raises(StoreError, match="UNIQUE"):
        futures[2].result()
    assert futures[3].result() == 1
    assert names(database) == ["a", "b"]


def test_a_reader_sees_one_moment_and_never_waits_for_a_writer(path: Path):
    database = Database.open(path)
    database.write(add("a"))
    with database.reading() as one:
        assert one.execute("SELECT count(*) FROM sessions").fetchone() == (1,)
        database.write(add("b"))
        assert one.execute("SELECT count(*) FROM sessions").fetchone() == (1,)
        assert names(database) == ["a", "b"]
    database.close()


def test_a_reader_in_memory_holds_up_no_writer():
    database = Database.open(None)
    database.write(add("a"))
    with database.reading() as one:
        found = one.execute("SELECT id FROM sessions")
        database.write(add("b"))
        assert ("a",) in found.fetchall()
    database.close()


def test_a_reader_cannot_write(database: Database):
    with pytest.raises(StoreError), database.reading() as connection:
        connection.execute(ADD, ("x",))
    assert names(database) == []


def test_two_databases_in_memory_know_nothing_of_each_other():
    one, other = Database.open(None), Database.open(None)
    one.write(add("a"))
    assert names(other) == []
    one.close()
    other.close()


def test_work_cannot_wait_for_other_work(database: Database):
    with pytest.raises(RuntimeError, match="cannot wait for other work"):
        database.write(lambda _connection: database.write(add("a")))


def test_many_threads_write_at_once_and_nothing_is_locked_or_lost(database: Database):
    def produce(thread: int) -> None:
        for number in range(20):
            database.write(add(f"{thread}-{number}"))

    threads = [threading.Thread(target=produce, args=(thread,)) for thread in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(names(database)) == sorted(f"{thread}-{number}" for thread in range(16) for number in range(20))


def test_what_waits_is_written_before_it_is_closed_and_nothing_after(path: Path):
    database = Database.open(path)
    futures = [database.submit(add(str(number))) for number in range(50)]
    database.close()
    database.close()
    assert all(future.result() == 1 for future in futures)
    for use in (lambda: database.write(add("x")), lambda: names(database)):
        with pytest.raises(StoreError, match="is closed"):
            use()
    again = Database.open(path)
    assert len(names(again)) == 50
    again.close()


def test_what_waits_is_written_at_the_end_of_a_program_that_forgot_to_close(path: Path):
    program = (
        "import sys; from pathlib import Path; from tests.store.test_database import Database, add\n"
        "database = Database.open(Path(sys.argv[1]))\n"
        "for number in range(50): database.submit(add(str(number)))"
    )
    subprocess.run([sys.executable, "-c", program, str(path)], cwd=ROOT, check=True)
    database = Database.open(path)
    assert len(names(database)) == 50
    database.close()


def test_the_folder_and_its_files_are_for_their_owner_alone(path: Path):
    database = Database.open(path)
    database.write(add("a"))
    assert database.owners.me()
    found = [path.parent, *path.parent.rglob("*")]
    assert len(found) >= 5
    assert all(one.stat().st_mode & 0o077 == 0 for one in found)
    database.close()
    path.chmod(0o644)
    Database.open(path).close()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_second_opening_in_one_process_lets_go_of_no_lock(path: Path):
    """To open and close the file past SQLite would: then another process takes the log away from under us."""
    first = Database.open(path)
    first.write(add("a"))
    second = Database.open(path)
    visit = "import sys; from pathlib import Path; from manual_slop.store.database import Database\n"
    visit += "Database.open(Path(sys.argv[1])).close()"
    subprocess.run([sys.executable, "-c", visit, str(path)], cwd=ROOT, check=True)
    assert path.with_name("sessions.db-wal").exists()
    first.write(add("b"))
    second.write(add("c"))
    assert names(first) == names(second) == ["a", "b", "c"]
    first.close()
    second.close()


def test_a_file_that_another_process_keeps_locked_is_told(path: Path):
    database = Database(path, patience=0.01)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="kept locked by another program") as told:
            database.write(add("a"))
        assert told.value.trouble == "locked"
        assert names(database) == []
        other.execute("ROLLBACK")
    database.write(add("a"))
    database.close()


@pytest.mark.parametrize("content", [b"not a database", b"\0" * 5000, b"SQLite format 3\0" + b"\1" * 2000, b"x"])
def test_a_foreign_file_is_refused_and_stays_as_it_is(path: Path, content: bytes):
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(StoreError):
        Database.open(path)
    assert path.read_bytes() == content
    assert sorted(one.name for one in path.parent.iterdir()) == ["sessions.db", "sessions.db.lock"]


@pytest.mark.parametrize("mode", ["DELETE", "WAL"])
def test_a_database_of_another_program_is_refused_and_stays_as_it_is(path: Path, mode: str):
    path.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute(f"PRAGMA journal_mode = {mode}").fetchone()
        other.execute("CREATE TABLE t (a)")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="not a store of this program: it was left as it is") as told:
        Database.open(path)
    assert told.value.trouble == "foreign"
    assert path.read_bytes() == before
    assert sorted(one.name for one in path.parent.iterdir()) == ["sessions.db", "sessions.db.lock"]


def test_a_file_of_a_newer_version_is_refused_and_stays_as_it_is(path: Path):
    Database(path, (*MIGRATIONS, "CREATE TABLE invented (a);")).close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="made by a newer version"):
        Database.open(path)
    assert path.read_bytes() == before


def test_a_damaged_file_is_told_and_not_written_to(path: Path):
    database = Database.open(path)
    for number in range(300):
        database.submit(add(f"{number}" * 20))
    database.close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xaa" * len(content[4096:])
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"is damaged.*recover") as told:
        broken = Database.open(path)
        broken.write(add("x"))
    assert told.value.trouble == "broken"


def test_an_empty_file_is_made_a_store(path: Path):
    path.parent.mkdir()
    path.touch()
    database = Database.open(path)
    database.write(add("a"))
    database.close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be opened: File exists"):
        Database.open(tmp_path / "file" / "sessions.db")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="nothing is closed to the superuser")
def test_a_read_only_folder_is_told(path: Path):
    Database.open(path).close()
    path.chmod(0o400)
    path.parent.chmod(0o500)
    with pytest.raises(StoreError, match=r"Permission denied|cannot be written"):
        Database.open(path)
    path.parent.chmod(0o700)


def test_a_file_that_is_moved_away_while_it_is_in_use_is_noticed(path: Path):
    database = Database.open(path)
    database.write(add("a"))
    path.rename(path.with_name("away.db"))
    for _ in range(2):
        with pytest.raises(StoreError, match="was moved, deleted or replaced") as told:
            database.write(add("b"))
        assert told.value.trouble == "broken"
    database.close()


def test_a_migration_that_fails_leaves_the_file_and_a_later_one_works(path: Path):
    database = Database.open(path)
    database.write(add("a"))
    database.close()

    def fail(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE sessions ADD COLUMN colour TEXT")
        raise sqlite3.OperationalError("on purpose")

    with pytest.raises(StoreError, match="on purpose"):
        Database(path, (*MIGRATIONS, fail))
    database = Database.open(path)
    assert names(database) == ["a"]
    database.close()
    newer = Database(
        path, (*MIGRATIONS, "ALTER TABLE sessions ADD COLUMN colour TEXT;\nUPDATE sessions SET colour = 'red';")
    )
    with newer.reading() as connection:
        assert connection.execute("SELECT id, colour FROM sessions").fetchall() == [("a", "red")]
    newer.close()
    copy = Database.open(path.with_name(f"sessions.db.before-format-{len(MIGRATIONS) + 1}"))
    assert names(copy) == ["a"]
    copy.close()


OPENER = """
import sys
from pathlib import Path
from tests.store.test_database import Database, add
database = Database.open(Path(sys.argv[1]))
for number in range(30):
    database.write(add(f"{sys.argv[2]}-{number}"))
database.close()
"""


def test_processes_make_open_and_write_one_file_at_once(path: Path):
    commands = [[sys.executable, "-c", OPENER, str(path), str(number)] for number in range(4)]
    programs = [subprocess.Popen(command, cwd=ROOT) for command in commands]
    assert [program.wait(100) for program in programs] == [0] * 4
    database = Database.open(path)
    assert len(names(database)) == 120
    database.close()


def test_an_owner_lives_until_it_leaves_or_is_killed(path: Path):
    one, other = Database.open(path), Database.open(path)
    name = one.owners.me()
    assert one.owners.alive(name)
    assert other.owners.alive(name)
    one.close()
    assert not other.owners.alive(name)
    assert not other.owners.alive("")
    assert not other.owners.alive("../sessions.db")
    program = "import sys; from pathlib import Path; from manual_slop.store.database import Database\n"
    program += "print(Database.open(Path(sys.argv[1])).owners.me(), flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", program, str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        theirs = process.stdout.readline().strip()
        assert other.owners.alive(theirs)
        process.kill()
        process.wait()
        assert not other.owners.alive(theirs)
    assert (path.parent / "owners" / theirs).exists()
    other.close()
    Database.open(path).close()
    assert not (path.parent / "owners" / theirs).exists()


def test_a_row_with_a_time_that_is_none_is_told_as_damage(tmp_path: Path):
    store = Store.open(tmp_path)
    store.append("session", [Notice("kept")])
    store.database.write(lambda connection: connection.execute("UPDATE events SET at = 'noon'"))
    with pytest.raises(StoreError, match=r"is damaged \(a time in it is none\)"):
        list(store.envelopes("session"))
    store.close()


@pytest.mark.parametrize("damaged", [b"CREATE \xf4ABLE events", b"\xf4REATE TABLE events"])
def test_damage_in_the_names_of_tables_is_told_as_damage(tmp_path: Path, damaged: bytes):
    Store.open(tmp_path).close()
    file = tmp_path / "sessions.db"
    file.write_bytes(file.read_bytes().replace(b"CREATE TABLE events", damaged))
    with pytest.raises(StoreError, match="is damaged"):
        Store.open(tmp_path)

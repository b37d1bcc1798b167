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

from manual_slop.store.effects import Effect, FileChange, FileState, as_json, from_json
from manual_slop.store.journal import AlreadyBegunError, Journal, JournalError, MemoryJournal
from manual_slop.store.journal_file import JsonlJournal

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
    return tmp_path / "data" / "journal.jsonl"


@pytest.fixture(params=["memory", "file"])
def journal(request: pytest.FixtureRequest, path: Path) -> Journal:
    return MemoryJournal() if request.param == "memory" else JsonlJournal(path)


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
    before = JsonlJournal(path)
    before.finish(before.intend(Effect("a", key="1")), "done")
    before.intend(Effect("b", key="2"))
    after = JsonlJournal(path)
    assert [(entry.effect.tool, entry.status) for entry in after.entries()] == [("a", "done"), ("b", "unknown")]
    assert [entry.effect.tool for entry in after.unknown()] == ["b"]
    for key in ("1", "2"):
        with pytest.raises(AlreadyBegunError):
            after.intend(Effect("c", key=key))


def test_an_effect_comes_back_as_it_was_written(path: Path):
    JsonlJournal(path).intend(MOVE)
    assert JsonlJournal(path).entries()[0].effect == MOVE
    assert from_json(as_json(Effect("bare"))) == Effect("bare")
    assert from_json({"tool": "x", "invented_later": 1}) == Effect("x")


def test_the_file_is_closed_to_others(path: Path):
    JsonlJournal(path).intend(MOVE)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("cut", range(1, 40, 3))
def test_a_torn_last_line_is_set_aside_and_the_rest_kept(path: Path, cut: int):
    journal = JsonlJournal(path)
    journal.finish(journal.intend(Effect("a")), "done")
    journal.intend(Effect("torn"))
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    mended = JsonlJournal(path)
    assert [entry.effect.tool for entry in mended.entries()] == ["a"]
    assert mended.damaged == 1
    mended.intend(Effect("next"))
    assert [entry.effect.tool for entry in JsonlJournal(path).entries()] == ["a", "next"]
    last = whole.split(b"\n")[-2] + b"\n"
    assert path.with_name("journal.jsonl.damaged").read_bytes() == last[:-cut] + b"\n"


def test_a_torn_line_longer_than_any_buffer_is_set_aside(path: Path):
    journal = JsonlJournal(path)
    journal.intend(Effect("a"))
    with path.open("ab") as file:
        file.write(b'{"id": "' + b"x" * 300_000)
    assert [entry.effect.tool for entry in JsonlJournal(path).entries()] == ["a"]


@pytest.mark.parametrize(
    "damage",
    [
        b"\0" * 500,
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'"text"',
        b"null",
        b"[" * 5000,
        b'{"id":"1","effect":{}}',
        b'{"id":"1","effect":{"tool":"x"},"begun":"never"}',
        b'{"id":"unheard","outcome":"done"}',
        b'{"id":"1","effect":{"tool":"x","changes":[1]},"begun":"2026-01-01T00:00:00+00:00"}',
    ],
)
def test_a_damaged_line_costs_itself_alone(path: Path, damage: bytes):
    JsonlJournal(path).intend(Effect("a"))
    with path.open("ab") as file:
        file.write(damage + b"\n")
    journal = JsonlJournal(path)
    journal.intend(Effect("b"))
    entries = JsonlJournal(path).entries()
    assert [entry.effect.tool for entry in entries] == ["a", "b"]
    assert journal.damaged == 1


def test_a_write_that_fails_leaves_no_half_line_and_begins_nothing(path: Path):
    def half(file: int, data: bytes) -> int:
        return os.write(file, data[: len(data) // 2])

    def full(file: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    def broken_sync(file: int) -> None:
        raise OSError(5, "Input/output error")

    JsonlJournal(path).intend(Effect("a"))
    whole = path.read_bytes()
    for journal in (
        JsonlJournal(path, write=half),
        JsonlJournal(path, write=full),
        JsonlJournal(path, sync=broken_sync),
    ):
        with pytest.raises(JournalError, match=r"journal\.jsonl c"):
            journal.intend(Effect("b", key="k"))
        assert path.read_bytes() == whole
        assert [entry.effect.tool for entry in journal.entries()] == ["a"]
    JsonlJournal(path).intend(Effect("b", key="k"))


def test_a_journal_that_cannot_be_opened_says_so(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError, match="cannot be opened"):
        JsonlJournal(tmp_path / "file" / "journal")


WRITER = """
import sys
from pathlib import Path
from manual_slop.store.effects import Effect
from manual_slop.store.journal import AlreadyBegunError
from manual_slop.store.journal_file import JsonlJournal
journal = JsonlJournal(Path(sys.argv[1]))
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
    entries = JsonlJournal(path).entries()
    assert len(entries) == 120
    assert {entry.status for entry in entries} == {"done"}
    keys = [entry.effect.key for entry in entries]
    assert len(set(keys)) == len(keys)
    assert sum(key.startswith("shared-") for key in keys) == 40


KILLED = """
import sys
from pathlib import Path
from manual_slop.store.effects import Effect
from manual_slop.store.journal_file import JsonlJournal
journal = JsonlJournal(Path(sys.argv[1]))
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
        journal = JsonlJournal(path)
        status = {entry.effect.key: entry.status for entry in journal.entries()}
        for word, number in (line.split() for line in said):
            assert status[number] == "done" if word == "done" else number in status
        assert journal.damaged <= 1


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

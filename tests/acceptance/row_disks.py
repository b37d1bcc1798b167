"""F3 and F4: disks that fail at any step, and files that somebody or something damaged."""

from __future__ import annotations

import errno
import itertools
import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path

from manual_slop.safety.confinement import WalkConfinement
from manual_slop.safety.workspace import Workspace
from manual_slop.session.export.archive import as_archive
from manual_slop.session.export.reading import read_archive
from manual_slop.session.export.taking_in import take_in
from manual_slop.store.errors import StoreError
from manual_slop.store.export_file import ExportError
from manual_slop.store.store import Store
from manual_slop.values.events import Event, MessageAdded, Notice
from manual_slop.values.messages import user
from tests.acceptance.trial import Row, Trial
from tests.support import changing, failing_disk
from tests.support.editing import tree
from tests.support.faults import ROOM, Faults, failing
from tests.support.store_faults import DISKS, LONG, Work
from tests.support.stories import a_session

SESSION = "a1" * 16


def failing_disks(trial: Trial) -> None:
    """The N-th step of a store's or an edit's files fails, once or for good, for each N there is."""
    if failing_disk.library() is None:
        trial.notes.append("Python's sqlite3 has SQLite built in: the store was not tried")
    else:
        for kind, stays in itertools.product(DISKS, (False, True)):
            _store_on(trial, kind, stays)
    for code, stays in ((errno.ENOSPC, False), (errno.EIO, False), (errno.EMFILE, False), (errno.ENOSPC, True)):
        _project_on(trial, code, stays)
    trial.nought("acknowledged events lost")
    trial.ran_on = (
        f"SQLite's own file functions: {', '.join(DISKS)}; changes of a project: full, broken, no descriptors"
    )
    trial.at_least("faults", 100)


def _store_on(trial: Trial, kind: str, stays: bool) -> None:
    step = trial.sized(30, 2 if kind in LONG else 1, 1)
    for at in itertools.count(1, step):
        work = Work(trial.scratch(f"{kind}-{stays}-{at}"))
        settings = DISKS[kind]
        disk = failing_disk.FailingDisk(
            **{**settings, "kinds": frozenset(settings["kinds"])},  # type: ignore[arg-type]
            at=at,
            stays=stays,
        )
        with failing_disk.failing(disk):
            work.run()
            told = list(work.failures)
            disk.mended()
            work.check()
        if not disk.fired:
            return
        trial.count("faults")
        silent = [one for one in told if str(work.folder) not in one and "journal" not in one]
        trial.nought("faults told without saying where", len(silent))


def _project_on(trial: Trial, code: int, stays: bool) -> None:
    """A change of every kind at once, on a disk that fails: all of it or nothing."""
    folder = trial.scratch(f"project-{code}-{stays}")
    project = folder / "project"
    (project / "sub").mkdir(parents=True)
    for name in ("a.txt", "gone.txt", "sub/moving.txt", "run.sh"):
        (project / name).write_bytes(b"old content of " + name.encode())
    before = tree(project)
    for at in itertools.count():
        faults = Faults(code, only=ROOM if stays else None)
        changes = changing.changes_of(Workspace(project, failing(WalkConfinement, faults)), folder)
        plan = changing.everything(changes.workspace)
        faults.at, faults.stays = len(faults.steps) + at, stays
        said = changing.refusal_of(changes, plan)
        if not faults.fired:
            return
        trial.count("faults")
        trial.nought("changes made by halves", tree(project) != before)
        trial.nought("faults that nobody was told of", "nothing was changed" not in said)


def damaged_files(trial: Trial) -> None:
    """Exports and stores with torn ends, runs of nothing, bytes that changed: read or refused in words, never wrong."""
    chance = trial.chance
    whole, events = _exported(trial.scratch("whole"))
    many = trial.sized(40, 250, 1_000)
    for _ in range(many):
        _export(trial, whole, events, chance)
    written = (trial.folder / "whole" / "sessions.db").read_bytes()
    for at in range(many):
        _store(trial, trial.scratch(f"damaged-{at}"), written, events, chance)
    trial.ran_on = f"an export of {len(whole):,} bytes and a store of {len(written):,}, {len(DAMAGES)} kinds of damage"


def _exported(folder: Path) -> tuple[bytes, list[Event]]:
    """A session's export and its events; the folder holds the store they come from."""
    store = Store.open(folder)
    events = [*a_session(SESSION), *(MessageAdded(user(f"{at} " + "word " * 100)) for at in range(200))]
    store.append(SESSION, events)
    text = as_archive(store, SESSION)
    kept = [one.event for one in store.envelopes(SESSION)]
    store.close()
    return text.encode(), kept


def _torn(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def _emptied(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + bytes(chance.randrange(1, 5_000)) + data[at + 5_000 :]


def _flipped(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randrange(1, 20)):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _doubled(data: bytes, chance: random.Random) -> bytes:
    at, length = chance.randrange(len(data)), chance.randrange(1, 5_000)
    return data[: at + length] + data[at:]


def _misspelled(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + chance.choice([b"\xff\xfe", b"\xc3(", b"\xed\xa0\x80", b"\x80"]) + data[at:]


def _two_at_once(data: bytes, chance: random.Random) -> bytes:
    return data + data[: chance.randrange(len(data))]


DAMAGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    *(_torn, _emptied, _flipped),
    *(_doubled, _misspelled, _two_at_once),
)


def _export(trial: Trial, whole: bytes, events: list[Event], chance: random.Random) -> None:
    damaged = chance.choice(DAMAGES)(whole, chance)
    trial.count("bad inputs")
    store = Store.open(None)
    try:
        take_in(store, read_archive(damaged))
        trial.count("exports that were still read")
        kept = [one.event for one in store.envelopes(SESSION)]
        trial.nought("exports taken in by halves", len(kept) != len(json.loads(damaged)["events"]))
    except ExportError as error:
        trial.count("exports refused in words", bool(str(error)))
        trial.nought("exports taken in by halves", len(store.sessions()))
    store.close()


def _store(trial: Trial, folder: Path, written: bytes, events: list[Event], chance: random.Random) -> None:
    """The file is damaged while nobody has it open: what is read of it is what was written, or it is refused."""
    damage = chance.choice(DAMAGES[:4])
    shutil.copytree(trial.folder / "whole" / "blobs", folder / "blobs")
    (folder / "sessions.db").write_bytes(damage(written, chance))
    trial.count("bad inputs")
    try:
        store = Store.open(folder)
    except StoreError as error:
        trial.count("stores refused in words", bool(str(error)))
        trial.nought("refused files that are gone", not any(folder.iterdir()))
        return
    try:
        kept = [one.event for one in store.envelopes(SESSION)]
        trial.count("stores that were still read")
        trial.count("events read of them", len(kept))
        known = {repr(event) for event in events}
        strange = [event for event in kept if repr(event) not in known and not isinstance(event, Notice)]
        trial.nought("events that nobody wrote", len(strange) if damage is not _flipped else 0)
    except StoreError as error:
        trial.count("sessions refused in words", bool(str(error)))
    finally:
        store.close()


DISK_FAULTS = Row("F3", "a disk that fails at the N-th step", failing_disks)
DAMAGE = Row("F4", "damaged exports and stores", damaged_files)

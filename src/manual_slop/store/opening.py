"""The file is made ready: it is there, it is ours, nobody else may read it, and it is of this version."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from manual_slop.store.errors import StoreError, damage, explained
from manual_slop.store.file_lock import locked
from manual_slop.store.folders import sync_folder
from manual_slop.store.schema import APPLICATION_ID, MIGRATIONS, Migration, migrate, version
from manual_slop.values.paths import make_private

_PATIENCE = 120.0  # seconds: another process may be migrating


def prepare(path: Path, migrations: tuple[Migration, ...] = MIGRATIONS) -> None:
    """Make the file where there is none, bring an older one up to date, after a copy of it. Raises `StoreError`.

    A file that is not ours or that a newer version made is not touched.
    """
    with _alone(path):
        try:
            if path.exists() and path.stat().st_size:
                _refuse_foreign(path)
                _bring_up_to_date(path, migrations)
            else:
                _create(path, migrations)
        except sqlite3.Error as error:
            raise explained(error, path) from None
        except UnicodeDecodeError:  # sqlite3 fails so where the damage is in what SQLite's own message quotes
            raise explained(damage("its description of its tables is no text"), path) from None


def connect(path: Path, *, patience: float, read_only: bool = False) -> sqlite3.Connection:
    """A connection in autocommit mode that any one thread at a time may use. Raises `sqlite3.Error`."""
    connection = connect_uri(_uri(path, "ro" if read_only else "rw"), patience=patience, read_only=read_only)
    if not read_only:
        connection.execute("PRAGMA journal_mode = WAL").fetchone()
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA journal_size_limit = 67108864")
    return connection


def connect_uri(uri: str, *, patience: float, read_only: bool) -> sqlite3.Connection:
    """The same by an URI of SQLite, as those in memory have one."""
    connection = sqlite3.connect(
        uri, uri=True, timeout=patience, isolation_level=None, check_same_thread=False, cached_statements=256
    )
    for setting in ("temp_store = MEMORY", "trusted_schema = OFF", "foreign_keys = ON", "secure_delete = ON"):
        connection.execute(f"PRAGMA {setting}")
    if read_only:
        connection.execute("PRAGMA query_only = ON")
    return connection


def _uri(path: Path, mode: str) -> str:
    return f"{path.absolute().as_uri()}?mode={mode}"


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """No other process makes or migrates the file meanwhile. The folder is made where it is missing."""
    try:
        make_private(path.parent)
        lock = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreError(f"{path} cannot be opened: {error.strerror}: {error.filename}", "read-only") from None
    try:
        with locked(lock, patience=_PATIENCE):
            yield
    except OSError as error:
        trouble = "locked" if isinstance(error, TimeoutError) else "other"
        raise StoreError(f"{path} cannot be opened: {error.strerror}", trouble) from None  # type: ignore[arg-type]
    finally:
        os.close(lock)


def _refuse_foreign(path: Path) -> None:
    """By its header alone, so that nothing is changed or made beside it.

    SQLite reads it, not we: to close a file lets go of all locks that this process has on it, also those of a
    connection that is open elsewhere in the process, and then other processes damage it.
    """
    uri = _uri(path, "ro&immutable=1")
    try:
        with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
            _check_id(connection, path)
    except sqlite3.DatabaseError as error:
        # Without its log a file may look damaged that is not: then its id is looked at when the log is there.
        if error.sqlite_errorcode == sqlite3.SQLITE_NOTADB:
            raise _foreign(path) from None


def _check_id(connection: sqlite3.Connection, path: Path) -> None:
    (found,) = connection.execute("PRAGMA application_id").fetchone()
    if found != APPLICATION_ID:
        raise _foreign(path)


def _foreign(path: Path) -> StoreError:
    return StoreError(f"{path} is not a store of this program: it was left as it is; move it away", "foreign")


def _bring_up_to_date(path: Path, migrations: tuple[Migration, ...]) -> None:
    _close_to_others(path)
    with closing(connect(path, patience=_PATIENCE)) as connection:
        _check_id(connection, path)
        found = version(connection)
        if found > len(migrations):
            raise StoreError(
                f"{path} was made by a newer version of this program (its format is {found}, this one knows "
                f"{len(migrations)}): it was left as it is; use that version, or another folder by MANUAL_SLOP_HOME",
                "newer",
            )
        if found < len(migrations):
            _copy(connection, path.with_name(f"{path.name}.before-format-{len(migrations)}"))
            migrate(connection, migrations)


def _close_to_others(path: Path) -> None:
    if os.name != "nt" and path.stat().st_mode & 0o077:
        with suppress(OSError):
            path.chmod(0o600)


def _create(path: Path, migrations: tuple[Migration, ...]) -> None:
    """All of it in a file beside, so that nobody ever sees half a database."""
    part = _fresh(path.with_name(f"{path.name}.part"))
    with closing(sqlite3.connect(part, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        migrate(connection, migrations)
    _put_in_place(part, path)


def _copy(connection: sqlite3.Connection, path: Path) -> None:
    """What was there before a migration, whole or not at all."""
    part = _fresh(path.with_name(f"{path.name}.part"))
    with closing(sqlite3.connect(part, isolation_level=None)) as copy:
        connection.backup(copy)
    _put_in_place(part, path)


def _fresh(part: Path) -> Path:
    for leftover in (part, part.with_name(f"{part.name}-journal"), part.with_name(f"{part.name}-wal")):
        leftover.unlink(missing_ok=True)
    os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    return part


def _put_in_place(part: Path, path: Path) -> None:
    part.replace(path)
    sync_folder(path.parent)

"""The person's own settings files, read with care and written whole: what they are, whose and how large they are."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from manual_slop.store.file_lock import locked
from manual_slop.values.errors import ConfigError

LARGEST = 1024 * 1024


def read_own_text(path: Path, *, private: bool = False) -> str | None:
    """The text of a settings file, or `None` when there is none. Raises `ConfigError` that says how to mend it.

    `private` files must belong to us and be closed to everybody else (not asked on Windows, which has no such modes).
    """
    data = _read(path, private)
    if data is None:
        return None
    if len(data) > LARGEST:
        raise ConfigError(f"is larger than {LARGEST // 1024} KiB: that is no settings file", path)
    text = data.decode("utf-8-sig", "replace")
    if "\ufffd" in text and "\ufffd".encode() not in data:
        line = text[: text.index("\ufffd")].count("\n") + 1
        del data, text
        raise ConfigError("is not UTF-8 text: save it in that encoding", path, line)
    return text


def _read(path: Path, private: bool) -> bytes | None:
    try:
        # A pipe must not make us wait for a writer before we can see that it is one.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", path) from None
    try:
        refusal = _refusal(os.fstat(descriptor), path, private)
        if refusal:
            raise ConfigError(refusal, path)
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(LARGEST + 1)
    finally:
        os.close(descriptor)


def _refusal(status: os.stat_result, path: Path, private: bool) -> str:
    if not stat.S_ISREG(status.st_mode):
        return "is not a regular file"
    if not private or os.name == "nt":
        return ""
    if status.st_uid != os.getuid():
        return "belongs to another user and is not read: make a file of your own there"
    if status.st_mode & 0o077:
        import shlex

        return f"can be read by others and is not used: run `chmod 600 {shlex.quote(str(path))}`"
    return ""


@contextmanager
def alone_with(path: Path) -> Iterator[None]:
    """Read a settings file, change it and write it while no other program of ours does; waits for its turn.

    Raises `ConfigError` when that takes too long.
    """
    file, problem = -1, ""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        with locked(file):
            yield
    except TimeoutError:
        problem = "is being changed by another program that does not come to an end: try again"
    except OSError as error:
        problem = f"cannot be changed: {error.strerror or error}"
    finally:
        if file >= 0:
            os.close(file)
    if problem:
        raise ConfigError(problem, path)


def write_own_text(path: Path, text: str, *, backup: bool = True) -> None:
    """Put `text` into a settings file that only we may read: all of it, or it stays as it was.

    The file before is kept under `.bak` behind its name, unless no `backup` is wanted. Raises `ConfigError` for what
    is not ours to write.
    """
    import tempfile

    problem, temporary = "", ""
    try:
        if path.is_symlink():
            raise ConfigError("is a link, and is not written through: change the file it leads to yourself", path)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")  # of mode 0600
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        if backup:
            _keep_backup(path)
        Path(temporary).replace(path)
        temporary = ""
    except OSError as error:
        problem = f"cannot be written: {error.strerror or error}"
    finally:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
    if problem:
        raise ConfigError(problem, path)


def _keep_backup(path: Path) -> None:
    """The file under a second name, so that there is no moment without one."""
    backup = path.with_name(f"{path.name}.bak")
    backup.unlink(missing_ok=True)
    try:
        os.link(path, backup)
    except FileNotFoundError:
        return
    except OSError:
        path.replace(backup)  # where there are no links

"""Files that are handed to a person: there whole or not at all, and never in the place of another by accident."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class ExportError(Exception):
    """A file cannot be written, or cannot be read; the message says why."""


def write_whole(path: Path, data: bytes, *, replace: bool = False) -> None:
    """Write a file that only this user may read. Raises `ExportError`; without `replace` also where one is there."""
    temporary = path.with_name(f".{path.name[:100]}.{secrets.token_hex(6)}.part")
    try:
        file = os.fdopen(os.open(temporary, _FLAGS, 0o600), "wb")
        with file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            temporary.replace(path)
        else:
            _take_free_name(temporary, path)
    except FileExistsError:
        raise ExportError(f"{path} is already there: choose another name, or --force to replace it") from None
    except OSError as error:
        raise ExportError(f"{path} cannot be written: {error.strerror}") from None
    finally:
        with suppress(OSError):
            temporary.unlink()


def read_whole(path: Path, most: int) -> bytes:
    """A file of at most `most` bytes. Raises `ExportError`."""
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise ExportError(f"{path} cannot be read: {error.strerror}") from None
    if len(data) > most:
        raise ExportError(f"{path} is larger than {most // 1_000_000} MB, the most that is read")
    return data


def _take_free_name(temporary: Path, path: Path) -> None:
    """A link never replaces. Where there are no links, look first."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:
        if path.exists():
            raise FileExistsError from None
        temporary.replace(path)

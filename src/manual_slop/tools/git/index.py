"""Git's index: the files that are tracked, as they were last added."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from manual_slop.tools.git.objects import FOLDER, ID_BYTES, GitError, Item

_FIXED = 62
_EXTENDED, _SKIPPED, _INTENDED = 0x4000, 0x4000, 0x2000
_DAMAGED = "the repository's index is damaged"


@dataclass(frozen=True, slots=True)
class Entry:
    """A tracked file. `size` and `changed` (seconds, nanoseconds) are those it had on disk when it was added.

    `stage` is 0, or in a conflict 1 to 3. `absent` are files that are left out on disk on purpose; `intended` ones
    are announced but not added.
    """

    path: str
    item: Item
    size: int
    changed: tuple[int, int]
    stage: int
    absent: bool
    intended: bool


def read_index(data: bytes) -> list[Entry]:
    """The entries of an index file of version 2 to 4. Raises `GitError`."""
    if not data:
        return []
    if len(data) < 12 + ID_BYTES or data[:4] != b"DIRC":
        raise GitError(_DAMAGED)
    version, count = struct.unpack_from(">II", data, 4)
    if version not in {2, 3, 4}:
        raise GitError(f"the repository's index has version {version}, which is not understood here")
    entries = []
    at, name = 12, b""
    try:
        for _ in range(count):
            entry, name, at = _entry(data, at, version, name)
            entries.append(entry)
    except (struct.error, ValueError, IndexError):
        raise GitError(_DAMAGED) from None
    if data[at : at + 4] == b"link" or any(entry.item.mode == FOLDER for entry in entries):
        raise GitError("the repository's index is split or sparse, which is not understood here")
    return entries


def _entry(data: bytes, start: int, version: int, before: bytes) -> tuple[Entry, bytes, int]:
    numbers = struct.unpack_from(">10I20sH", data, start)
    flags = numbers[11]
    at = start + _FIXED
    more = 0
    if flags & _EXTENDED:
        (more,) = struct.unpack_from(">H", data, at)
        at += 2
    kept = b""
    if version == 4:
        dropped, at = _number(data, at)
        kept = before[: max(0, len(before) - dropped)]
    end = data.index(b"\0", at)
    name = kept + data[at:end]
    after = end + 1 if version == 4 else start + (end - start + 8) // 8 * 8
    entry = Entry(
        name.decode("utf-8", "surrogateescape"),
        Item(numbers[6], numbers[10].hex()),
        numbers[9],
        (numbers[2], numbers[3]),
        flags >> 12 & 3,
        bool(more & _SKIPPED),
        bool(more & _INTENDED),
    )
    return entry, name, after


def _number(data: bytes, at: int) -> tuple[int, int]:
    byte = data[at]
    number = byte & 0x7F
    while byte >= 0x80:
        at += 1
        byte = data[at]
        number = (number + 1) << 7 | byte & 0x7F
    return number, at + 1

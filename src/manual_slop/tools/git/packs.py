"""Git's packs: many objects in one file, some of them as differences to others."""

from __future__ import annotations

import struct
from bisect import bisect_left
from typing import BinaryIO

from manual_slop.tools.git.objects import ID_BYTES, KINDS, LARGEST_OBJECT, GitError, Object, inflate

_HEAD = 8 + 256 * 4
_LARGEST_INDEX = 256 * 1024 * 1024
_LONGEST_CHAIN = 4096
_OFFSET_DELTA, _ID_DELTA = 6, 7
_DAMAGED = "the repository is damaged: a pack cannot be read"


class PackIndex:
    """Where each object of a pack begins, by its id. Raises `GitError` for what is no index of version 2."""

    def __init__(self, data: bytes) -> None:
        if len(data) < _HEAD or data[:8] != b"\xfftOc\0\0\0\2":
            raise GitError("a pack has an index that is not understood here")
        self._data = data
        self._fan = struct.unpack_from(">256I", data, 8)
        self._count = self._fan[-1]
        self._offsets = _HEAD + self._count * (ID_BYTES + 4)
        if list(self._fan) != sorted(self._fan) or len(data) < self._offsets + 4 * self._count:
            raise GitError(_DAMAGED)

    def offset(self, id_: bytes) -> int | None:
        """Where the object begins, or `None` where it is in another pack."""
        place = bisect_left(range(self._fan[id_[0]]), id_, lo=self._first(id_[0]), key=self._id)
        if place == self._fan[id_[0]] or self._id(place) != id_:
            return None
        (offset,) = struct.unpack_from(">I", self._data, self._offsets + 4 * place)
        if offset < 1 << 31:
            return int(offset)
        far = self._offsets + 4 * self._count + 8 * (offset - (1 << 31))
        if far + 8 > len(self._data):
            raise GitError(_DAMAGED)
        return int(struct.unpack_from(">Q", self._data, far)[0])

    def beginning_with(self, prefix: str) -> list[str]:
        """The ids that begin so; `prefix` has at least 2 hexadecimal digits. At most two, for more are too many."""
        byte = int(prefix[:2], 16)
        start = bytes.fromhex(prefix.ljust(2 * ID_BYTES, "0"))
        place = bisect_left(range(self._fan[byte]), start, lo=self._first(byte), key=self._id)
        ids = (self._id(at).hex() for at in range(place, min(place + 2, self._fan[byte])))
        return [id_ for id_ in ids if id_.startswith(prefix)]

    def _first(self, byte: int) -> int:
        return self._fan[byte - 1] if byte else 0

    def _id(self, place: int) -> bytes:
        return self._data[_HEAD + place * ID_BYTES : _HEAD + (place + 1) * ID_BYTES]


class Pack:
    """A pack that is open, with its index."""

    def __init__(self, index: PackIndex, file: BinaryIO) -> None:
        self.index = index
        self._file = file

    def read(self, id_: bytes) -> Object | None:
        """The object, or `None` where it is in another pack. Raises `GitError`."""
        offset = self.index.offset(id_)
        return None if offset is None else self._at(offset)

    def _at(self, offset: int) -> Object:
        deltas: list[bytes] = []
        while True:
            kind, base, data = self._entry(offset)
            if base is None:
                break
            deltas.append(data)
            offset = base
            # Whoever wrote it may have made a ring of differences.
            if len(deltas) > _LONGEST_CHAIN or sum(map(len, deltas)) > LARGEST_OBJECT:
                raise GitError(_DAMAGED)
        if kind not in KINDS:
            raise GitError(_DAMAGED)
        for delta in reversed(deltas):
            data = apply(delta, data)
        return Object(KINDS[kind], data)

    def _entry(self, offset: int) -> tuple[int, int | None, bytes]:
        """The entry's kind, the offset of what it differs from, and its data."""
        self._file.seek(offset)
        head = self._file.read(64)
        try:
            kind, size, at = _kind_and_size(head)
            base = None
            if kind == _OFFSET_DELTA:
                distance, at = _distance(head, at)
                base = offset - distance
            elif kind == _ID_DELTA:
                base, at = self.index.offset(head[at : at + ID_BYTES]), at + ID_BYTES
        except IndexError:
            raise GitError(_DAMAGED) from None
        if size > LARGEST_OBJECT or (kind in {_OFFSET_DELTA, _ID_DELTA} and (base is None or base < 0)):
            raise GitError(_DAMAGED if size <= LARGEST_OBJECT else f"an object is larger than {LARGEST_OBJECT:,} bytes")
        self._file.seek(offset + at)
        # Packed data that is longer than its contents by more than this was not written by zlib.
        data = inflate(self._file.read(size + size // 1000 + 1024), size)
        if len(data) != size:
            raise GitError(_DAMAGED)
        return kind, base, data


def open_index(file: BinaryIO) -> PackIndex:
    """The index in a file. Raises `GitError`."""
    data = file.read(_LARGEST_INDEX + 1)
    if len(data) > _LARGEST_INDEX:
        raise GitError("the repository is too large to be read here")
    return PackIndex(data)


def apply(delta: bytes, base: bytes) -> bytes:
    """What a difference makes of `base`. Raises `GitError` where they do not belong together."""
    made: list[bytes] = []
    length = 0
    try:
        base_size, at = _size(delta, 0)
        size, at = _size(delta, at)
        while at < len(delta) and length <= LARGEST_OBJECT:
            order = delta[at]
            if order & 0x80:
                start, count, at = _copy(delta, at)
                made.append(base[start : start + count])
            else:
                made.append(delta[at + 1 : at + 1 + order])
                at += 1 + order
            length += len(made[-1])
    except IndexError:
        size, base_size = -1, 0
    if base_size != len(base) or size != length:
        raise GitError(_DAMAGED)
    return b"".join(made)


def _copy(delta: bytes, at: int) -> tuple[int, int, int]:
    order, at = delta[at], at + 1
    numbers = []
    for bits in ((1, 2, 4, 8), (16, 32, 64)):
        number = 0
        for shift, bit in enumerate(bits):
            if order & bit:
                number |= delta[at] << (8 * shift)
                at += 1
        numbers.append(number)
    return numbers[0], numbers[1] or 0x10000, at


def _size(data: bytes, at: int) -> tuple[int, int]:
    size = shift = 0
    while True:
        byte = data[at]
        size |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80 or shift > 63:
            return size, at


def _kind_and_size(head: bytes) -> tuple[int, int, int]:
    kind, size = head[0] >> 4 & 7, head[0] & 15
    if head[0] < 0x80:
        return kind, size, 1
    more, at = _size(head, 1)
    return kind, size | more << 4, at


def _distance(head: bytes, at: int) -> tuple[int, int]:
    byte = head[at]
    distance = byte & 0x7F
    while byte >= 0x80:
        at += 1
        byte = head[at]
        distance = (distance + 1) << 7 | byte & 0x7F
    return distance, at + 1

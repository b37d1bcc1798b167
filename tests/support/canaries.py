"""Finds a key in what a program left behind, in any spelling, also inside what is compressed or encoded.

It knows nothing of the redactor: what that one overlooks is found here.
"""

from __future__ import annotations

import base64
import json
import re
import sqlite3
import urllib.parse
import zlib
from collections.abc import Iterator
from pathlib import Path

_DEEP = 3
_ENCODED = re.compile(rb"[A-Za-z0-9+/_-]{40,}")
_PACKED = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08")


def spellings(key: str) -> Iterator[tuple[str, bytes]]:
    """The ways to write the middle of a key: half a key is found too. Each with its name."""
    middle = key[6:-6]
    raw = middle.encode()
    yield "plain", raw
    yield "url", urllib.parse.quote(middle, safe="").encode()
    yield "url in small letters", urllib.parse.quote(middle, safe="").lower().encode()
    yield "json", json.dumps(middle)[1:-1].replace("/", "\\/").encode()
    yield "hex", raw.hex().encode()
    yield "HEX", raw.hex().upper().encode()
    yield "utf-16", middle.encode("utf-16-le")
    for before in range(3):
        for name, encode in (("base64", base64.b64encode), ("base64url", base64.urlsafe_b64encode)):
            first, last = -(-8 * before // 6), 8 * (before + len(raw)) // 6
            yield f"{name} at {before}", encode(bytes(before) + raw)[first:last]


def found_in(data: bytes, key: str, depth: int = _DEEP) -> set[str]:
    """The spellings in which the key stands in `data`, and in what can be unpacked from it."""
    found = {name for name, spelled in spellings(key) if spelled in data}
    if depth and not found:
        for how, inner in _unpacked(data):
            found |= {f"{name} in {how}" for name in found_in(inner, key, depth - 1)}
    return found


def found_below(folder: Path, key: str) -> list[str]:
    """Every file below a folder that has the key, in its name, its bytes or the rows of a database; and how."""
    hits = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        hits += [f"the name {name}"] if found_in(str(name).encode(), key) else []
        if path.is_file():
            hits += [f"{name}: {how}" for how in sorted(found_in(path.read_bytes(), key))]
            if path.suffix == ".db":
                hits += [f"{name}: {how}" for how in _found_in_rows(path, key)]
    return hits


def _found_in_rows(path: Path, key: str) -> Iterator[str]:
    """A page of a database may end in the middle of a key: no value does."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for table in tables:
        for row in connection.execute(f'SELECT * FROM "{table}"'):
            whole = b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in row)
            yield from (f"{how} in a row of {table}" for how in found_in(whole, key))
    connection.close()


def _unpacked(data: bytes) -> Iterator[tuple[str, bytes]]:
    for start in _PACKED.finditer(data):
        unpacker = zlib.decompressobj(47)  # zlib's or gzip's, whichever it is
        try:
            inner = unpacker.decompress(data[start.start() :], 1 << 24)
        except zlib.error:
            continue
        if inner:
            yield "zlib", inner
    for run in _ENCODED.finditer(data):
        text = run[0].replace(b"-", b"+").replace(b"_", b"/")
        for skipped in range(4):
            piece = text[skipped : len(text) - (len(text) - skipped) % 4]
            yield "base64", base64.b64decode(piece)

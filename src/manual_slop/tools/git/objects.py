"""Git's objects: commits, trees and files, by their ids."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from manual_slop.tools.declaration import ToolError

LARGEST_OBJECT = 32 * 1024 * 1024  # bytes
FOLDER, LINK, SUBMODULE = 0o040000, 0o120000, 0o160000
ID_BYTES = 20

Kind = Literal["commit", "tree", "blob", "tag"]
KINDS: Mapping[int, Kind] = {1: "commit", 2: "tree", 3: "blob", 4: "tag"}

_WHO = re.compile(r"(.*?) ?<([^>]*)> (-?\d{1,12}) ([+-]\d{4})")


class GitError(ToolError):
    """The repository cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Object:
    """An object as it is stored."""

    kind: Kind
    data: bytes


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit. `time` is in seconds since 1970, `zone` as in `+0200`."""

    id: str
    tree: str
    parents: tuple[str, ...]
    author: str
    time: int
    zone: str
    committed: int
    subject: str


@dataclass(frozen=True, slots=True)
class Item:
    """What stands under a name: a file, link, folder or submodule, by its mode."""

    mode: int
    id: str


def inflate(data: bytes, limit: int) -> bytes:
    """What zlib packed into `data`. Raises `GitError` for more than `limit` bytes and for what zlib did not make."""
    try:
        unpacked = zlib.decompressobj().decompress(data, limit + 1)
    except zlib.error:
        unpacked = None
    if unpacked is None:
        raise GitError("the repository is damaged: an object cannot be unpacked")
    if len(unpacked) > limit:
        raise GitError(f"an object is larger than {limit:,} bytes")
    return unpacked


def loose(data: bytes) -> Object:
    """An object that lies in a file of its own."""
    head, _, content = inflate(data, LARGEST_OBJECT + 32).partition(b"\0")
    kind, _, size = head.partition(b" ")
    known = next((name for name in KINDS.values() if name.encode() == kind), None)
    if known is None or size != str(len(content)).encode():
        raise GitError("the repository is damaged: an object is not what it says")
    return Object(known, content)


def commit(id_: str, data: bytes) -> Commit:
    """A commit from its text."""
    head, _, message = data.decode("utf-8", "replace").partition("\n\n")
    lines = [line.partition(" ")[::2] for line in head.split("\n")]
    said = dict(reversed(lines))
    author = _WHO.fullmatch(said.get("author", ""))
    committer = _WHO.fullmatch(said.get("committer", ""))
    if not re.fullmatch("[0-9a-f]{40}", said.get("tree", "")):
        raise GitError(f"the repository is damaged: commit {id_[:10]} has no tree")
    return Commit(
        id_,
        said["tree"],
        tuple(value for name, value in lines if name == "parent"),
        author[1] if author else "?",
        int(author[3]) if author else 0,
        author[4] if author else "+0000",
        int(committer[3]) if committer else 0,
        next((line.strip() for line in message.split("\n") if line.strip()), ""),
    )


def tree(data: bytes) -> Iterator[tuple[str, Item]]:
    """The names in a folder and what stands under them."""
    at = 0
    while at < len(data):
        end = data.find(b"\0", at)
        mode, _, name = data[at:end].partition(b" ")
        at = end + 1 + ID_BYTES
        if end < 0 or at > len(data) or not re.fullmatch(b"[0-7]{5,6}", mode) or not name:
            raise GitError("the repository is damaged: a folder cannot be read")
        yield name.decode("utf-8", "surrogateescape"), Item(int(mode, 8), data[end + 1 : at].hex())

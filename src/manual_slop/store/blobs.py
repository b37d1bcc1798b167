"""Contents by their SHA-256: pictures, long texts, and what a file held before it was changed."""

from __future__ import annotations

import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path

from manual_slop.store.folders import sync_folder
from manual_slop.values.paths import make_private

_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class BlobError(Exception):
    """A content cannot be kept, is not there, or is not what it was; the message says which."""


def digest_of(data: bytes) -> str:
    """The name of a content: its SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


class Blobs:
    """Contents in one folder that only this user may read. Safe to use from several threads and processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, data: bytes) -> str:
        """Keep a content; on the disk when this returns. Its digest. Raises `BlobError`."""
        digest = digest_of(data)
        path = self._path(digest)
        try:
            if not (path.is_file() and path.stat().st_size == len(data)):
                self._write(path, data)
        except OSError as error:
            raise BlobError(f"the content cannot be kept in {self._folder}: {error.strerror}") from None
        return digest

    def has(self, digest: str) -> bool:
        """Whether a content of that digest is kept. Raises `BlobError` for what is no digest."""
        return self._path(digest).is_file()

    def size(self, digest: str) -> int:
        """How many bytes the content of that digest takes; 0 where there is none."""
        try:
            return self._path(digest).stat().st_size
        except OSError:
            return 0

    def remove(self, digest: str) -> None:
        """Keep a content no longer. It is the caller's to know that nobody needs it. Raises `BlobError`."""
        try:
            self._path(digest).unlink(missing_ok=True)
        except OSError as error:
            raise BlobError(f"a content in {self._folder} cannot be removed: {error.strerror}") from None

    def get(self, digest: str) -> bytes:
        """The content of that digest, checked. Raises `BlobError`."""
        try:
            data = self._path(digest).read_bytes()
        except OSError:
            raise BlobError(f"the content {digest[:12]}… is not among those kept in {self._folder}") from None
        if digest_of(data) != digest:
            raise BlobError(f"the content kept as {digest[:12]}… in {self._folder} is damaged")
        return data

    def _path(self, digest: str) -> Path:
        if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
            raise BlobError(f"{digest[:70]!r} is not the name of a content")
        return self._folder / digest[:2] / digest

    def _write(self, path: Path, data: bytes) -> None:
        for folder in (self._folder, path.parent):
            make_private(folder)
        temporary = path.with_name(f"{secrets.token_hex(8)}.part")
        descriptor = os.open(temporary, _FLAGS, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
            sync_folder(path.parent)
        except OSError:
            with suppress(OSError):
                temporary.unlink()
            raise


class MemoryBlobs(Blobs):
    """Contents that are gone with the process."""

    def __init__(self) -> None:
        super().__init__(Path())
        self._held: dict[str, bytes] = {}

    def put(self, data: bytes) -> str:
        """See `Blobs.put`."""
        digest = digest_of(data)
        self._held[digest] = data
        return digest

    def has(self, digest: str) -> bool:
        """See `Blobs.has`."""
        return digest in self._held

    def size(self, digest: str) -> int:
        """See `Blobs.size`."""
        return len(self._held.get(digest, b""))

    def remove(self, digest: str) -> None:
        """See `Blobs.remove`."""
        self._held.pop(digest, None)

    def get(self, digest: str) -> bytes:
        """See `Blobs.get`."""
        try:
            return self._held[digest]
        except KeyError:
            raise BlobError(f"the content {digest[:12]}… is not among those kept in memory") from None

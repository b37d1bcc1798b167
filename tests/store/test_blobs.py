"""Old contents are kept by what they are, for their owner alone."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from manual_slop.store.blobs import BlobError, Blobs, digest_of


@pytest.mark.parametrize("data", [b"", b"x", b"\0\xff" * 100_000])
def test_a_content_comes_back_by_its_digest(tmp_path: Path, data: bytes):
    digest = Blobs(tmp_path / "blobs").put(data)
    assert digest == digest_of(data)
    assert Blobs(tmp_path / "blobs").get(digest) == data


def test_nobody_else_may_read_them_and_nothing_is_left_beside(tmp_path: Path):
    blobs = Blobs(tmp_path / "blobs")
    for data in (b"1", b"2", b"1"):
        blobs.put(data)
    paths = [tmp_path / "blobs", *(tmp_path / "blobs").rglob("*")]
    assert all(path.stat().st_mode & 0o077 == 0 for path in paths)
    assert sorted(path.name for path in paths if path.is_file()) == sorted(map(digest_of, (b"1", b"2")))


def test_a_damaged_content_is_not_handed_out(tmp_path: Path):
    digest = Blobs(tmp_path).put(b"right")
    (tmp_path / digest[:2] / digest).write_bytes(b"wrong")
    with pytest.raises(BlobError, match="is damaged"):
        Blobs(tmp_path).get(digest)


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "A" * 64, "a" * 63, "/" * 64])
def test_what_is_no_digest_opens_nothing(tmp_path: Path, digest: str):
    with pytest.raises(BlobError, match="not the name of a content"):
        Blobs(tmp_path).get(digest)


def test_what_is_not_there_or_cannot_be_kept_is_said(tmp_path: Path):
    with pytest.raises(BlobError, match="is not among those kept"):
        Blobs(tmp_path).get("a" * 64)
    (tmp_path / "file").touch()
    with pytest.raises(BlobError, match="cannot be kept"):
        Blobs(tmp_path / "file").put(b"x")


def test_threads_keep_the_same_content_at_once(tmp_path: Path):
    blobs = Blobs(tmp_path)
    threads = [threading.Thread(target=blobs.put, args=(b"same" * 10_000,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert blobs.get(digest_of(b"same" * 10_000))
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1

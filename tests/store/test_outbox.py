"""What waits keeps its order, whatever comes back and when."""

from __future__ import annotations

from datetime import UTC, datetime

from manual_slop.store.blobs import MemoryBlobs
from manual_slop.store.outbox import Outbox
from manual_slop.values.events import Notice

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_what_could_not_be_written_stands_before_what_came_later():
    outbox, blobs = Outbox(), MemoryBlobs()
    taken = []
    for text in ("first", "second", "third"):
        outbox.add("s", [Notice(text), Notice(f"and {text}")], NOW, blobs)
        taken.append(outbox.take("s"))
    outbox.add("s", [Notice("fourth")], NOW, blobs)
    for batch in (taken[1], taken[2], taken[0]):
        outbox.put_back("s", batch)
    waiting = [one.event for one in outbox.take("s")]
    texts = ("first", "and first", "second", "and second", "third", "and third", "fourth")
    assert waiting == [Notice(text) for text in texts]
    assert outbox.listed(None) == {}

"""Appends numbered events from several threads and tells each when it is acknowledged; until it is killed.

Arguments: the folder, the session's id, the characters of an event, the number of threads, and what else goes on:
`nothing`, `compaction` (of the conversation) or `merging` (of the search index, and emptying the log file).
"""

from __future__ import annotations

import itertools
import os
import sys
import threading
from pathlib import Path

from manual_slop.store.store import Store
from manual_slop.values.events import Event, HistoryCompacted, MessageAdded
from manual_slop.values.messages import user


def events(number: int, size: int, beside: str) -> list[Event]:
    """The batch of a number: to be there wholly or not at all."""
    words = f"{number} " + "lorem ipsum dolor " * (size // 18)
    batch: list[Event] = [MessageAdded(user(words))]
    if beside == "compaction":
        batch.append(HistoryCompacted(user(f"summary {number}"), 1, "m/x"))
    return batch


def main(folder: Path, session_id: str, size: int, threads: int, beside: str) -> None:
    """Append for ever."""
    store = Store.open(folder)
    numbers = itertools.count(store.sessions()[0].events if store.sessions() else 0)

    def produce() -> None:
        for number in numbers:
            store.append(session_id, events(number, size, beside))
            os.write(1, b"%d\n" % number)

    for _ in range(threads):
        threading.Thread(target=produce, daemon=True).start()
    while True:
        if beside == "merging":
            store.database.write(
                lambda connection: connection.execute("INSERT INTO search (search) VALUES ('optimize')")
            )
            store.database.shrink()
        else:
            threading.Event().wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5])

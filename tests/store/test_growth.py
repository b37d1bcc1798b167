"""What a list and a search cost does not grow with what is kept: counted in steps of SQLite, not in time."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from manual_slop.store import search_table, sessions_table
from manual_slop.store.store import Store
from manual_slop.values.events import MessageAdded
from manual_slop.values.messages import user


def steps(store: Store, words: str) -> int:
    """How many steps SQLite takes to list the sessions (no words) or to find words."""
    count = itertools.count()
    with store.database.reading() as connection:
        connection.set_progress_handler(lambda: next(count) and None, 1)
        if words:
            assert len(search_table.find(connection, words, 20, None)) == 20
        else:
            assert len(list(sessions_table.summaries(connection, -1, None, 0))) == 4
        connection.set_progress_handler(None, 1)
    return next(count)


@pytest.mark.parametrize("words", ["", "tea", "te", "tea time", "number"])
def test_ten_times_as_many_messages_cost_no_more_steps(tmp_path: Path, words: str):
    store = Store.open(tmp_path)
    counted = []
    for size in (300, 3_000):
        store.append(f"s{size}", [MessageAdded(user(f"number {at}: tea time")) for at in range(size)])
        store.append("other", [MessageAdded(user("tea time of number"))])
        store.append("third", [MessageAdded(user("tea time of number"))])
        if not counted:
            store.append("s3000", [MessageAdded(user("tea time of number"))])
        counted.append(steps(store, words))
    store.close()
    assert counted[1] <= 1.2 * counted[0]

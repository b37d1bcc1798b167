"""A provider that takes so much a minute gets no more, whoever asks, and who asks first is served first."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from manual_slop.session.pacing import Paced
from manual_slop.store.store import Store
from manual_slop.values.budget import Amount
from manual_slop.values.cancel import Cancel
from manual_slop.values.ledger import UsageRecorded
from manual_slop.values.usage import Cost, Usage


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path)
    yield opened
    opened.close()


def call(name: str, tokens: int) -> UsageRecorded:
    return UsageRecorded("acme/m", Usage(tokens, 0), Cost(None, "estimated"), call_id=name, provider="acme")


def test_calls_are_spaced_as_a_minute_has_room_for_them(store: Store):
    waits = [store.paces.take("acme", 1000.0, 60, None, 100) for _ in range(5)]
    assert waits == [0, 1, 2, 3, 4]
    assert store.paces.take("acme", 1010.0, 60, None, 100) == 0
    assert store.paces.take("other", 1000.0, 60, None, 100) == 0


def test_tokens_are_spaced_too_and_what_was_not_used_is_free_again(store: Store):
    assert store.paces.take("acme", 1000.0, None, 6000, 3000) == 0
    assert store.paces.take("acme", 1000.0, None, 6000, 600) == 30
    store.paces.correct("acme", 6000, -600)
    assert store.paces.take("acme", 1000.0, None, 6000, 0) == 30


def test_a_clock_that_was_wrong_holds_nobody_up_for_ever(store: Store):
    store.paces.take("acme", 1e12, 60, 60, 1000)
    assert store.paces.take("acme", 1000.0, 60, 60, 1) == 0


def test_no_two_programs_take_the_same_moment(store: Store, tmp_path: Path):
    other = Store.open(tmp_path)
    taken: list[float] = []

    def take(of: Store) -> None:
        taken.extend(of.paces.take("acme", 1000.0, 60, None, 1) for _ in range(25))

    threads = [threading.Thread(target=take, args=(of,)) for of in (store, other, store, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert sorted(taken) == list(range(100))


def test_a_call_waits_for_its_moment_once_and_a_stop_ends_the_waiting(store: Store):
    cancel = Cancel()
    paced = Paced(store.budgets, store.paces, (1, 6000), cancel, clock=lambda: 1000.0)
    paced.reserve(call("first", 600), Amount(tokens=600))
    threading.Timer(0.05, cancel.request).start()
    paced.reserve(call("second", 600), Amount(tokens=600))  # a minute, but for the stop
    paced.settle(call("first", 100))
    paced.release("second")
    assert store.paces.take("acme", 1000.0, None, 6000, 0) == pytest.approx(61, abs=6)

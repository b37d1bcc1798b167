"""The ledger on disk: what was entered comes back exactly, once, quickly, and without any key."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from manual_slop.store import ledger_table
from manual_slop.store.database import Database
from manual_slop.store.entry_rows import pack, unpack
from manual_slop.values.ledger import Origin, UsageRecorded
from manual_slop.values.secrets import REDACTED, Secret
from manual_slop.values.usage import Cost, RateLine, Usage
from tests.support.entries import NOON, entry, some_entries

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
money = st.none() | st.decimals(0, 10**6, places=12)
any_entry = st.builds(
    UsageRecorded,
    words,
    st.builds(Usage, *[st.integers(-(10**30), 10**30)] * 7, st.booleans()),
    st.builds(
        Cost,
        money,
        st.sampled_from(("billed", "list price", "estimated", "local", "unpriced")),
        words,
        words,
        st.lists(st.builds(RateLine, words, st.integers(0, 10**30), st.decimals(0, 10**6))).map(tuple),
        money,
        words,
    ),
    st.sampled_from(("chat", "retry", "qa")),
    words,
    words,
    words,
    st.builds(Origin, words, words, words, words, words),
    words,
    words,
    words,
    words,
    words,
    st.none() | st.datetimes().map(lambda when: when.replace(tzinfo=NOON.tzinfo)),
    st.none() | st.datetimes().map(lambda when: when.replace(tzinfo=NOON.tzinfo)),
)


@pytest.fixture
def database() -> Iterator[Database]:
    opened = Database.open(None)
    yield opened
    opened.close()


def enter(database: Database, *entries: UsageRecorded) -> list[bool]:
    return database.write(lambda connection: [ledger_table.record(connection, one) for one in entries])


def kept(database: Database, **filters: object) -> list[UsageRecorded]:
    with database.reading() as connection:
        return list(ledger_table.read(connection, **filters))  # type: ignore[arg-type]


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(any_entry)
def test_an_entry_comes_back_from_its_row_exactly(one: UsageRecorded):
    assert unpack(pack(one), {}) == one


def test_entries_come_back_in_the_order_they_were_made(database: Database):
    entries = some_entries(50)
    enter(database, *entries)
    assert kept(database) == entries


def test_a_call_is_entered_once_however_often_it_is_told(database: Database):
    one = entry(call_id="c1")
    assert enter(database, one, one) == [True, False]
    assert enter(database, one) == [False]
    assert kept(database) == [one]


def test_calls_without_a_name_are_told_apart(database: Database):
    first, second = entry(turn_id="t1"), entry(turn_id="t2")
    assert enter(database, first, second, first) == [True, True, False]


def test_a_session_has_its_own_calls_and_those_it_had_made(database: Database):
    child = UsageRecorded("m", Usage(), Cost(None, "unpriced"), call_id="c2", session_id="s2", origin=Origin("s1"))
    enter(database, entry(call_id="c1"), child, entry(call_id="c3", session_id="s3"))
    assert [one.call_id for one in kept(database, session_id="s1")] == ["c1", "c2"]
    assert [one.call_id for one in kept(database, session_id="s2")] == ["c2"]


def test_entries_are_found_by_their_time(database: Database):
    enter(database, *(entry(call_id=f"c{hour}", began=NOON + timedelta(hours=hour)) for hour in range(4)))
    found = kept(database, since=NOON + timedelta(hours=1), until=NOON + timedelta(hours=3))
    assert [one.call_id for one in found] == ["c1", "c2"]


def test_a_price_list_is_kept_once(database: Database):
    enter(database, *some_entries(60))
    with database.reading() as connection:
        (lists,) = connection.execute("SELECT COUNT(*) FROM price_lists").fetchone()
        assert ledger_table.models_used(connection)[0] == "openai/gpt-4o"
    assert lists == 3  # of two models, and of those without any


def test_what_a_provider_echoes_of_a_key_is_not_kept(tmp_path: Path):
    key = Secret("sk-canary-ledger-00112233").reveal()
    opened = Database.open(tmp_path / "s.db")
    loud = entry(
        answered=key, request_id=f"r-{key}", cost=Cost(Decimal(1), "billed", key, "", (), None, key), rates=key
    )
    enter(opened, loud)
    (found,) = kept(opened)
    opened.close()
    assert (found.answered, found.rates) == (REDACTED, "")
    assert all(key.encode() not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_a_key_of_digits_does_not_spoil_numbers(database: Database):
    Secret("1234567")
    one = entry(usage=Usage(1234567, 1234567), cost=Cost(Decimal("0.1234567"), "billed"), call_id="c")
    enter(database, one)
    assert kept(database) == [one]

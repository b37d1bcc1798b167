"""Sums over the ledger: grouped as a person asks, and honest about what they leave out."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manual_slop.money.ledger import GROUPINGS, added, belongs_to, day_of, sum_all, sum_by, utc_day
from manual_slop.money.rates_json import dump_rates, load_rates
from manual_slop.money.reconcile import reconcile
from manual_slop.values.ledger import Origin, UsageRecorded
from manual_slop.values.usage import UNPRICED, Cost, Usage, total
from tests.money.test_prices import any_rates
from tests.support.entries import entry, some_entries

D = Decimal


def test_rows_hold_what_was_used_and_what_it_cost():
    rows = sum_by([entry(tier="3"), entry(tier="3", usage=Usage(2_000, 50)), entry(tier="1")], "tier")
    assert [(row.key, row.usage.input_tokens, str(row.cost)) for row in rows] == [
        ("1", 1_000, "$0.003500"),
        ("3", 3_000, "$0.009000"),
    ]


@pytest.mark.parametrize("by", GROUPINGS)
def test_the_rows_of_every_grouping_add_up_to_all_of_it(by: str):
    entries = some_entries(300)
    rows = sum_by(entries, by)  # type: ignore[arg-type]
    whole = sum_all(entries)
    assert (added(rows).usage, added(rows).cost) == (whole.usage, whole.cost)
    assert whole.cost == total(one.cost for one in entries)


def test_a_sum_with_an_unpriced_call_never_looks_complete():
    row = sum_all([entry(), *[entry("acme/m1")] * 3])
    assert str(row.cost) == "≥ $0.003500 + 3 unpriced calls"
    assert str(sum_all([entry("acme/m1")]).cost) == "1 unpriced call"


def test_models_on_this_computer_read_local_no_charge():
    local = Cost(D(0), "local", note="no charge")
    assert str(sum_all([entry("ollama/llama3", cost=local)] * 2).cost) == "local, no charge"
    assert str(sum_all([entry("ollama/llama3", cost=local), entry()]).cost) == "$0.003500"
    assert str(sum_all([]).cost) == "$0"


def test_a_day_is_a_day_in_utc():
    late = datetime(2026, 11, 23, 20, 30, tzinfo=timezone(timedelta(hours=-8)))
    assert day_of(entry(began=late)) == "2026-11-24"
    assert day_of(UsageRecorded("m", Usage(), UNPRICED)) == "–"


def test_what_a_session_had_others_do_belongs_to_it():
    child = UsageRecorded("m", Usage(), UNPRICED, session_id="child", origin=Origin(session_id="mother"))
    assert belongs_to(child, "mother")
    assert belongs_to(child, "child")
    assert not belongs_to(child, "other")
    assert sum_by([child], "session")[0].key == "mother"


def test_what_has_no_tier_comes_last():
    assert [row.key for row in sum_by([entry(), entry(tier="2"), entry(tier="1")], "tier")] == ["1", "2", "–"]


def test_days_and_tickets_come_in_their_own_order_whatever_they_cost():
    cheap, dear = Usage(1), Usage(1_000_000)
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    days = [entry(usage=dear, began=noon), entry(usage=cheap, began=noon - timedelta(days=1))]
    assert [row.key for row in sum_by(days, "day")] == ["2026-11-22", "2026-11-23"]
    tickets = [entry(usage=usage, origin=Origin(ticket=name)) for usage, name in ((dear, "t2"), (cheap, "t1"))]
    assert [row.key for row in sum_by(tickets, "ticket")] == ["t1", "t2"]


def test_the_dearest_model_comes_first():
    rows = sum_by([entry(), entry("anthropic/claude-sonnet-4-5")], "model")
    assert [row.key for row in rows] == ["anthropic/claude-sonnet-4-5", "openai/gpt-4o"]


@given(any_rates)
def test_a_price_list_comes_back_from_json_as_it_was(rates):
    assert load_rates(dump_rates(rates)) == rates


@pytest.mark.parametrize("text", ["", "[]", "{", "null", '{"input": "x"}', '{"tiers": 3}', "[" * 100_000])
def test_what_is_no_price_list_is_none(text: str):
    assert load_rates(text) is None


def test_a_price_list_with_tiers_and_dates_comes_back_whole():
    from manual_slop.cost_tracker import rates
    from manual_slop.providers.config import Config

    for model in ("gemini/gemini-2.5-pro", "openai/o1", "anthropic/claude-sonnet-4-5"):
        known = rates(model, config=Config(Path("config.toml")))
        assert known is not None
        assert load_rates(dump_rates(known)) == known


def test_drift_is_what_was_billed_beyond_our_own_sum():
    billed = Cost(D("0.0050"), "billed", computed=D("0.0040"))
    unknown = Cost(D("0.0100"), "billed")
    (drift,) = reconcile([entry(cost=billed), entry(cost=billed), entry(cost=unknown), entry()])
    assert (drift.provider, drift.calls, drift.unchecked) == ("openai", 3, 1)
    assert (drift.billed, drift.comparable, drift.computed) == (D("0.0200"), D("0.0100"), D("0.0080"))
    assert (drift.usd, drift.percent) == (D("0.0020"), D(25))


def test_the_largest_drift_comes_first_and_what_was_not_billed_is_left_out():
    small = entry(cost=Cost(D(2), "billed", computed=D("1.9")))
    large = entry("acme/m1", cost=Cost(D(1), "billed", computed=D(2)))
    assert [one.model for one in reconcile([small, large, entry()])] == ["acme/m1", "openai/gpt-4o"]
    assert reconcile([entry()]) == []


def test_drift_that_cannot_be_known_is_dollars_too():
    (drift,) = reconcile([entry(cost=Cost(None, "billed"))])
    assert [f"{usd:.2f}" for usd in (drift.billed, drift.comparable, drift.computed)] == ["0.00"] * 3
    assert all(isinstance(usd, Decimal) for usd in (drift.billed, drift.comparable, drift.computed))


@given(st.integers(1, 50))
def test_sums_do_not_depend_on_the_order_of_entries(seed: int):
    entries = some_entries(40, seed)
    assert {row.key: row.cost for row in sum_by(entries, "model")} == {
        row.key: row.cost for row in sum_by(entries[::-1], "model")
    }


@st.composite
def real_entry(draw: st.DrawFn) -> UsageRecorded:
    """A call of which every count is another one."""
    counts = [draw(st.integers(0, 10**6)) for _ in range(7)]
    basis = draw(st.sampled_from(["list price", "estimated", "local", "unpriced", "billed"]))
    usd = None if basis == "unpriced" else Decimal(draw(st.integers(0, 10**6))) / 10**6
    return entry(usage=Usage(*counts, estimated=draw(st.booleans())), cost=Cost(usd, basis))


@given(st.lists(real_entry(), max_size=8))
def test_every_count_of_every_call_is_in_the_sum_once(entries: list[UsageRecorded]):
    row = sum_all(entries)
    for name in ("input", "output", "cache_read", "cache_write", "reasoning", "audio_input", "audio_output"):
        field = f"{name}_tokens"
        assert getattr(row.usage, field) == sum(getattr(one.usage, field) for one in entries), field
    assert row.usage.estimated == any(one.usage.estimated for one in entries)
    assert row.cost.estimated == any(one.cost.basis == "estimated" for one in entries)
    assert row.cost.usd == sum((one.cost.usd or 0 for one in entries), Decimal(0))
    assert (row.key, row.cost.calls) == ("all", len(entries))
    assert row.bases == tuple(dict.fromkeys(one.cost.basis for one in entries))
    assert added([sum_all([one]) for one in entries]) == row


def test_a_time_with_a_zone_counts_by_its_day_in_utc_and_one_without_is_utc():
    late = datetime(2026, 11, 23, 23, 30)  # noqa: DTZ001 - without a zone on purpose
    assert utc_day(late) == "2026-11-23"
    assert utc_day(late.replace(tzinfo=timezone(timedelta(hours=-5)))) == "2026-11-24"


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="this system has one time zone for all programs")
def test_where_the_computer_stands_does_not_matter_to_the_day(monkeypatch: pytest.MonkeyPatch):
    late, early = (datetime(2026, 11, 23, hour) for hour in (23, 1))  # noqa: DTZ001 - without a zone on purpose
    with monkeypatch.context() as patch:
        for zone in ("XXX-12", "XXX+12"):
            patch.setenv("TZ", zone)
            time.tzset()
            assert [utc_day(when) for when in (late, early)] == ["2026-11-23"] * 2
            assert [utc_day(when.replace(tzinfo=UTC)) for when in (late, early)] == ["2026-11-23"] * 2
    time.tzset()

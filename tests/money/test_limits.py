"""Budgets in words, and the room that a call takes of them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manual_slop.money import Rates, Tier, price
from manual_slop.money.limits import limit_words, parse_limit, read_rules
from manual_slop.money.worst_case import answer_that_fits, worst_case
from manual_slop.values.budget import Amount, Limit, NodeState
from manual_slop.values.usage import Usage
from tests.money.test_prices import FULL

D = Decimal


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("2.00", Limit(D("2.00"))),
        ("$2", Limit(D(2))),
        (".5", Limit(D("0.5"))),
        ("200000tok", Limit(None, 200_000)),
        ("200_000 tokens", Limit(None, 200_000)),
        ("2.00,200000tok", Limit(D("2.00"), 200_000)),
        ("200000tok, 2.00, unpriced", Limit(D("2.00"), 200_000, unpriced=True)),
        ("0", Limit(D(0))),
    ],
)
def test_a_budget_is_dollars_tokens_or_both(text: str, limit: Limit):
    assert parse_limit(text) == limit
    assert parse_limit(limit_words(limit)) == limit


@pytest.mark.parametrize(
    "text",
    [
        *("", "-1", "nan", "inf", "1e3", "2,3", "two", "2€", "tok", "1tok,2tok", "unpriced", "2 00", "1.0tok", "٣"),
        *("9" * 40, "2.00,", "2_00", "1,000.50"),
    ],
)
def test_anything_else_is_refused_with_how_it_is_written(text: str):
    with pytest.raises(ValueError, match="write dollars, tokens or both"):
        parse_limit(text)


def test_a_long_text_is_quoted_short():
    with pytest.raises(ValueError, match=f"^“{'x' * 40}” is no budget"):
        parse_limit("x" * 50)
    with pytest.raises(ValueError, match=f"^“unpriced{' ' * 32}” sets no limit"):
        parse_limit("unpriced" + " " * 50)


def test_an_unknown_rule_is_told_with_those_that_there_are():
    with pytest.raises(
        ValueError, match=r"^budgets\.x is not known here: total, per_day, per_month, per_session and unp"
    ):
        read_rules({"x": 1})


def test_rules_are_read_from_a_table():
    rules = read_rules({"per_day": 5, "per_month": 50.5, "per_session": "2.00,1000tok", "unpriced": True})
    assert rules.per_day == Limit(D(5), unpriced=True)
    assert rules.per_month == Limit(D("50.5"), unpriced=True)
    assert rules.per_session == Limit(D("2.00"), 1_000, unpriced=True)
    assert read_rules({"total": 1e-7}).total == Limit(D("0.0000001"))
    assert rules.total is None
    assert rules.any
    assert not read_rules({}).any


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"per_week": 1}, "budgets.per_week is not known here"),
        ({"per_day": True}, "budgets.per_day must be a number"),
        ({"per_day": [1]}, "budgets.per_day must be a number"),
        ({"per_day": -1}, "budgets.per_day: “-1” is no budget"),
        ({"per_day": float("nan")}, "budgets.per_day: “NaN” is no budget"),
        ({"unpriced": "yes"}, "budgets.unpriced must be true or false"),
    ],
)
def test_a_rule_that_cannot_be_read_is_no_rule_dropped(table, said: str):
    with pytest.raises(ValueError, match=said):
        read_rules(table)


def test_rules_count_for_days_months_and_sessions():
    rules = read_rules({"total": 100, "per_day": 5, "per_session": 2})
    assert rules.limit_of(("all",)) == Limit(D(100))
    assert rules.limit_of(("all", "day 2026-11-23")) == Limit(D(5))
    assert rules.limit_of(("all", "month 2026-11")) is None
    assert rules.limit_of(("all", "session ab")) == Limit(D(2))
    assert rules.limit_of(("all", "session ab", "tier 3")) is None


tokens = st.integers(0, 500_000)


@given(tokens, tokens, st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_no_call_of_that_size_costs_more_than_its_worst_case(read, written, hit, kept, thought):
    cached = int(read * hit)
    usage = Usage(read, written, cached, int((read - cached) * kept), int(written * thought))
    for rates in (FULL, Rates(D(2), D(10)), Rates(D(1), D(2), tiers=(Tier(1_000, Rates(D(3), D(40))),))):
        assert price(usage, rates).usd <= worst_case(rates, read, written).usd


def test_the_worst_case_of_an_unpriced_call_is_one_unpriced_call():
    assert worst_case(None, 10, 5) == Amount(D(0), 15, 1)
    assert worst_case(Rates(D(1)), 10, 5) == Amount(D(0), 15, 1)
    assert worst_case(None, 10, 5, local=True) == Amount(D(0), 15)


part = st.integers(0, 1_000_000)
TIERED = Rates(D(1), D("0.5"), tiers=(Tier(100_000, Rates(D(3), D(40))),))


@given(tokens, st.integers(0, 20_000_000), st.none() | part, part, part, st.sampled_from([FULL, TIERED]))
def test_an_answer_that_fits_does_fit_and_one_token_more_does_not(read, millionths, most_tokens, spent, held, rates):
    limit = Limit(D(millionths) / 1_000_000, most_tokens)
    taken, reserved = (Amount(D(one) / 1_000_000, one // 10) for one in (spent, held))
    node = NodeState(("all",), limit, taken, reserved)
    fits = answer_that_fits(node, rates, read)

    def has_room(written: int) -> bool:
        worst = node.spent + node.reserved + worst_case(rates, read, written)
        return worst.usd <= limit.usd and (most_tokens is None or worst.tokens <= most_tokens)

    if fits >= 0:
        assert has_room(fits)
    assert not has_room(max(fits, -1) + 1)


def test_where_nobody_knows_a_price_no_answer_is_said_to_fit():
    assert answer_that_fits(NodeState(("all",), Limit(D(1))), None, 10) < 0


def test_where_answers_are_free_the_question_alone_decides():
    free = Rates(D(10), D(0))
    node = NodeState(("all",), Limit(D("0.01")))
    assert answer_that_fits(node, free, 1_001) == -1
    assert answer_that_fits(NodeState(("all",), Limit(D("0.01"), 5_000)), free, 1_000) == 4_000

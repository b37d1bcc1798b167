"""Calls re-priced under other models: exact, and never more certain than what is known."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manual_slop.money import Rates, Tier, price
from manual_slop.money.what_if import Candidate, compare, difference, tier_matrix
from manual_slop.values.usage import Cost, CostSum, Usage, total
from tests.money.test_prices import FULL, any_usage
from tests.support.entries import GPT, SONNET, entry, some_entries

D = Decimal
GPT_4O = Candidate("openai/gpt-4o", GPT)
CLAUDE = Candidate("anthropic/claude-sonnet-4-5", SONNET)
LONG = Candidate(
    "acme/long", Rates(D(1), D(2), tiers=(Tier(1_000, Rates(D(3), D(4))), Tier(100_000, Rates(D(5), D(6)))))
)
UNKNOWN = Candidate("acme/m1", None)
LOCAL = Candidate("ollama/llama3", None, local=True)


def test_the_same_model_costs_exactly_what_it_cost():
    entries = some_entries(500)
    entries += [entry(cost=Cost(D("0.5"), "billed", computed=D("0.4"))), entry(cost=Cost(None, "unpriced"))]
    own = [one for one in entries if one.model == "openai/gpt-4o"]
    found = compare(own, "day", [GPT_4O])
    assert found.total.what_if["openai/gpt-4o"].usd == found.total.actual.cost.usd == total(e.cost for e in own).usd
    assert all(row.what_if["openai/gpt-4o"] == row.actual.cost for row in found.rows)


@st.composite
def real_usage(draw: st.DrawFn) -> Usage:
    """Counts that fit together, of every kind of token."""
    counts = st.sampled_from([0, 0, 7, 900, 70_000])
    fresh, read, written, heard, text, thought, spoken = (draw(counts) for _ in range(7))
    return Usage(fresh + read + written + heard, text + thought + spoken, read, written, thought, heard, spoken)


EVERYTHING = Candidate("acme/full", FULL)


@settings(max_examples=100)
@given(
    st.lists(real_usage(), max_size=12) | st.lists(any_usage, max_size=12), st.sampled_from(("same hits", "no hits"))
)
def test_each_sum_is_that_of_its_calls_priced_one_by_one(usages, hits):
    entries = [entry("acme/m9", usage) for usage in usages]
    candidates = [GPT_4O, CLAUDE, LONG, EVERYTHING, UNKNOWN]
    found = compare(entries, "model", candidates, hits)
    for candidate in candidates:
        counted = [u if hits == "same hits" else replace(u, cache_read_tokens=0, cache_write_tokens=0) for u in usages]
        one_by_one = total(price(usage, candidate.rates) for usage in counted)
        whole = found.total.what_if[candidate.model]
        assert (whole.usd, whole.calls, whole.unpriced) == (one_by_one.usd, one_by_one.calls, one_by_one.unpriced)


SINGLE = [
    Candidate(f"only/{into}-{out}", Rates(**{into: D(3), out: D(7)}))
    for into in ("input", "cached_input", "cache_write", "audio_input")
    for out in ("output", "reasoning", "audio_output")
]
"""Models of which hardly any rate is known, so that each kind of token decides whether a call has a price."""


def test_a_call_is_priced_by_its_own_kinds_of_tokens_whatever_it_is_counted_with():
    usages = []
    for kinds in product((0, 1), repeat=7):
        fresh, read, written, heard, text, thought, spoken = kinds
        usages.append(
            Usage(fresh + read + written + heard, text + thought + spoken, read, written, thought, heard, spoken)
        )
    found = compare([entry("acme/m9", usage) for usage in usages], "model", [*SINGLE, EVERYTHING, GPT_4O])
    for candidate in (*SINGLE, EVERYTHING, GPT_4O):
        one_by_one = total(price(usage, candidate.rates) for usage in usages)
        whole = found.total.what_if[candidate.model]
        assert (whole.usd, whole.unpriced) == (one_by_one.usd, one_by_one.unpriced), candidate.model


@pytest.mark.parametrize(
    "odd",
    [
        *(Usage(9, 9, **{name: -1}) for name in ("cache_read_tokens", "cache_write_tokens", "reasoning_tokens")),
        *(Usage(9, 9, **{name: -1}) for name in ("audio_input_tokens", "audio_output_tokens")),
        *(Usage(-9, 9), Usage(9, -9), Usage(-9, 9, cache_read_tokens=-9)),
    ],
    ids=str,
)
def test_a_count_below_nothing_leaves_its_call_unpriced_and_no_other(odd: Usage):
    found = compare([entry("acme/m9", Usage(9, 9)), entry("acme/m9", odd)], "model", [EVERYTHING])
    whole = found.total.what_if[EVERYTHING.model]
    assert (whole.calls, whole.unpriced, whole.usd) == (2, 1, price(Usage(9, 9), FULL).usd)


def test_counts_below_nothing_are_not_made_good_by_each_other():
    odd = [Usage(9, 9, cache_read_tokens=-1, audio_input_tokens=5), Usage(9, 9, 5, audio_input_tokens=-1)]
    found = compare([entry("acme/m9", usage) for usage in odd], "model", [EVERYTHING])
    assert found.total.what_if[EVERYTHING.model] == CostSum(D(0), 2, 2)


def test_kinds_that_exceed_their_whole_are_priced_as_they_are():
    for odd in (Usage(0, 5, reasoning_tokens=9), Usage(5, 0, cache_read_tokens=9)):
        found = compare([entry("acme/m9", odd), entry("acme/m9", Usage(10, 10))], "model", [EVERYTHING])
        one_by_one = total(price(usage, FULL) for usage in (odd, Usage(10, 10)))
        assert found.total.what_if[EVERYTHING.model].usd == one_by_one.usd


def test_with_the_same_hits_cached_input_stays_cached():
    cached = entry("acme/m9", Usage(10_000, 0, 8_000))
    assert compare([cached], "model", [GPT_4O]).total.what_if["openai/gpt-4o"].usd == D("0.015")
    assert compare([cached], "model", [GPT_4O], "no hits").total.what_if["openai/gpt-4o"].usd == D("0.025")


def test_without_hits_even_the_same_model_would_have_cost_more():
    cached = entry(usage=Usage(10_000, 0, 8_000))
    found = compare([cached], "model", [GPT_4O], "no hits")
    assert (found.total.actual.cost.usd, found.total.what_if["openai/gpt-4o"].usd) == (D("0.015"), D("0.025"))
    assert found.hits == "no hits"


def test_the_size_of_each_call_decides_its_rates_not_the_size_of_the_sum():
    entries = [entry("acme/m9", Usage(tokens)) for tokens in (1_000, 1_001, 100_001)]
    usd = compare(entries, "model", [LONG]).total.what_if["acme/long"].usd
    assert usd == D("0.001") + D("0.003003") + D("0.500005")


def test_a_model_nobody_can_price_stays_unpriced():
    found = compare([entry(), entry()], "model", [UNKNOWN])
    assert str(found.total.what_if["acme/m1"]) == "2 unpriced calls"
    assert found.total.difference("acme/m1") is None


def test_a_model_on_this_computer_would_have_cost_nothing():
    found = compare([entry()], "model", [LOCAL])
    assert str(found.total.what_if["ollama/llama3"]) == "local, no charge"
    assert found.total.difference("ollama/llama3").percent == -100


def test_an_unpriced_call_can_be_priced_elsewhere_but_there_is_no_difference_to_tell():
    found = compare([entry("acme/m1"), entry()], "model", [GPT_4O])
    assert found.total.what_if["openai/gpt-4o"] == CostSum(D("0.007"), 2)
    assert str(found.total.actual.cost) == "≥ $0.003500 + 1 unpriced call"
    assert found.total.difference("openai/gpt-4o") is None


def test_a_difference_is_in_dollars_and_percent():
    found = difference(CostSum(D(2), 1), CostSum(D(3), 1))
    assert (found.usd, found.percent) == (D(1), D(50))
    assert difference(CostSum(D(0), 1), CostSum(D(3), 1)).percent is None


def test_estimates_stay_estimates():
    guessed = entry("acme/m9", Usage(10, 10, estimated=True))
    assert compare([guessed], "model", [GPT_4O]).total.what_if["openai/gpt-4o"].estimated
    sure = entry("acme/m9", Usage(10, 10))
    for both in ([guessed, sure], [sure, guessed]):
        assert compare(both, "model", [GPT_4O]).total.what_if["openai/gpt-4o"].estimated
    assert not compare([sure, sure], "model", [GPT_4O]).total.what_if["openai/gpt-4o"].estimated


def test_the_matrix_has_a_row_for_every_tier():
    entries = [entry(tier="3"), entry(tier="3", usage=Usage(5)), entry(tier="1"), entry()]
    found = tier_matrix(entries, [GPT_4O, CLAUDE])
    assert [(row.actual.key, row.actual.cost.calls) for row in found.rows] == [
        ("1", 1),
        ("2", 0),
        ("3", 2),
        ("4", 0),
        ("–", 1),
    ]
    assert found.rows[1].what_if[CLAUDE.model] == CostSum()
    assert found.total.what_if[CLAUDE.model].calls == 4


def test_the_matrix_knows_what_was_taken_for_granted_about_the_cache():
    cached = [entry(usage=Usage(10_000, 0, 8_000), tier="1")]
    found = tier_matrix(cached, [GPT_4O], "no hits")
    assert (found.hits, found.total.what_if["openai/gpt-4o"].usd) == ("no hits", D("0.025"))
    found = tier_matrix(cached, [GPT_4O])
    assert (found.hits, found.total.what_if["openai/gpt-4o"].usd) == ("same hits", D("0.015"))


def test_nothing_compared_is_nothing():
    found = compare([], "tier", [GPT_4O])
    assert (found.rows, str(found.total.actual.cost), str(found.total.what_if[GPT_4O.model])) == ((), "$0", "$0")


@pytest.mark.parametrize("by", ["tier", "model", "purpose", "day", "ticket"])
def test_the_rows_add_up_to_the_total(by):
    found = compare(some_entries(200), by, [GPT_4O, CLAUDE, UNKNOWN])
    for model in found.total.what_if:
        parts = [row.what_if[model] for row in found.rows]
        assert sum(part.usd for part in parts) == found.total.what_if[model].usd
        assert sum(part.unpriced for part in parts) == found.total.what_if[model].unpriced

"""Bills: every token priced once, unknown never taken for free."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manual_slop.money import Rates, Tier, billed, combine, price
from manual_slop.values.usage import UNPRICED, Cost, RateLine, Usage

D = Decimal

FULL = Rates(
    input=D(2),
    output=D(10),
    cached_input=D("0.5"),
    cache_write=D("2.5"),
    reasoning=D(12),
    audio_input=D(40),
    audio_output=D(80),
    basis="override",
    source="pricing/acme.toml",
    source_url="https://acme.example",
    as_of=date(2026, 11, 22),
)
PLAIN = Rates(input=D(2), output=D(10))

counts = st.integers(0, 10**9)
amounts = st.decimals(0, 1_000_000, places=6)


@st.composite
def fitting_usages(draw: st.DrawFn) -> Usage:
    read, write, audio, fresh = draw(counts), draw(counts), draw(counts), draw(counts)
    reasoning, spoken, text = draw(counts), draw(counts), draw(counts)
    return Usage(
        fresh + read + write + audio,
        text + reasoning + spoken,
        read,
        write,
        reasoning,
        audio,
        spoken,
        draw(st.booleans()),
    )


any_usage = st.builds(Usage, *[st.integers(-(10**30), 10**30)] * 7, st.booleans())
any_rates = st.builds(Rates, *[st.none() | amounts] * 7)


def test_every_kind_of_token_has_its_line_and_is_priced_once() -> None:
    cost = price(Usage(1000, 500, 300, 200, 100, 50, 40), FULL)
    assert cost.lines == (
        RateLine("input", 450, D(2)),
        RateLine("cached_input", 300, D("0.5")),
        RateLine("cache_write", 200, D("2.5")),
        RateLine("audio_input", 50, D(40)),
        RateLine("output", 360, D(10)),
        RateLine("reasoning", 100, D(12)),
        RateLine("audio_output", 40, D(80)),
    )
    assert cost.usd == D("0.01155")


def test_a_cost_says_its_basis_source_and_date() -> None:
    cost = price(Usage(1, 1), FULL)
    assert (cost.basis, cost.source, cost.as_of) == (
        "override",
        "pricing/acme.toml (https://acme.example)",
        "2026-11-22",
    )


def test_lines_carry_the_names_of_the_price_list() -> None:
    rates = Rates().with_rates({"input": ("input_cost_per_token", D(1)), "output": ("output_cost_per_token", D(2))})
    assert [line.key for line in price(Usage(1, 1), rates).lines] == ["input_cost_per_token", "output_cost_per_token"]


def test_cached_tokens_without_a_rate_cost_full_input_and_the_note_says_upper_bound() -> None:
    cost = price(Usage(1_000_000, 0, 400_000), PLAIN)
    assert cost.usd == 2
    assert "upper bound" in cost.note
    assert cost.lines == (RateLine("input", 600_000, D(2)), RateLine("input (cache read)", 400_000, D(2)))


def test_cache_writes_without_a_rate_cost_input_and_the_note_says_so() -> None:
    cost = price(Usage(1_000_000, 0, 0, 1_000_000), PLAIN)
    assert (cost.usd, cost.note) == (2, "cache writes at the input rate")


def test_reasoning_costs_output_unless_it_has_a_rate_of_its_own() -> None:
    thinking = Usage(0, 1_000_000, reasoning_tokens=400_000)
    assert price(thinking, PLAIN).usd == 10
    assert price(thinking, FULL).usd == D("10.8")


def test_a_long_call_pays_its_tier_for_every_token() -> None:
    rates = Rates(input=D(1), output=D(2), tiers=(Tier(200_000, Rates(input=D(3), output=D(4))),))
    assert price(Usage(200_000, 1_000_000), rates).usd == D("2.2")
    assert price(Usage(200_001, 1_000_000), rates).usd == D("4.600003")


def test_guessed_usage_makes_an_estimated_cost() -> None:
    assert price(Usage(1, 1, estimated=True), FULL).basis == "estimated"


def test_counts_that_do_not_add_up_make_an_estimated_cost_that_says_so() -> None:
    cost = price(Usage(10, 10, cache_read_tokens=50), FULL)
    assert cost.basis == "estimated"
    assert "do not add up" in cost.note
    assert cost.usd == D("0.000125")


def test_a_model_without_rates_is_unpriced() -> None:
    cost = price(Usage(1, 1), None)
    assert (cost.usd, cost.basis) == (None, "unpriced")


@pytest.mark.parametrize(
    ("usage", "missing"),
    [
        (Usage(1, 0, audio_input_tokens=1), "audio input"),
        (Usage(1, 1, audio_output_tokens=1), "audio output"),
    ],
)
def test_a_missing_rate_that_is_needed_makes_it_unpriced_and_names_it(usage: Usage, missing: str) -> None:
    cost = price(usage, PLAIN)
    assert (cost.usd, cost.basis, cost.note) == (None, "unpriced", f"no rate for {missing} tokens")


def test_a_missing_output_rate_is_not_zero() -> None:
    assert price(Usage(5, 1), Rates(input=D(1))).usd is None
    assert price(Usage(5, 0), Rates(input=D(1))).usd == D("0.000005")


def test_a_negative_count_is_unpriced() -> None:
    cost = price(Usage(-5, 10), FULL)
    assert cost == Cost(None, "unpriced", FULL.origin, "2026-11-22", note="a token count is negative")
    assert price(Usage(-5, 10), PLAIN).as_of == ""


def test_what_is_to_be_known_of_a_price_is_told_once_each() -> None:
    cost = price(Usage(1_000, 0, 300, 200), PLAIN)
    assert cost.note == "cache reads at the full input rate: upper bound; cache writes at the input rate"


def test_a_local_model_costs_nothing_and_says_so() -> None:
    assert price(Usage(10, 10), None, local=True) == Cost(D(0), "local", note="no charge")


def test_the_providers_own_bill_wins_and_ours_is_kept() -> None:
    ours = price(Usage(1_000_000, 0), FULL)
    cost = billed(0.0123, ours)
    assert (cost.usd, cost.basis, cost.computed) == (D("0.0123"), "billed", D(2))
    assert cost.note == "override comes to $2.00"
    assert cost.lines == ours.lines


def test_a_bill_that_is_what_we_computed_needs_no_word() -> None:
    ours = price(Usage(1_000_000, 0), FULL)
    assert billed(2, ours) == Cost(D(2), "billed", "the provider's own bill", "", ours.lines, D(2))


def test_a_bill_of_nothing_is_a_bill() -> None:
    assert billed("0", UNPRICED) == Cost(D(0), "billed", "the provider's own bill")


def test_a_bill_for_an_unpriced_model_is_still_a_price() -> None:
    assert billed(D("0.5"), UNPRICED) == Cost(D("0.5"), "billed", "the provider's own bill")


@pytest.mark.parametrize("nonsense", [-1, float("nan"), float("inf"), "free", ""])
def test_a_billed_amount_that_is_no_price_is_not_believed(nonsense: float | str) -> None:
    cost = billed(nonsense, price(Usage(1_000_000, 0), FULL))
    assert (cost.usd, cost.basis) == (2, "override")
    assert cost.note == "the provider's own amount is no price"


def test_calls_of_a_turn_are_added_and_equal_rates_joined() -> None:
    call = price(Usage(1_000_000, 100_000), FULL)
    turn = combine([call, call])
    assert (turn.usd, turn.basis) == (6, "override")
    assert (turn.computed, turn.note) == (None, "")
    assert turn.lines == (RateLine("input", 2_000_000, D(2)), RateLine("output", 200_000, D(10)))


def test_a_turn_with_an_unpriced_call_is_unpriced_and_says_what_is_known() -> None:
    turn = combine([price(Usage(6150, 0), FULL), UNPRICED])
    assert (turn.usd, turn.basis) == (None, "unpriced")
    assert turn.note == "≥ $0.01230 + 1 unpriced call"


def test_a_turn_is_as_certain_as_its_least_certain_call() -> None:
    sure = price(Usage(10, 10), FULL)
    guess = price(Usage(10, 10, estimated=True), FULL)
    free = price(Usage(10, 10), None, local=True)
    assert combine([sure, guess]).basis == "estimated"
    assert combine([sure, free]).basis == "override"
    assert combine([billed(1, sure), sure]).basis == "override"
    assert combine([free, free]).basis == "local"


def test_what_we_computed_is_added_beside_what_was_billed() -> None:
    call = price(Usage(1_000_000, 0), FULL)
    turn = combine([billed(D("1.5"), call), call])
    assert (turn.usd, turn.computed) == (D("3.5"), 4)
    assert combine([billed(1, UNPRICED), call]).computed is None


def test_one_call_is_its_own_sum_and_none_is_nothing() -> None:
    call = price(Usage(1, 1), FULL)
    assert combine([call]) is call
    assert (combine([]).usd, combine([]).note) == (0, "no calls")


@given(fitting_usages(), any_rates)
def test_the_lines_of_a_bill_add_up_to_it(usage: Usage, rates: Rates) -> None:
    cost = price(usage, rates)
    if cost.usd is not None:
        assert cost.usd == sum((line.usd for line in cost.lines), D(0))
        assert sum(line.tokens for line in cost.lines) == usage.total_tokens


@given(any_usage, any_rates)
def test_no_usage_and_no_rates_make_pricing_fail(usage: Usage, rates: Rates) -> None:
    cost = price(usage, rates)
    assert cost.usd is None or cost.usd >= 0
    assert (cost.usd is None) == (cost.basis == "unpriced")


@given(fitting_usages(), fitting_usages())
def test_more_tokens_never_cost_less_and_two_calls_cost_their_sum(one: Usage, other: Usage) -> None:
    both = price(one + other, FULL).usd
    parts = [price(one, FULL), price(other, FULL)]
    assert both is not None
    assert all(part.usd is not None and part.usd <= both for part in parts)
    assert combine(parts).usd == both


@given(fitting_usages())
def test_cached_tokens_without_a_rate_never_cost_less_than_with_one(usage: Usage) -> None:
    blind = Rates(input=D(2), output=D(10), cache_write=D(2), audio_input=D(2), audio_output=D(10))
    seeing = Rates(input=D(2), output=D(10), cached_input=D(1), cache_write=D(2), audio_input=D(2), audio_output=D(10))
    upper, exact = price(usage, blind).usd, price(usage, seeing).usd
    assert upper is not None
    assert exact is not None
    assert upper >= exact

"""Entries of the cost map become exact rates; what nobody filled in stays unknown."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manual_slop.money import Rates, Tier, price
from manual_slop.money.map_rates import per_million, rates_from_entry
from manual_slop.values.usage import Usage

D = Decimal
PRICED: dict[str, Any] = {"input_cost_per_token": 2e-6, "output_cost_per_token": 1e-5}


def read(entry: dict[str, Any], name: str = "m1") -> Rates:
    rates = rates_from_entry(name, entry, "litellm map 1")
    assert rates is not None
    return rates


def test_a_float_per_token_is_exact_per_million() -> None:
    assert str(per_million(2.8e-07)) == "0.28"
    assert str(per_million(1e-05)) == "10"
    assert per_million(7.5e-08) == D("0.075")


@given(st.floats(0, 1, allow_nan=False))
def test_no_digit_is_lost_on_the_way_to_a_million(rate: float) -> None:
    assert per_million(rate) == D(repr(rate)) * 1_000_000


@pytest.mark.parametrize("junk", [True, "3e-7", None, -1e-6, float("nan"), float("inf"), [1], {}])
def test_what_is_no_price_is_unknown(junk: object) -> None:
    assert per_million(junk) is None


def test_an_entry_gives_all_its_rates_and_the_names_they_had() -> None:
    rates = read(
        PRICED
        | {
            "cache_read_input_token_cost": 1e-6,
            "cache_creation_input_token_cost": 2.5e-6,
            "output_cost_per_reasoning_token": 1.2e-5,
            "input_cost_per_audio_token": 4e-5,
            "output_cost_per_audio_token": 8e-5,
            "source": "https://acme.example",
            "deprecation_date": "2026-10-23",
        }
    )
    assert (rates.input, rates.output, rates.cached_input, rates.cache_write) == (2, 10, 1, D("2.5"))
    assert (rates.reasoning, rates.audio_input, rates.audio_output) == (12, 40, 80)
    assert rates.key("cached_input") == "cache_read_input_token_cost"
    assert (rates.basis, rates.source, rates.source_url) == ("list price", "litellm map 1", "https://acme.example")
    assert rates.retires == date(2026, 10, 23)


def test_rates_of_batches_and_faster_service_are_not_taken_for_the_ordinary_ones() -> None:
    assert (
        rates_from_entry("m", {"input_cost_per_token_batches": 1e-6, "output_cost_per_token_priority": 1e-6}, "")
        is None
    )


@pytest.mark.parametrize(
    "entry", [{}, {"input_cost_per_second": 0.1}, {"input_cost_per_token": 0, "output_cost_per_token": 0.0}]
)
def test_an_entry_without_rates_or_with_zeros_only_is_unpriced(entry: dict[str, Any]) -> None:
    assert rates_from_entry("m1", entry, "") is None


def test_zeros_are_believed_of_a_free_model() -> None:
    rates = read({"input_cost_per_token": 0, "output_cost_per_token": 0}, "openrouter/deepseek/r1:free")
    assert price(Usage(10, 10), rates).usd == 0


def test_a_zero_beside_a_price_is_unknown() -> None:
    assert price(Usage(10, 10), read(PRICED | {"output_cost_per_token": 0})).usd is None
    assert read(PRICED | {"cache_read_input_token_cost": 0.0}).cached_input is None


def test_tiers_are_read_from_their_keys() -> None:
    rates = read(
        PRICED
        | {
            "input_cost_per_token_above_200k_tokens": 4e-6,
            "cache_read_input_token_cost_above_200k_tokens": 2e-6,
            "input_cost_per_token_above_200k_tokens_priority": 9e-6,
            "input_cost_per_token_above_512_tokens": 3e-6,
            "cache_creation_input_token_cost_above_1hr_above_200k_tokens": 7e-6,
        }
    )
    assert [(tier.above_tokens, tier.rates.input) for tier in rates.tiers] == [(512, 3), (200_000, 4)]
    assert rates.tiers[1].rates.cached_input == 2
    assert rates.tiers[1].rates.output == 10
    assert rates.tiers[1].rates.key("input") == "input_cost_per_token_above_200k_tokens"


def test_xai_bills_the_higher_tier_from_the_limit_on() -> None:
    tiered = PRICED | {"input_cost_per_token_above_128k_tokens": 4e-6}
    assert read(tiered).for_call(128_000).input == 2
    assert read(tiered | {"litellm_provider": "xai"}).for_call(128_000).input == 4


def test_tiers_written_as_ranges_are_read_too() -> None:
    bands = [
        {"range": [32_000.0, 128_000.0], "input_cost_per_token": 3e-6, "output_cost_per_token": 6e-6},
        {"range": [0, 32_000.0], "input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6},
    ]
    rates = read({"tiered_pricing": bands})
    assert (rates.input, rates.output) == (1, 2)
    assert rates.tiers == (Tier(32_000, rates.for_call(32_001)),)
    assert rates.for_call(10**9).output == 6


def test_a_range_from_nought_on_adds_to_what_the_entry_says_itself() -> None:
    bands = [{"range": [0, 9], "input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6}]
    rates = read({"cache_read_input_token_cost": 5e-7, "tiered_pricing": bands})
    assert (rates.input, rates.cached_input, rates.output) == (1, D("0.5"), 2)


def test_two_ranges_that_begin_alike_are_both_read() -> None:
    bands = [{"range": [9, 99], "input_cost_per_token": 3e-6}, {"range": [9], "output_cost_per_token": 4e-5}]
    rates = read(PRICED | {"tiered_pricing": bands})
    assert [tier.above_tokens for tier in rates.tiers] == [9, 9]


def test_a_tier_has_no_tiers_of_its_own() -> None:
    rates = read(PRICED | {"input_cost_per_token_above_200k_tokens": 4e-6})
    assert rates.for_long_calls({}).tiers == ()


_NOT_RANGES = ["x", 5, [1], [{}], {"range": [0, 1]}]


@pytest.mark.parametrize(
    "junk",
    [*_NOT_RANGES, *([{"range": bounds}] for bounds in ([], ["a"], [True], [-1], [float("inf")], [float("nan")]))],
)
def test_a_table_of_ranges_that_is_none_is_ignored(junk: object) -> None:
    assert read(PRICED | {"tiered_pricing": junk}).tiers == ()


def test_a_page_that_cannot_be_shown_is_none() -> None:
    assert read(PRICED | {"source": "https://a.example"}).source_url == "https://a.example"
    for junk in ("a\x1b[2J", 5, None):
        assert read(PRICED | {"source": junk}).source_url == ""


def test_a_model_that_hears_and_lists_no_audio_rate_has_one_rate_for_all_input() -> None:
    hearing = PRICED | {"supports_audio_input": True, "input_cost_per_token_above_200k_tokens": 4e-6}
    assert price(Usage(1_000, 0, audio_input_tokens=1_000), read(hearing)).usd == D("0.002")
    assert price(Usage(300_000, 0, audio_input_tokens=300_000), read(hearing)).usd == D("1.2")
    assert price(Usage(1_000, 0, audio_input_tokens=1_000), read(PRICED)).usd is None


def test_off_peak_discounts_are_left_out_and_the_note_says_upper_bound() -> None:
    assert read(PRICED | {"off_peak_pricing": {}}).note == "off-peak hours cost less: upper bound"
    assert read(PRICED).note == ""


@pytest.mark.parametrize("junk", [5, "soon", "2026-13-40", None])
def test_a_retirement_date_that_is_none_is_unknown(junk: object) -> None:
    assert read(PRICED | {"deprecation_date": junk}).retires is None

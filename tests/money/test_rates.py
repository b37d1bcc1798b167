"""Rates: tiers, dated names, retirement, and how they are written."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from manual_slop.money.rates import Rates, Tier, plain, retirement_note, undated

D = Decimal
TODAY = date(2026, 11, 22)


def test_a_call_gets_the_tier_whose_limit_it_exceeds() -> None:
    low, high = Rates(input=D(2)), Rates(input=D(3))
    rates = Rates(input=D(1), tiers=(Tier(128_000, low), Tier(256_000, high)))
    sizes = {128_000: D(1), 128_001: D(2), 256_000: D(2), 256_001: D(3)}
    assert {size: rates.for_call(size).input for size in sizes} == sizes


def test_a_tier_keeps_what_it_does_not_name_but_not_the_cache_discount() -> None:
    base = Rates(input=D(1), cached_input=D("0.1"), output=D(4), reasoning=D(5), cache_write=D(2))
    tier = base.for_long_calls({"input": ("input above 100", D(2))})
    assert (tier.input, tier.output, tier.reasoning) == (D(2), D(4), D(5))
    assert (tier.cached_input, tier.cache_write) == (None, None)
    assert tier.key("input") == "input above 100"


@pytest.mark.parametrize(
    ("name", "base"),
    [
        ("gpt-4o-2024-08-06", "gpt-4o"),
        ("claude-sonnet-4-5-20250929", "claude-sonnet-4-5"),
        ("claude-3-opus@20240229", "claude-3-opus"),
        ("gpt-4o", ""),
        ("mistral-large-2411", ""),
        ("qwen3-12345678", ""),
        ("20250929", ""),
        ("", ""),
    ],
)
def test_a_dated_snapshot_belongs_to_its_undated_model(name: str, base: str) -> None:
    assert undated(name) == base


@pytest.mark.parametrize(
    ("retires", "note"),
    [
        (None, ""),
        (date(2026, 10, 23), "o1 was retired on 2026-10-23"),
        (TODAY, "o1 was retired on 2026-11-22"),
        (date(2026, 11, 23), "o1 retires on 2026-11-23, in 1 day"),
        (date(2027, 1, 21), "o1 retires on 2027-01-21, in 60 days"),
        (date(2027, 1, 22), ""),
    ],
)
def test_retirement_is_told_when_it_is_past_or_within_sixty_days(retires: date | None, note: str) -> None:
    assert retirement_note(retires, TODAY, "o1") == note


@pytest.mark.parametrize(
    ("number", "text"), [("2.50", "2.5"), ("1E+1", "10"), ("0E-9", "0"), ("1000000", "1000000"), ("0.075", "0.075")]
)
def test_a_rate_is_written_without_trailing_zeros_or_exponent(number: str, text: str) -> None:
    assert str(plain(D(number))) == text


def test_the_origin_names_the_file_and_the_page() -> None:
    assert Rates(source="pricing/a.toml", source_url="https://a.example").origin == "pricing/a.toml (https://a.example)"
    assert Rates(source="litellm map 1").origin == "litellm map 1"
    assert Rates(source_url="https://a.example").origin == ""


def test_a_model_without_a_name_is_this_one() -> None:
    assert retirement_note(TODAY, TODAY) == f"this model was retired on {TODAY}"

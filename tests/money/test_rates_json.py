"""What a ledger entry keeps of prices comes back as it was, and what is none of ours as nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manual_slop.money import Rates, Tier
from manual_slop.money.rates import BUCKETS
from manual_slop.money.rates_json import dump_rates, load_rates

amounts = st.none() | st.decimals(0, 1_000, places=6)
plain = st.builds(Rates, **dict.fromkeys(BUCKETS, amounts))
days = st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1))
tiers = st.dictionaries(st.integers(1, 10**6), plain, max_size=3).map(
    lambda found: tuple(Tier(above, found[above]) for above in sorted(found))
)
texts = st.text(max_size=9)
prices = dict.fromkeys(BUCKETS, amounts)
names = st.dictionaries(st.sampled_from(BUCKETS), texts, max_size=3).map(lambda found: tuple(found.items()))
whole = st.builds(Rates, **prices, tiers=tiers, source=texts, note=texts, as_of=days, retires=days, keys=names)


@given(whole)
def test_what_is_kept_comes_back_as_it_was(rates: Rates) -> None:
    assert load_rates(dump_rates(rates)) == rates


def test_where_each_number_stands_is_kept_too() -> None:
    rates = Rates(
        Decimal("2.5"), keys=(("input", "input_cost_per_token"),), basis="list", source_url="https://x.example"
    )
    assert load_rates(dump_rates(rates)) == rates


def test_what_is_unknown_is_not_written() -> None:
    assert dump_rates(Rates(Decimal("2.50"))) == '{"input":"2.50"}'
    assert dump_rates(None) == ""
    assert load_rates("") is None


@pytest.mark.parametrize(
    "text", ["[]", "1", "{", '{"input": "x"}', '{"tiers": [[1]]}', '{"tiers": 1}', '{"as_of": "soon"}', "[" * 100_000]
)
def test_what_is_none_of_ours_is_nothing(text: str) -> None:
    assert load_rates(text) is None

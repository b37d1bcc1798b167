"""Price files: every slip is named by its keys and spoils nothing else."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manual_slop.money import price
from manual_slop.money.price_file import _LONGEST, Prices, Slip, read_models, read_prices
from manual_slop.money.rates import BUCKETS, Rates
from manual_slop.values.usage import Usage

D = Decimal
_NO_LIST = "above must be a list of tables, [[models.….above]]"
_NO_LIMIT = "tokens must be a whole number above 0"
_WITHIN = f"one of 1 to {_LONGEST} printable characters"


def read(text: str) -> Prices:
    return read_prices(tomllib.loads(text), "pricing/acme.toml")


def with_rate(value: str) -> Prices:
    return read(f'provider = "acme"\n[models.m1]\ninput = {value}\noutput = 10\n[models.m2]\ninput = 1\noutput = 2\n')


def test_a_file_gives_the_rates_of_its_models() -> None:
    prices = read(
        'provider = "Acme"\nsource = "https://acme.example"\nas_of = 2026-11-22\n'
        '[models."m1"]\ninput = 2.50\ncached_input = 1.25\noutput = 10\nretires = 2027-01-01\n'
    )
    rates = prices.models["m1"]
    assert prices.slips == ()
    assert prices.provider == "acme"
    assert (rates.input, rates.cached_input, rates.output) == (D("2.5"), D("1.25"), 10)
    assert (rates.basis, rates.source, rates.source_url) == ("override", "pricing/acme.toml", "https://acme.example")
    assert (rates.as_of, rates.retires) == (date(2026, 11, 22), date(2027, 1, 1))


def test_a_model_may_have_a_source_and_a_date_of_its_own() -> None:
    prices = read(
        'provider = "acme"\nsource = "https://a.example"\nas_of = 2026-01-01\n'
        '[models.m1]\ninput = 1\noutput = 2\nsource = "https://b.example"\nas_of = 2026-02-02\n'
    )
    assert prices.models["m1"].source_url == "https://b.example"
    assert prices.models["m1"].as_of == date(2026, 2, 2)


def test_tiers_are_sorted_and_named_on_the_bill() -> None:
    prices = read(
        'provider = "acme"\n[models.m1]\ninput = 1\noutput = 2\n'
        "[[models.m1.above]]\ntokens = 200_000\ninput = 3\n[[models.m1.above]]\ntokens = 100_000\ninput = 2\n"
    )
    assert [tier.above_tokens for tier in prices.models["m1"].tiers] == [100_000, 200_000]
    cost = price(Usage(200_001, 1), prices.models["m1"])
    assert [line.key for line in cost.lines] == ["input above 200000", "output"]


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("-1", "must not be negative"),
        ("-0.01", "must not be negative"),
        ("nan", "must be a finite number"),
        ("inf", "must be a finite number"),
        ("true", "must be a number of USD per million tokens, not true or false"),
        ('"2.50"', "must be a number of USD per million tokens, not text"),
        ("[1]", "must be a number of USD per million tokens, not a list"),
        ("2026-01-01", "must be a number of USD per million tokens, not a date or time"),
        ("1000001", "is above 1,000,000 USD per million tokens"),
        ("1e300", "is above 1,000,000 USD per million tokens"),
    ],
)
def test_a_rate_that_is_no_price_stays_unknown_and_the_rest_works(value: str, why: str) -> None:
    prices = with_rate(value)
    (slip,) = prices.slips
    assert slip.keys == ("models", "m1", "input")
    assert slip.message.startswith(f"input {why}")
    assert (prices.models["m1"].input, prices.models["m1"].output) == (None, 10)
    assert price(Usage(1, 1), prices.models["m1"]).usd is None
    assert price(Usage(1, 1), prices.models["m2"]).usd == D("0.000003")


def test_a_free_model_may_be_priced_zero() -> None:
    prices = with_rate("0")
    assert prices.slips == ()
    assert prices.models["m1"].input == 0


def test_an_unknown_key_is_named_with_the_likely_one() -> None:
    (slip,) = read('provider = "acme"\n[models.m1]\ninput = 1\noutput = 2\ncahced_input = 1\n').slips
    assert slip == Slip(("models", "m1", "cahced_input"), "unknown key 'cahced_input': did you mean cached_input?")


def test_an_unknown_key_that_is_like_none_is_just_named() -> None:
    (slip,) = read('provider = "acme"\nzzzz = 1\n').slips
    assert slip == Slip(("zzzz",), "unknown key 'zzzz'")


@pytest.mark.parametrize(
    ("text", "slip"),
    [
        ("models = 5", Slip(("models",), "'models' must be a table, not a number")),
        ("models = 1.5", Slip(("models",), "'models' must be a table, not a number")),
        ("models = []", Slip(("models",), "'models' must be a table, not a list")),
        ("models.m1 = true", Slip(("models", "m1"), "'m1' must be a table, not true or false")),
        ("source = {}", Slip(("source",), "source must be a short text in quotes, not a table")),
        *(
            (f'source = "{text}"', Slip(("source",), f"source must be a short text in quotes, {_WITHIN}"))
            for text in ("x" * (_LONGEST + 1), "", " ", "a\\u001bb")
        ),
        ("as_of = 5", Slip(("as_of",), "as_of must be a date without quotes, as_of = 2026-11-22, not a number")),
    ],
)
def test_what_is_of_the_wrong_kind_is_told_once_and_how_it_should_be(text: str, slip: Slip) -> None:
    assert read(f'provider = "acme"\n{text}\n').slips == (slip,)


def test_without_a_provider_it_is_said_how_one_is_named() -> None:
    told = 'provider is missing: say whose prices these are, provider = "openai"'
    assert read("").slips == (Slip(("provider",), told),)


def test_what_is_just_within_the_limits_is_taken() -> None:
    prices = read(
        f'provider = "x"\nsource = "{"s" * _LONGEST}"\n[models.m]\ninput = 1_000_000\noutput = 1\n'
        "above = [{tokens = 1, input = 3}]\n"
    )
    assert prices.slips == ()
    assert prices.models["m"].tiers[0].above_tokens == 1


def test_where_no_table_of_models_is_found_none_is_priced() -> None:
    slips: list[Slip] = []
    assert read_models([], Rates(), ("models",), slips.append) == {}  # type: ignore[arg-type]  # what TOML may hold
    assert [slip.message for slip in slips] == ["'models' must be a table, not a list"]


def test_a_missing_input_or_output_is_told() -> None:
    (slip,) = read('provider = "acme"\n[models.m1]\ninput = 1\n').slips
    assert slip == Slip(("models", "m1"), "output is missing: calls stay unpriced")


@pytest.mark.parametrize(
    "line", ["", "provider = 5\n", 'provider = ""\n', 'provider = "a\\u001bb"\n', 'provider = " "\n']
)
def test_a_file_without_a_provider_prices_nothing(line: str) -> None:
    prices = read(line + "[models.m1]\ninput = 1\noutput = 2\n")
    assert prices.models == {}
    assert [slip.keys for slip in prices.slips] == [("provider",)]


@pytest.mark.parametrize("bad", ['"2026-11-22"', "2026-11-22T10:00:00", "10:00:00", "2026"])
def test_a_date_must_be_a_date(bad: str) -> None:
    (slip,) = read(f'provider = "acme"\nas_of = {bad}\n').slips
    assert slip.keys == ("as_of",)
    assert "without quotes" in slip.message


@pytest.mark.parametrize(
    ("rows", "keys", "said"),
    [
        ("above = 5\n", ("above",), _NO_LIST),
        ("above = [5]\n", ("above",), _NO_LIST),
        ("above = [{tokens = 0, input = 1}]\n", ("above", "0", "tokens"), _NO_LIMIT),
        ("above = [{tokens = 1.5, input = 1}]\n", ("above", "0", "tokens"), _NO_LIMIT),
        ("above = [{tokens = true, input = 1}]\n", ("above", "0", "tokens"), _NO_LIMIT),
        ("above = [{input = 1}]\n", ("above", "0"), _NO_LIMIT),
        ("above = [{tokens = 5}, {tokens = 5}]\n", ("above", "1", "tokens"), "a second tier above 5 tokens"),
        (
            "above = [{tokens = 5, inptu = 5}]\n",
            ("above", "0", "inptu"),
            "unknown key 'inptu': did you mean input?",
        ),
    ],
)
def test_a_tier_that_cannot_be_read_is_named_and_the_model_still_priced(
    rows: str, keys: tuple[str, ...], said: str
) -> None:
    prices = read(f'provider = "acme"\n[models.m1]\ninput = 1\noutput = 2\n{rows}')
    assert prices.slips == (Slip(("models", "m1", *keys), said),)
    assert price(Usage(1, 1), prices.models["m1"]).usd == D("0.000003")


def test_a_bad_rate_in_a_tier_is_unknown_there_only() -> None:
    prices = read('provider = "acme"\n[models.m1]\ninput = 1\noutput = 2\nabove = [{tokens = 10, output = -1}]\n')
    assert price(Usage(11, 1), prices.models["m1"]).usd is None
    assert price(Usage(10, 1), prices.models["m1"]).usd == D("0.000012")


def test_names_that_would_disturb_a_terminal_are_refused() -> None:
    prices = read('provider = "acme"\n[models."m\\u001b[2J"]\ninput = 1\noutput = 2\n')
    assert prices.models == {}
    assert prices.slips[0].message == "a model's name must be printable text"


def test_prices_inside_another_file_are_read_with_the_path_to_them() -> None:
    slips: list[Slip] = []
    shared = Rates(basis="override", source="config.toml")
    found = read_models({"m1": {"input": 1, "output": "2"}}, shared, ("providers", "acme", "prices"), slips.append)
    assert found["m1"].source == "config.toml"
    assert [slip.keys for slip in slips] == [("providers", "acme", "prices", "m1", "output")]


leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates() | st.datetimes()
words = st.sampled_from(["provider", "models", "above", "tokens", "as_of", "source", "retires", *BUCKETS]) | st.text(
    max_size=5
)
documents = st.dictionaries(
    words, st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=4))
)


@given(documents, st.dictionaries(words, documents, max_size=3))
def test_no_document_makes_reading_fail_and_every_rate_is_a_price(
    document: dict[str, Any], models: dict[str, Any]
) -> None:
    prices = read_prices({"provider": "acme", "models": models} | document, "x")
    for rates in prices.models.values():
        found = [each.of(bucket) for each in (rates, *(tier.rates for tier in rates.tiers)) for bucket in BUCKETS]
        assert all(rate is None or 0 <= rate <= 1_000_000 for rate in found)

"""Where each number comes from, as data."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from manual_slop.money import Rates, billed, price
from manual_slop.money.provenance import explain, explain_entries, stale_note
from manual_slop.values.usage import Cost, Usage
from tests.support.entries import entry

D = Decimal
TODAY = date(2026, 11, 23)
RATES = Rates(D("2.5"), D(10), source="pricing/openai.toml", source_url="https://p.example", as_of=date(2026, 6, 1))


def test_a_cost_is_explained_by_its_formula_rates_source_and_date():
    told = explain(price(Usage(1_000, 50), RATES), model="openai/gpt-4o")
    assert told.formula == "1,000 input × $2.50/M + 50 output × $10/M = $0.003"
    assert (told.basis, told.source, told.as_of) == (
        "list price",
        "pricing/openai.toml (https://p.example)",
        "2026-06-01",
    )
    assert told.usd == sum(term.usd for term in told.terms)
    assert (told.model, told.calls) == ("openai/gpt-4o", 1)
    assert explain(price(Usage(1_000, 50), RATES)).model == ""


def test_a_bill_stands_beside_our_own_sum():
    told = explain(billed("0.0031", price(Usage(1_000, 50), RATES)))
    assert (told.usd, told.computed, told.basis) == (D("0.0031"), D("0.003"), "billed")
    assert told.formula.endswith("= $0.003")


def test_unknown_and_free_are_told_apart():
    assert explain(price(Usage(5, 5), None)).formula == ""
    assert explain(price(Usage(5, 5), None)).note == "no price is known for this model"
    assert explain(price(Usage(5, 5), None, local=True)).formula == "runs on this computer: no charge"
    assert explain(Cost(D(0), "estimated")).formula == "no tokens = $0"


def test_calls_at_the_same_rates_are_one_formula():
    told = explain_entries([entry(), entry(usage=Usage(10, 5)), entry("acme/m1"), entry("acme/m1")])
    assert [(one.model, one.calls) for one in told] == [("openai/gpt-4o", 2), ("acme/m1", 2)]
    assert told[0].formula == "1,010 input × $2.50/M + 105 output × $10/M = $0.003575"
    assert told[1].usd is None


def test_an_old_price_says_how_old_it_is():
    told = explain(price(Usage(1, 1), RATES), today=TODAY, stale_after=90)
    assert told.stale == "the price is 175 days old (as of 2026-06-01)"
    assert explain(price(Usage(1, 1), RATES), today=TODAY, stale_after=175).stale == ""
    assert explain(price(Usage(1, 1), RATES)).stale == ""
    assert explain(price(Usage(1, 1), RATES), today=TODAY).stale == ""
    assert explain(price(Usage(1, 1), RATES), stale_after=1).stale == ""


def test_prices_of_many_calls_are_called_old_too():
    (told,) = explain_entries([entry(cost=price(Usage(1, 1), RATES))], today=TODAY, stale_after=90)
    assert told.stale == "the price is 175 days old (as of 2026-06-01)"
    (told,) = explain_entries([entry(cost=price(Usage(1, 1), RATES))], today=TODAY, stale_after=175)
    assert told.stale == ""
    (told,) = explain_entries([entry(cost=price(Usage(1, 1), RATES))], today=TODAY)
    assert told.stale == ""


def test_a_price_without_a_date_is_not_called_old():
    assert stale_note("", TODAY, 90) == ""
    assert stale_note("when it was new", TODAY, 90) == ""
    for dates in ("2026-11-01; 2026-01-01", "2026-01-01; 2026-11-01"):
        assert stale_note(dates, TODAY, 90) == f"the price is 326 days old (as of {dates})"
    assert stale_note("2026-01-01", None, 90) == ""

"""Forecasts: drawn from earlier tickets, the same each time, and silent where nothing is known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from manual_slop.conductor.forecast import Sample, Spread, TrackForecast, forecast, samples_of
from manual_slop.conductor.report import score
from manual_slop.terminal.mma_forecast import forecast_words
from manual_slop.values.ledger import Origin, UsageRecorded
from manual_slop.values.tickets import Ticket
from manual_slop.values.usage import Cost, Usage

MODELS = {"1": "a/x", "2": "a/x", "3": "a/x", "4": "b/y"}
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def per_token(_model: str, usage: Usage) -> Decimal:
    return Decimal(usage.total_tokens) / 1000


def sample(worker: int, qa: int, seconds: float = 10.0) -> Sample:
    return Sample({"3": Usage(worker, 0), "4": Usage(qa, 0)}, seconds)


def tickets(count: int, chain: bool = False) -> list[Ticket]:
    return [Ticket(f"t{at}", "T", "x", (f"t{at - 1}",) if chain and at else ()) for at in range(count)]


def call(ticket: str, tier: str, tokens: int, began: int, ended: int, session: str = "s", track: str = "k"):
    origin = Origin("run", "e", track, tier, ticket)
    cost = Cost(Decimal("0.01"), "list price")
    times = {"began": NOON + timedelta(seconds=began), "ended": NOON + timedelta(seconds=ended)}
    return UsageRecorded("a/x", Usage(tokens, 0), cost, "chat", "c", session, origin=origin, **times)


def test_earlier_tickets_are_counted_once_with_all_their_attempts():
    entries = [
        call("t1", "3", 100, 0, 2, "s1"),
        call("t1", "3", 50, 8, 10, "s1"),
        call("t1", "4", 30, 20, 25, "s2"),
        call("t2", "3", 10, 0, 1, "s3"),
        call("", "2", 999, 0, 1, "s4"),
        call("t1", "3", 7, 0, 1, "s5", track="other"),
    ]
    found = samples_of(entries)
    assert [(one.used["3"].total_tokens, one.seconds) for one in found] == [(150, 15.0), (10, 1.0), (7, 1.0)]
    assert found[0].used["4"].total_tokens == 30


def test_where_nothing_is_known_there_is_no_forecast_and_that_is_said():
    found = forecast(tickets(3), [], MODELS, per_token, 4)
    assert found == TrackForecast()
    assert forecast_words(found) == ["forecast: none, no ticket of this project was worked on before"]


def test_alike_tickets_forecast_as_many_times_one_of_them():
    found = forecast(tickets(3), [sample(100, 20)] * 5, MODELS, per_token, 4)
    assert found.n == 5
    assert found.tokens == Spread(360, 360)
    assert found.usd is not None
    assert [round(one, 6) for one in (found.usd.p50, found.usd.p90)] == [0.36, 0.36]
    assert found.seconds == Spread(10.0, 10.0)
    assert [(one.tier, one.tokens.p50) for one in found.tiers] == [("3", 300), ("4", 60)]


def test_time_is_that_of_the_longest_chain_or_of_too_few_workers():
    alike = [sample(1, 1)] * 3
    assert forecast(tickets(4, chain=True), alike, MODELS, per_token, 4).seconds == Spread(40.0, 40.0)
    assert forecast(tickets(4), alike, MODELS, per_token, 1).seconds == Spread(40.0, 40.0)


def test_unlike_tickets_give_a_range_and_the_same_one_each_time():
    unlike = [sample(100, 0), sample(1000, 0)]
    found = forecast(tickets(6), unlike, MODELS, per_token, 2)
    assert found.tokens is not None
    assert 600 <= found.tokens.p50 < found.tokens.p90 <= 6000
    assert forecast(tickets(6), unlike, MODELS, per_token, 2) == found


def test_a_model_without_a_price_leaves_the_sum_open_but_not_the_other_tier():
    def price(model: str, usage: Usage) -> Decimal | None:
        return None if model == "b/y" else per_token(model, usage)

    found = forecast(tickets(2), [sample(100, 20)], MODELS, price, 4)
    assert found.usd is None
    assert [one.usd is None for one in found.tiers] == [False, True]
    assert "unpriced" in forecast_words(found)[0]


def test_what_came_is_held_against_the_forecast():
    spread = Spread(10, 20)
    assert [score(spread, actual) for actual in (10, 15, 21, None)] == [
        "in the lower half",
        "between half and nine in ten",
        "above nine in ten",
        "–",
    ]
    assert score(None, 3) == "–"

"""What calls come to: in pieces or at once the same, and the same as money's own functions say."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from manual_slop.app.figures import SHOWN, Count, Wanted, spent_share
from manual_slop.app.timeline import Timeline
from manual_slop.money.ledger import sum_all, sum_by
from manual_slop.money.what_if import Candidate, tier_matrix
from manual_slop.values.usage import Usage
from tests.support.entries import GPT, NOON, PRICES, SONNET, entry, some_entries

CANDIDATES = [Candidate("openai/gpt-4o", GPT), Candidate("anthropic/x", SONNET), Candidate("acme/m1", None)]
MODELS = tuple(one.model for one in CANDIDATES)


def count(entries, wanted: Wanted = Wanted("everything", models=MODELS), since=None, step: int = 0) -> Count:  # noqa: B008
    made = Count(wanted, since, CANDIDATES)
    step = step or len(entries) or 1
    for at in range(0, len(entries), step):
        made.add(entries[at : at + step])
    return made


@pytest.mark.parametrize("hits", ["same hits", "no hits"])
@pytest.mark.parametrize("step", [0, 1, 37])
def test_calls_that_come_one_by_one_come_to_what_they_come_to_at_once(hits, step):
    entries = some_entries(200)
    found = count(entries, Wanted("everything", models=MODELS, hits=hits), step=step).figures()
    expected = tier_matrix(entries, CANDIDATES, hits)
    assert found.total == replace(sum_all(entries), bases=found.total.bases)
    assert [row.actual.key for row in found.matrix.rows] == [row.actual.key for row in expected.rows]
    for row, other in zip((*found.matrix.rows, found.matrix.total), (*expected.rows, expected.total), strict=True):
        assert row.what_if == other.what_if
        assert (row.actual.cost, row.actual.usage) == (other.actual.cost, other.actual.usage)
        assert [row.difference(model) for model in MODELS] == [other.difference(model) for model in MODELS]
    for by in SHOWN:
        assert {row.key: row.cost for row in found.rows[by] if row.cost.calls} == {
            row.key: row.cost for row in sum_by(entries, by)
        }


def test_every_tier_has_a_row_before_it_made_a_call():
    found = count([entry(tier="3")]).figures()
    assert [row.key for row in found.rows["tier"]] == ["1", "2", "3", "4"]
    assert found.last_model == {"3": "openai/gpt-4o"}


def test_what_cannot_be_priced_says_why():
    cached = entry(tier="2", usage=Usage(1_000, 10, 500))
    heard = entry(tier="3", usage=Usage(1_000, 10, audio_input_tokens=500))
    made = count([cached, heard])
    made.wrong = {"acme/m1": "there is no provider acme"}
    found = made.figures().reasons
    assert found["2", "acme/m1"] == "there is no provider acme"
    assert "audio input" in found["3", "openai/gpt-4o"]
    assert ("2", "openai/gpt-4o") not in found


def test_only_calls_of_the_days_and_tracks_that_are_asked_for_count():
    wanted = Wanted("tracks", "s1", days=2)
    since = wanted.since(NOON)
    assert since == NOON.replace(hour=0) - timedelta(days=1)
    inside = entry(track="k", began=NOON - timedelta(hours=30))
    outside = [entry(track="k", began=NOON - timedelta(hours=40)), entry(), entry(track="k", began=None, ended=None)]
    made = count([inside, *outside], wanted, since)
    assert (made.figures().total.cost.calls, made.figures().counted) == (1, 4)
    assert Wanted().since(NOON) is None


def test_the_curve_ends_at_the_sum_and_is_no_longer_than_can_be_drawn():
    entries = some_entries(3_000)
    found = count(entries).figures()
    for by in SHOWN:
        curve = found.curves[by]
        assert 2 <= len(curve.times) <= 402
        assert curve.edges[-1][-1] == pytest.approx(float(found.total.cost.usd))
        assert list(curve.times) == sorted(set(curve.times))
        assert curve.keys == tuple(row.key for row in found.rows[by])


def test_lines_of_a_curve_stand_on_each_other():
    line = Timeline()
    for at, key, usd in ((0, "a", 1.0), (1, "b", 2.0), (2, "a", 3.0)):
        line.add(at, key, usd)
    curve = line.curve(("a", "b"))
    assert curve.times == (0, 1, 2, 3)
    assert curve.edges == ((0, 1, 1, 4), (0, 1, 3, 6))


def test_a_curve_of_nothing_is_empty():
    assert not count([]).figures().curves["tier"].times
    assert set(PRICES) >= {"acme/m1"}


def test_a_limit_of_nothing_is_full():
    assert spent_share(Decimal(0), Decimal(0)) == 1
    assert spent_share(Decimal(1), Decimal(4)) == 0.25

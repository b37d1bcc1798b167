"""What each tier has used: counted live, once, children and what came before a resume included."""

from __future__ import annotations

from decimal import Decimal

from manual_slop.app.app_state import AppState
from manual_slop.app.conversation import Conversation
from manual_slop.app.news import Loaded, News
from manual_slop.app.tier_usage import TierUsage
from manual_slop.app_controller import AppController
from manual_slop.values.usage import Usage
from tests.support.entries import NOON, entry

NOTHING = {"input": 0, "output": 0, "model": "", "cached": 0, "cost": Decimal(0), "unpriced": 0, "calls": 0}


def test_all_four_tiers_are_there_before_anything_was_used():
    controller = AppController()
    assert controller.mma_tier_usage == {f"Tier {tier}": NOTHING for tier in "1234"}
    controller.close()


def test_calls_of_workers_land_under_their_tier_as_they_are_told():
    controller = AppController()
    worker = entry("openai/gpt-4o", Usage(1_000, 100, 400), tier="3", ticket="t-1", call_id="a")
    controller.post("a worker", worker)
    controller.post("a worker", entry("acme/m1", tier="3", call_id="b"))
    controller.post("a lead", entry(tier="2", call_id="c"))
    controller.post(controller.state.current, entry(call_id="d"))
    controller.pump()
    usage = controller.mma_tier_usage
    assert usage["Tier 3"] == {
        "input": 2_000,
        "output": 200,
        "model": "acme/m1",
        "cached": 400,
        "cost": worker.cost.usd,
        "unpriced": 1,
        "calls": 2,
    }
    assert (usage["Tier 2"]["calls"], usage["Tier 1"]["calls"], usage["Tier 4"]["calls"]) == (1, 0, 0)
    controller.close()


def test_what_is_told_twice_counts_once_and_nobody_changes_the_sums_from_outside():
    usage = TierUsage(AppState())
    for _ in range(2):
        usage.take_up(News("x", NOON, entry(tier="1", call_id="a")))
    usage.table["Tier 1"]["calls"] = 99
    assert usage.table["Tier 1"]["calls"] == 1


def test_a_session_that_is_brought_back_brings_what_it_and_its_workers_had_used():
    state, asked = AppState(), []
    usage = TierUsage(state, asked.append)
    own, child = entry(tier="1", call_id="own"), entry(tier="3", call_id="child", session_id="s2")
    back = Conversation("s1", calls=[own])
    state.conversations["s1"] = back
    usage.take_up(News("", NOON, Loaded("session recalled", "s1", back)))
    assert asked == ["s1"]
    usage.take_up(News("", NOON, Loaded("ledger", "s1", [own, child])))
    usage.take_up(News("", NOON, Loaded("ledger", "of another", [entry(tier="4", call_id="x")])))
    assert [row["calls"] for row in usage.table.values()] == [1, 0, 1, 0]

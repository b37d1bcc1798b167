"""A conversation within its budget: refused, cut short, warned, given back; and what `[budgets]` says."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from manual_slop import ai_client
from manual_slop.providers.access import Access
from manual_slop.providers.retry import RetryPolicy
from manual_slop.session.budgets import budget_rules, put_under_budget
from manual_slop.session.session import Session
from manual_slop.store.errors import StoreError
from manual_slop.store.shared import close_shared_stores, shared_store
from manual_slop.store.store import Store
from manual_slop.values.budget import Amount, BudgetExceeded, Limit
from manual_slop.values.cancel import Cancel
from manual_slop.values.errors import ConfigError, ProviderError
from manual_slop.values.events import BudgetWarning, Event, Notice, TextDelta
from manual_slop.values.ledger import Origin
from manual_slop.values.paths import config_dir
from tests.support.scripted_server import Scripted, ScriptedServer, calls, fails, says

D = Decimal
KEY = "sk-canary-budget-1"


@pytest.fixture
def store() -> Iterator[Store]:
    opened = Store.open(None)
    yield opened
    opened.close()


class Talk:
    """A conversation with a scripted model, within a budget."""

    def __init__(self, store: Store, budget: Any, *script: Scripted, model: str = "openai/gpt-4o", **more: Any) -> None:
        self.events: list[Event] = []
        self.server = ScriptedServer(script or [says("hi")])
        retries = RetryPolicy(attempts=3, first_wait=0.0)
        self.session = Session(Access(), model, on_event=self.events.append, retries=retries, **more)
        put_under_budget(self.session, budget, store)

    def say(self, prompt: str = "hi", **more: Any) -> Any:
        with self.server:
            return self.session.send(prompt, api_base=f"{self.server.url}/v1", api_key=KEY, **more)

    def told(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]


def test_a_call_within_the_budget_is_made_as_it_is(store: Store):
    talk = Talk(store, "2.00")
    talk.say()
    assert "max_tokens" not in talk.server.seen[0].body
    state = store.budgets.state(("all", f"session {talk.session.id}"))
    assert (state.limit, state.spent, state.reserved) == (Limit(D("2.00")), Amount(D("0.000075"), 15), Amount())


def test_an_answer_is_cut_to_what_fits_and_that_is_said(store: Store):
    talk = Talk(store, "0.02")  # gpt-4o may write 16,384 tokens for 0.16 dollars
    talk.say()
    (sent,) = talk.server.seen
    allowed = sent.body["max_tokens"] if "max_tokens" in sent.body else sent.body["max_completion_tokens"]
    assert 1_024 <= allowed <= 2_000
    (notice,) = talk.told(Notice)
    assert notice.text == f"the budget leaves room for {allowed:,} tokens of answer: it may end early"


def test_where_not_even_a_short_answer_fits_nothing_is_sent(store: Store):
    talk = Talk(store, "0.01")  # 1,024 tokens are 0.01024 dollars
    with pytest.raises(BudgetExceeded) as caught:
        talk.say()
    assert not talk.server.seen
    assert caught.value.node.path[-1] == f"session {talk.session.id}"
    assert f"session {talk.session.id[:8]}" in caught.value.message
    assert "may come to $0.0102" in caught.value.message  # with the shortest answer that is of use
    assert "raise --budget" in caught.value.advice
    assert talk.session.messages == []
    assert list(store.ledger()) == []
    assert talk.session.budget is not None


def test_a_short_answer_that_was_asked_for_is_not_cut_further(store: Store):
    with pytest.raises(BudgetExceeded):
        Talk(store, "0.004").say(max_tokens=500)
    talk = Talk(store, "0.006")
    talk.say(max_tokens=500)
    assert talk.told(Notice) == []


def test_room_for_thinking_is_not_cut_away(store: Store):
    with pytest.raises(BudgetExceeded):
        Talk(store, "0.05").say(thinking={"type": "enabled", "budget_tokens": 8_000}, max_tokens=16_000)


def test_tokens_are_a_budget_too(store: Store):
    talk = Talk(store, "3000tok")
    talk.say()
    sent = talk.server.seen[0].body
    assert 1_024 <= sent.get("max_tokens", sent.get("max_completion_tokens")) < 3_000
    with pytest.raises(BudgetExceeded, match="tokens"):
        Talk(store, "1000tok").say()


def test_a_warning_is_told_when_four_fifths_are_spent(store: Store):
    usage = {"prompt_tokens": 10, "completion_tokens": 1_700, "total_tokens": 1_710}
    talk = Talk(store, "0.02", says("hi", usage=usage))
    talk.say()
    (warning,) = talk.told(BudgetWarning)
    assert (warning.node.spent.usd, warning.node.limit.usd) == (D("0.017025"), D("0.02"))


def test_a_try_that_failed_leaves_room_for_the_next(store: Store):
    talk = Talk(store, "0.02", fails(500), says("hi"))
    talk.say()
    assert len(talk.server.seen) == 2
    assert store.budgets.state(("all",)).reserved == Amount()


def test_a_model_nobody_can_price_needs_leave(store: Store):
    config_dir().mkdir(parents=True)
    (config_dir() / "config.toml").write_text('[providers.acme]\napi_base = "http://127.0.0.1:9/v1"\n', "utf-8")
    with pytest.raises(BudgetExceeded, match="nobody knows what acme/m1 costs"):
        Talk(store, "2.00", model="acme/m1").say()
    Talk(store, "2.00,unpriced", model="acme/m1").say()
    Talk(store, None, model="acme/m1").say()
    Talk(store, "100000tok", model="acme/m1").say()
    assert store.budgets.state(("all",)).spent.unpriced == 3


def test_what_a_worker_spends_counts_for_the_session_that_began_it(store: Store):
    worker = Talk(store, None, origin=Origin("mother", "e", "t", "3", "k1"))
    store.budgets.set_limit(("all", "session mother", "epic e", "track t", "tier 3"), Limit(D("0.001")))
    with pytest.raises(BudgetExceeded) as caught:
        worker.say()
    assert caught.value.node.path[-1] == "tier 3"
    assert "raise the budget of tier 3" in caught.value.advice


@pytest.fixture
def settings() -> Iterator[Any]:
    """Writes `config.toml`; what the shared store holds is let go of in the end."""

    def write(text: str) -> None:
        config_dir().mkdir(parents=True, exist_ok=True)
        (config_dir() / "config.toml").write_text(text, "utf-8")

    yield write
    close_shared_stores()


def test_the_limits_in_the_settings_hold_for_everybody(settings: Any):
    settings('[budgets]\nper_day = 0.001\nper_session = "5.00,9000tok"\n')
    session = ai_client.new_session("openai/gpt-4o")
    with ScriptedServer([says("hi")]) as server, pytest.raises(BudgetExceeded) as caught:
        session.send("hi", api_base=f"{server.url}/v1", api_key=KEY)
    assert caught.value.node.path[-1].startswith("day ")
    assert "per_day under [budgets]" in caught.value.advice
    assert session.access.config.issues == ()


@pytest.mark.parametrize("line", ["per_day = -1", 'per_day = "lots"', "per_week = 3", "maX = 3", 'unpriced = "yes"'])
def test_a_limit_that_cannot_be_read_stops_everything_and_says_where(settings: Any, line: str):
    settings(f"[budgets]\n{line}\n")
    with pytest.raises(ConfigError, match=r"config.toml:2: budgets\."):
        ai_client.new_session("openai/gpt-4o")


def test_without_any_limit_nothing_is_opened(settings: Any):
    assert ai_client.new_session("openai/gpt-4o").budget is None


@pytest.mark.parametrize("budget", [2, 2.0, "2", D(2), Limit(D(2))])
def test_the_library_takes_a_budget_as_a_number_a_text_or_a_limit(settings: Any, budget: Any):
    session = ai_client.new_session("openai/gpt-4o", budget=budget)
    with ScriptedServer([says("hi")]) as server:
        session.send("hi", api_base=f"{server.url}/v1", api_key=KEY)
    state = shared_store().budgets.state(("all", f"session {session.id}"))
    assert (state.limit.usd, state.spent.usd) == (D(2), D("0.000075"))
    assert len(list(shared_store().ledger())) == 1


@pytest.mark.parametrize("budget", [-1, float("nan"), "much", True])
def test_the_library_says_what_is_no_budget(settings: Any, budget: Any):
    with pytest.raises(ConfigError, match="is no budget: write dollars"):
        ai_client.new_session("openai/gpt-4o", budget=budget)


def test_a_budget_that_cannot_be_checked_lets_nothing_through(store: Store):
    talk = Talk(store, "2.00")
    store.close()
    with pytest.raises(ProviderError, match="the budget cannot be checked: the store is closed") as caught:
        talk.say()
    assert caught.value.kind == "budget"
    assert not talk.server.seen


def test_a_limit_is_that_of_the_session_for_which_a_worker_works(store: Store):
    session = Session(Access(), "openai/gpt-4o", origin=Origin("mother", "epic", "track", "3", "ticket"))
    put_under_budget(session, "2.00", store)
    assert [node.path for node in store.budgets.limited()] == [("all", "session mother")]


def test_the_rules_of_an_empty_table_are_none():
    assert not budget_rules(Access().config).any


def test_a_budget_of_one_s_own_is_asked_in_place_of_all_others(store: Store):
    settled: list[str] = []

    class Own:
        def reserve(self, draft: Any, most: Any) -> None:
            settled.append("reserved")

        def settle(self, entry: Any) -> list[Any]:
            settled.append("settled")
            raise StoreError("the disk is full", "full")

        def release(self, call_id: str) -> None:
            settled.append("released")
            raise StoreError("the disk is full", "full")

    talk = Talk(store, Own())
    talk.say()
    assert settled == ["reserved", "settled"]
    assert "could not be entered in the budget: the disk is full" in talk.told(Notice)[-1].text

    stopped = Talk(store, Own())
    cancel = Cancel()
    cancel.request()
    with pytest.raises(ProviderError):
        stopped.say(cancel=cancel)
    assert settled[2:] in ([], ["reserved", "released"])


def test_a_call_that_is_stopped_before_it_left_gives_back_what_it_took(store: Store):
    cancel, taken, given_back = Cancel(), list[str](), list[str]()

    class Own:
        def reserve(self, draft: Any, most: Any) -> None:
            taken.append(draft.call_id)
            cancel.request()

        def settle(self, entry: Any) -> list[Any]:
            raise AssertionError("no call was made")

        def release(self, call_id: str) -> None:
            given_back.append(call_id)

    with pytest.raises(ProviderError, match="cancelled"):
        Talk(store, Own()).say(cancel=cancel)
    assert given_back == taken
    assert len(taken) == 1


def test_where_nothing_is_limited_and_nothing_kept_no_budget_is_looked_after():
    session = Session(Access(), "openai/gpt-4o")
    put_under_budget(session, None)
    assert session.budget is None


def test_that_an_answer_may_end_early_is_said_once_a_turn(store: Store):
    read = ("read_file", {"path": "a.txt"})
    talk = Talk(store, "0.02", calls(read), calls(read), says("hi"))
    talk.say("x" * 2_000)
    assert len(talk.server.seen) > 1
    assert len([one for one in talk.told(Notice) if "it may end early" in one.text]) == 1


def test_a_listener_that_breaks_leaves_nothing_set_aside(store: Store):
    talk = Talk(store, "2.00")

    def breaks(event: Event) -> None:
        if isinstance(event, TextDelta):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        talk.say(on_event=breaks)
    assert store.budgets.state(("all", f"session {talk.session.id}")).reserved == Amount()


def test_a_refusal_survives_being_sent_to_another_process(store: Store):
    with pytest.raises(BudgetExceeded) as caught:
        Talk(store, "0.000001").say()
    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.node, again.message, again.advice) == (caught.value.node, caught.value.message, caught.value.advice)

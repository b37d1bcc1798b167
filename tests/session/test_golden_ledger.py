"""Golden ledgers: what each kind of call is entered as, to the cent, through the real session and a real server."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from manual_slop.money.ledger import sum_all
from manual_slop.money.rates_json import load_rates
from manual_slop.money.reconcile import reconcile
from manual_slop.money.what_if import Candidate, compare
from manual_slop.providers.access import Access
from manual_slop.providers.places import place
from manual_slop.providers.retry import RetryPolicy
from manual_slop.session.keeping import keep
from manual_slop.session.session import Session
from manual_slop.store.store import Store
from manual_slop.values.cancel import Cancel
from manual_slop.values.errors import ProviderError
from manual_slop.values.events import TextDelta
from manual_slop.values.ledger import UsageRecorded
from manual_slop.values.paths import config_dir
from tests.support.scripted_server import Scripted, ScriptedServer, calls, chunk, fails, says, whole

CACHED = {"prompt_tokens": 10_000, "completion_tokens": 1_000, "prompt_tokens_details": {"cached_tokens": 8_000}}
THOUGHT = {"prompt_tokens": 10, "completion_tokens": 100, "completion_tokens_details": {"reasoning_tokens": 64}}
BILLED = {"prompt_tokens": 1_000, "completion_tokens": 100, "total_tokens": 1_100, "cost": 0.0123}
ANTHROPIC = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-4-5-20250929",
    "content": [{"type": "text", "text": "hi"}],
    "stop_reason": "end_turn",
    "usage": {
        "input_tokens": 100,
        "cache_creation_input_tokens": 100,
        "cache_read_input_tokens": 800,
        "output_tokens": 100,
    },
}


@pytest.fixture
def store() -> Iterator[Store]:
    opened = Store.open(None)
    yield opened
    opened.close()


def ask(store: Store, model: str, *script: Scripted, base: str = "/v1", **more: Any) -> list[UsageRecorded]:
    """The ledger after one prompt; what goes wrong is an entry too."""
    with ScriptedServer(script) as server:
        session = Session(Access(), model, retries=RetryPolicy(attempts=3, first_wait=0.0), budget=store.budgets)
        keep(session, store)
        with contextlib.suppress(ProviderError):
            session.send("hi", api_base=f"{server.url}{base}", api_key="sk-canary-golden-1", **more)
    return list(store.ledger(session.id))


def shape(entries: list[UsageRecorded]) -> list[tuple[str, str | None, str, str]]:
    return [
        (one.purpose, None if one.cost.usd is None else str(one.cost.usd), one.cost.basis, one.error) for one in entries
    ]


@pytest.mark.parametrize(
    ("model", "usage", "usd"),
    [
        ("openai/gpt-4o", CACHED, "0.025"),  # 2,000 × 2.50 + 8,000 × 1.25 + 1,000 × 10
        ("openai/o1", THOUGHT, "0.00615"),  # 10 × 15 + 100 × 60: thinking is output
    ],
)
def test_cached_and_reasoning_tokens_are_priced_once(store: Store, model: str, usage: Mapping[str, Any], usd: str):
    (entry,) = ask(store, model, says("hi", usage=usage))
    assert shape([entry]) == [("chat", usd, "override", "")]
    assert load_rates(entry.rates) == Access().rates(place(Access(), model), entry.answered)
    assert (entry.provider, entry.model, entry.answered) == ("openai", model, "m")
    assert entry.began is not None
    assert entry.ended is not None
    assert entry.began <= entry.ended


def test_what_is_written_to_the_cache_has_its_own_rate(store: Store):
    (entry,) = ask(store, "anthropic/claude-sonnet-4-5", whole(ANTHROPIC), base="", stream=False)
    assert (entry.usage.input_tokens, entry.usage.cache_read_tokens, entry.usage.cache_write_tokens) == (
        1_000,
        800,
        100,
    )
    assert shape([entry]) == [("chat", "0.002415", entry.cost.basis, "")]  # 100 × 3 + 800 × .30 + 100 × 3.75 + 100 × 15


def test_a_bill_is_kept_beside_our_own_sum(store: Store):
    (config_dir() / "pricing").mkdir(parents=True)
    prices = 'provider = "openrouter"\n[models."openai/gpt-4o"]\ninput = 2.5\noutput = 10.0\n'
    (config_dir() / "pricing" / "openrouter.toml").write_text(prices, "utf-8")
    (entry,) = ask(store, "openrouter/openai/gpt-4o", says("hi", usage=BILLED))
    assert (entry.cost.usd, entry.cost.computed, entry.cost.basis) == (Decimal("0.0123"), Decimal("0.0035"), "billed")
    (drift,) = reconcile([entry])
    assert (drift.model, drift.usd) == ("openrouter/openai/gpt-4o", Decimal("0.0088"))


def test_a_call_that_is_tried_again_is_two_entries(store: Store):
    entries = ask(store, "openai/gpt-4o", fails(500), says("hi"))
    assert shape(entries) == [("chat", "0", "estimated", "server"), ("retry", "0.000075", "override", "")]


def test_a_call_that_is_refused_is_an_entry_that_cost_nothing(store: Store):
    assert shape(ask(store, "openai/gpt-4o", fails(401, "no such key"))) == [("chat", "0", "estimated", "auth")]


def test_a_call_that_breaks_off_costs_what_is_known_by_an_estimate(store: Store):
    entries = ask(store, "openai/gpt-4o", Scripted([chunk({"content": "x" * 400})], cut=True))
    (entry,) = entries
    # 100 tokens out at 10.00; in: a guess by length
    assert (entry.purpose, entry.error, entry.cost.basis) == ("interrupted", "network", "estimated")
    assert entry.usage.output_tokens == 100
    assert entry.cost.usd == entry.usage.input_tokens * Decimal("2.5") / 1_000_000 + Decimal("0.001")


def test_a_call_that_is_cancelled_costs_what_had_arrived(store: Store):
    cancel, heard = Cancel(), threading.Event()

    def press(event: object) -> None:
        if isinstance(event, TextDelta) and not heard.is_set():
            heard.set()
            cancel.request()

    held = Scripted([chunk({"content": "y" * 40})], hold_after=True)
    (entry,) = ask(store, "openai/gpt-4o", held, cancel=cancel, on_event=press)
    assert (entry.purpose, entry.error, entry.usage.output_tokens) == ("cancelled", "cancelled", 10)
    assert entry.cost.basis == "estimated"
    assert store.budgets.state(("all",)).reserved.usd == 0


def test_a_model_nobody_can_price_makes_the_sum_a_lower_bound(store: Store):
    path = config_dir() / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text('[providers.acme]\napi_base = "http://127.0.0.1:9/v1"\n', "utf-8")
    entries = ask(store, "acme/m1", says("hi")) + ask(store, "openai/gpt-4o", says("hi"))
    assert [one.rates == "" for one in entries] == [True, False]
    assert str(sum_all(entries).cost) == "≥ $0.00007500 + 1 unpriced call"


def test_rounds_with_tools_are_told_from_the_first(store: Store, tmp_path: Path):
    entries = ask(store, "openai/gpt-4o", calls(("read_file", {"path": "a"})), says("hi"))
    assert [one.purpose for one in entries] == ["chat", "tool round"]


def test_the_same_model_would_have_cost_what_it_cost(store: Store):
    ask(store, "openai/gpt-4o", fails(500), says("hi", usage=CACHED))
    ask(store, "openai/gpt-4o", Scripted([chunk({"content": "x"})], cut=True))
    entries = list(store.ledger())
    found = compare(entries, "purpose", [Candidate("openai/gpt-4o", load_rates(entries[0].rates))])
    assert found.total.what_if["openai/gpt-4o"] == found.total.actual.cost
    assert store.budgets.state(("all",)).spent.usd == found.total.actual.cost.usd

"""`manual-slop cost`: what was spent, how we know, and what other models would have cost, for people and programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from manual_slop import cli, cost_tracker
from manual_slop.money import Rates
from manual_slop.money.what_if import Candidate, compare, tier_matrix
from manual_slop.providers.access import Access
from manual_slop.providers.places import place
from manual_slop.providers.price_settings import price_settings
from manual_slop.store.shared import close_shared_stores, shared_store
from manual_slop.terminal.cost_tables import comparison_table, matrix_table, spending_table
from manual_slop.terminal.explaining import all_lines
from manual_slop.terminal.findings import findings
from manual_slop.terminal.screen import say, screen
from manual_slop.terminal.spending import Spending
from manual_slop.values.events import SessionDescribed
from manual_slop.values.ledger import UsageRecorded
from manual_slop.values.paths import config_dir
from manual_slop.values.usage import Cost, Usage
from tests.support.entries import GPT, NOON, SONNET, entry
from tests.terminal.doubles import into_pipes, on_terminal

D = Decimal
LOCAL = Cost(D(0), "local", note="no charge")
Told = tuple[int, str, str]


@pytest.fixture
def cost(capfd: pytest.CaptureFixture[str]) -> Iterator[Callable[..., Told]]:
    """The command, as if typed: its exit code and what it wrote."""

    def typed(*arguments: str) -> Told:
        screen.cache_clear()
        code = cli.run(["cost", *arguments])
        return (code, *capfd.readouterr())

    yield typed
    screen.cache_clear()
    close_shared_stores()


def spend(*entries: UsageRecorded, session: str = "aaaa1111") -> None:
    """A session that made these calls."""
    placed = [
        UsageRecorded(**{**fields(one), "session_id": session, "call_id": f"{session}-{n}"})
        for n, one in enumerate(entries)
    ]
    shared_store().append(session, [SessionDescribed(session, "openai/gpt-4o"), *placed])


def fields(one: UsageRecorded) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__dataclass_fields__}


def test_the_last_session_is_shown_when_none_is_named(cost: Callable[..., Told]):
    spend(entry(), session="aaaa1111")
    spend(entry(), entry("acme/m1"), session="bbbb2222")
    code, out, err = cost()
    assert code == 0
    assert "session bbbb2222 · 2 calls · ≥ $0.003500 + 1 unpriced call" in err
    assert [line.split()[0] for line in out.splitlines()] == ["model", "openai/gpt-4o", "acme/m1", "all"]
    assert "session aaaa1111 · 1 call · $0.003500" in cost("aaaa")[2]
    assert "all sessions · 3 calls" in cost("--all")[2]


def test_programs_get_rows_and_a_total_of_one_shape(cost: Callable[..., Told]):
    spend(entry(tier="3"), entry("acme/m1", tier="3"), entry("acme/m1", tier="4"))
    _, out, _ = cost("--by", "tier", "--what-if", "openai/gpt-4o-mini,openrouter/x", "--json")
    told = json.loads(out)
    assert set(told) == {"rows", "total"}
    for row in (*told["rows"], told["total"]):
        assert list(row) == ["key", "calls", "usage", "usd", "unpriced", "what_if"]
        assert list(row["what_if"]) == ["openai/gpt-4o-mini", "openrouter/x"]
    assert [(row["key"], row["calls"], row["usd"], row["unpriced"]) for row in told["rows"]] == [
        ("3", 2, "0.0035", 1),
        ("4", 1, None, 1),
    ]
    assert told["total"]["usage"]["input_tokens"] == 3_000
    assert told["rows"][0]["what_if"] == {
        "openai/gpt-4o-mini": {"usd": "0.00042", "unpriced": 0},
        "openrouter/x": {"usd": None, "unpriced": 2},
    }


def test_the_same_model_is_what_it_cost_to_the_last_digit(cost: Callable[..., Told]):
    spend(entry(usage=Usage(12_345, 678, 9_000)), entry(cost=Cost(D("0.1234567"), "billed")))
    told = json.loads(cost("--what-if", "openai/gpt-4o", "--json")[1])
    assert told["total"]["what_if"]["openai/gpt-4o"]["usd"] == told["total"]["usd"]


def test_the_assumption_about_caches_is_stated(cost: Callable[..., Told]):
    spend(entry(usage=Usage(10_000, 0, 8_000)))
    hit, fresh = cost("--what-if", "openai/gpt-4o")[1], cost("--what-if", "openai/gpt-4o", "--no-hits")[1]
    assert "and the same of them cached" in hit
    assert "±$0" in hit
    assert "none of them cached" in fresh
    assert "+$0.01000  +66.7 %" in fresh


def test_each_sum_can_be_explained(cost: Callable[..., Told]):
    spend(
        entry(),
        entry(),
        entry("acme/m1"),
        entry(cost=Cost(D("0.0040"), "billed", "the provider's own bill", computed=D("0.0035"))),
    )
    _, out, _ = cost("--explain")
    assert "openai/gpt-4o · 2 calls · $0.007000 list price" in out
    assert "2,000 input × $2.50/M + 200 output × $10/M = $0.007" in out
    assert "from pricing/openai.toml, undated" in out
    assert "acme/m1 · 1 unpriced call" in out
    assert "$0.004000 billed by the provider" in out
    told = json.loads(cost("--explain", "--json")[1])["explanations"]
    assert told[0]["formula"].endswith("= $0.007")
    assert told[0]["terms"][0] == {"key": "input", "tokens": 2_000, "usd_per_million": "2.5"}


def test_bills_stand_beside_our_own_sums(cost: Callable[..., Told]):
    spend(entry(), entry(cost=Cost(D("0.0042"), "billed", computed=D("0.0035"))))
    out = cost("--reconcile")[1]
    assert "+$0.0007000  +20.0 %" in out
    (drift,) = json.loads(cost("--reconcile", "--json")[1])["reconciliation"]
    assert (drift["billed"], drift["computed"], drift["usd"], drift["percent"]) == ("0.0042", "0.0035", "0.0007", "20")
    spend(entry(), session="cccc3333")
    assert "no provider said what it billed" in cost("cccc", "--reconcile")[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--by", "colour"], "--by takes tier, model, purpose, day, ticket, provider, session, not “colour”"),
        (["--matrix"], "--matrix compares models: name them with --what-if"),
        (["--matrix", "--what-if", "openai/gpt-4o", "--by", "day"], "--matrix is by tier"),
        (["aaaa", "--all"], "cost takes a session or --all, not both"),
        (["zzzz"], "no session begins with 'zzzz'"),
        (["--all", "--what-if", "nobody/knows"], "nobody"),
    ],
)
def test_a_question_that_makes_no_sense_is_told_so(cost: Callable[..., Told], words: list[str], said: str):
    spend(entry())
    code, _, err = cost(*words)
    assert code != 0
    assert said in err


def test_before_the_first_session_there_is_nothing_to_show(cost: Callable[..., Told]):
    code, _, err = cost()
    assert code == 2
    assert "there is no session yet" in err
    assert "(`manual-slop cost --all` shows every call there is)" in err
    assert cost("--all")[:2] == (0, "")


CANDIDATES = [Candidate("openai/gpt-4o", GPT), Candidate("anthropic/claude-sonnet-4-5", SONNET)]
ENTRIES = [
    entry(tier="1", usage=Usage(900_000, 40_000)),
    entry("anthropic/claude-sonnet-4-5", Usage(1_200_000, 90_000, 800_000, estimated=True), tier="3"),
    entry("ollama/llama3", cost=LOCAL, tier="4"),
]


def drawn(renderable: Any, width: int) -> list[str]:
    shown, terminal = on_terminal(width)
    say(shown.out, renderable)
    return terminal.text.splitlines()


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_tables_fit_the_terminal_without_losing_a_number(width: int):
    found = compare(ENTRIES, "tier", CANDIDATES)
    matrix = tier_matrix(ENTRIES, CANDIDATES)
    for renderable in (
        spending_table(found, "tier", width),
        comparison_table(found, "tier"),
        matrix_table(matrix, width),
    ):
        lines = drawn(renderable, width)
        assert max(map(len, lines)) <= width
        assert "$2.65" in "".join(lines)


def test_the_matrix_has_a_column_for_each_model_where_there_is_room():
    lines = drawn(matrix_table(tier_matrix(ENTRIES, CANDIDATES), 120), 120)
    assert "openai/gpt-4o" in lines[0]
    assert "anthropic/claude-sonnet-4-5" in lines[0]
    assert [line.split()[0] for line in lines[1:6]] == ["1", "2", "3", "4", "all"]


def test_models_on_this_computer_read_local_no_charge_in_a_chat():
    spending = Spending()
    spending.note(entry("ollama/llama3", cost=LOCAL))
    shown, out, _ = into_pipes()
    say(shown.out, spending.table())
    assert "local, no charge" in out.getvalue()
    assert str(spending.total()) == "local, no charge"


OLD = """
[providers.acme]
api_base = "https://acme.example/v1"
models = ["m1"]
[prices]
stale_after_days = 30
[budgets]
per_day = 5
"""
PRICES = 'provider = "acme"\nas_of = 2026-06-01\n[models.m1]\ninput = 1.0\noutput = 2.0\n'


@pytest.fixture
def old_price() -> Access:
    """A model whose price is from June."""
    (config_dir() / "pricing").mkdir(parents=True)
    (config_dir() / "config.toml").write_text(OLD, "utf-8")
    (config_dir() / "pricing" / "acme.toml").write_text(PRICES, "utf-8")
    return Access(today=lambda: date(2026, 11, 23))


def test_an_old_price_is_told_where_a_model_is_chosen_priced_and_in_the_doctor(old_price: Access, capfd: Any):
    told = "the price of acme/m1 is 175 days old (your pricing/acme.toml, 2026-06-01): correct it in a file of pricing/"
    assert old_price.notices(place(old_price, "acme/m1")) == [told]
    screen.cache_clear()
    assert cli.run(["price", "acme/m1"]) == 0
    assert "the price of acme/m1 is " in capfd.readouterr().err
    shown, _, _ = into_pipes()
    texts = [one.text for one in findings(shown)]
    assert any(text.startswith("the price of acme/m1 is ") for text in texts)
    assert "per_day: 5" in texts
    screen.cache_clear()


def test_a_price_that_is_young_enough_is_not_mentioned(old_price: Access):
    young = Access(today=lambda: date(2026, 6, 30))
    assert young.notices(place(young, "acme/m1")) == []


def test_wrong_settings_of_prices_are_told_with_their_lines():
    config_dir().mkdir(parents=True)
    (config_dir() / "config.toml").write_text(
        '[prices]\nstale_after_days = "soon"\nmap_url = "ftp://x"\nstale = 3\n', "utf-8"
    )
    issues = [str(issue) for issue in price_settings(Access().config).issues]
    assert [issue.partition("config.toml:")[2].split()[0] for issue in issues] == ["2:", "3:", "4:"]


def test_the_front_door_records_sums_and_compares():
    one = entry(usage=Usage(1_000, 100, 500), call_id="mine", began=NOON)
    assert cost_tracker.record(one) is True
    assert cost_tracker.record(one) is False
    entries = cost_tracker.ledger()
    assert entries == [one]
    assert [str(row.cost) for row in cost_tracker.sum_by(entries, "provider")] == ["$0.002875"]
    found = cost_tracker.compare(entries, "model", ["openai/gpt-4o", "openai/gpt-4o-mini"])
    assert found.total.what_if["openai/gpt-4o"].usd == one.cost.usd
    assert found.total.difference("openai/gpt-4o-mini").percent < -90
    assert all(hasattr(cost_tracker, name) for name in cost_tracker.__all__)
    close_shared_stores()


def test_an_explanation_says_what_is_estimated_and_old():
    from manual_slop.money import price
    from manual_slop.money.provenance import explain

    rates = Rates(D(1), D(2), source="map", as_of=date(2026, 1, 1))
    told = explain(price(Usage(10, 5, estimated=True), rates), model="m", today=date(2026, 11, 23), stale_after=90)
    lines = [text for text, _ in all_lines([told])]
    assert lines[0] == "m · $0.00002000 estimated"
    assert lines[-1] == "  ! the price is 326 days old (as of 2026-01-01)"

"""Tables of providers, models and prices."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from manual_slop import ai_client
from manual_slop.app.offers import offer, offers, standings
from manual_slop.providers.discovery import ModelList, ModelListed
from manual_slop.providers.places import place
from manual_slop.terminal.catalogue import price_lines
from manual_slop.terminal.json_lines import document
from manual_slop.terminal.tables import age, dollars, offers_table, providers_table
from manual_slop.values.errors import ProviderError
from manual_slop.values.paths import config_dir
from tests.terminal.doubles import into_pipes

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ACME = """
[aliases]
fast = "acme/m1"
[providers.acme]
api_base = "https://acme.example/v1"
models = ["m1", "m2"]
[providers.acme.prices.m1]
input = 2.5
cached_input = 1.25
output = 10.0
[[providers.acme.prices.m1.above]]
tokens = 200000
input = 5.0
output = 20.0
"""


@pytest.fixture
def acme(tmp_path: Path) -> None:
    """A vendor nobody has heard of."""
    config_dir().mkdir(parents=True)
    (config_dir() / "config.toml").write_text(ACME, "utf-8")


def _shown(renderable: object) -> str:
    screen, out, _ = into_pipes()
    from manual_slop.terminal.screen import say

    say(screen.out, renderable)  # type: ignore[arg-type]
    return out.getvalue()


def _price(model: str) -> str:
    access = ai_client.new_access()
    return "\n".join(_shown(line).rstrip("\n") for line in price_lines(offer(access, place(access, model)), NOW.date()))


def test_without_a_key_every_provider_says_which_one_it_wants():
    known = {one.provider: one for one in standings(ai_client.new_access())}
    assert known["openai"].key == "missing"
    assert "OPENAI_API_KEY" in known["openai"].key_note
    assert known["openai"].models > 20
    assert known["rehearsal"].key == "not needed"


def test_a_key_is_named_with_its_origin_and_never_shown(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-in-a-table")
    known = standings(ai_client.new_access())
    table = _shown(providers_table(known, (), 200))
    assert "environment OPENAI_API_KEY" in table
    assert "canary" not in table + document(known)


def test_examples_are_left_out_where_there_is_no_room():
    known = standings(ai_client.new_access())
    assert "rehearsal/demo" in _shown(providers_table(known, (), 100))
    assert "rehearsal/demo" not in _shown(providers_table(known, (), 80))


def test_those_that_can_be_used_come_first():
    order = [one.key == "missing" for one in standings(ai_client.new_access())]
    assert order == sorted(order)


def test_a_broken_credentials_file_is_said_where_the_key_would_be():
    config_dir().mkdir(parents=True)
    (config_dir() / "credentials.toml").write_text("[openai\n", "utf-8")
    (config_dir() / "credentials.toml").chmod(0o600)
    known = {one.provider: one for one in standings(ai_client.new_access())}
    assert known["openai"].key == "wrong"
    assert "credentials.toml:1" in known["openai"].key_note


def test_a_vendor_of_ones_own_is_a_provider_like_any_other(acme: None):
    known = {one.provider: one for one in standings(ai_client.new_access())}
    assert (known["acme"].models, known["acme"].models_source, known["acme"].example) == (2, "config", "acme/m1")


def _offers(provider: str, *names: str, note: str = "", fetched_at: datetime | None = NOW - timedelta(hours=3)):
    listed = ModelList(provider, tuple(ModelListed(n, f"{provider}/{n}") for n in names), "endpoint", fetched_at, note)
    return offers(ai_client.new_access(), listed)


def test_models_are_listed_with_window_prices_abilities_and_retirement():
    table = _shown(offers_table(_offers("openai", "gpt-4o", "o1", "nobody-knows"), NOW))
    lines = [line.split() for line in table.splitlines()]
    assert ["openai/gpt-4o", "128k", "2.50", "1.25", "10.00", "✓", "✓", "?"] in lines
    assert any(line[0] == "openai/o1" and line[-2:] == ["since", "2026-10-23"] for line in lines if line)
    assert ["openai/nobody-knows", "?", "unpriced", "?", "?", "?"] in lines
    assert "openai · 3 chat models · asked of its endpoint 3 h ago" in table


def test_where_a_list_did_not_come_from_the_endpoint_it_says_so():
    table = _shown(
        offers_table(_offers("openai", "gpt-4o", note="from litellm's bundled map: no key", fetched_at=None), NOW)
    )
    assert "from litellm's bundled map: no key" in table


def test_local_models_cost_nothing():
    assert "no charge" in _shown(offers_table(_offers("ollama", "qwen3"), NOW))
    assert "no charge" not in _shown(offers_table(_offers("ollama", "big:cloud"), NOW))


def test_a_price_names_its_source_and_date():
    shown = _price("openai/gpt-4o")
    assert ["input", "2.50"] in [line.split() for line in shown.splitlines()]
    assert "override: pricing/openai.toml (https://developers.openai.com/api/docs/pricing), as of 2026-11-22" in shown


def test_a_bare_openai_name_and_an_alias_are_understood(acme: None):
    assert _price("o1").splitlines()[0] == "openai/o1"
    assert _price("fast").splitlines()[0] == "acme/m1"


def test_a_retired_model_says_so_where_it_is_priced():
    assert "! it was retired on 2026-10-23" in _price("openai/o1")


def test_tiers_are_columns(acme: None):
    rows = [line.split() for line in _price("acme/m1").splitlines()]
    assert ["up", "to", "200,000", "in", "above", "200,000", "in"] in rows
    assert ["input", "2.50", "5.00"] in rows
    assert ["output", "10.00", "20.00"] in rows
    assert ["cached", "input", "1.25", "?"] in rows


def test_an_unpriced_model_is_called_so_and_where_to_put_its_price(acme: None):
    shown = _price("acme/m2")
    assert "unpriced" in shown
    assert str(config_dir() / "pricing" / "acme.toml") in shown


def test_a_local_model_is_no_charge_and_a_lookalike_is_not(acme: None):
    assert "no charge" in _price("rehearsal/demo")
    assert "unpriced" in _price("acme/gpt-4o")


def test_a_provider_nobody_knows_is_an_error_with_the_near_one():
    with pytest.raises(ProviderError) as caught:
        _price("opnai/gpt-4o")
    assert "openai/gpt-4o" in caught.value.advice


def test_for_programs_there_is_json(acme: None):
    access = ai_client.new_access()
    shown = json.loads(document([offer(access, place(access, name)) for name in ("acme/m1", "acme/m2")]))
    assert shown[0]["rates"]["input"] == "2.5"
    assert shown[1]["rates"] is None


@pytest.mark.parametrize(("rate", "words"), [("2.5", "2.50"), ("0.075", "0.075"), ("10", "10.00"), (None, "?")])
def test_rates_have_all_their_digits(rate: str | None, words: str):
    assert dollars(None if rate is None else Decimal(rate)) == words


@pytest.mark.parametrize(
    ("minutes", "words"), [(0, "just now"), (5, "5 min ago"), (200, "3 h ago"), (4000, "2 days ago")]
)
def test_ages(minutes: int, words: str):
    assert age(timedelta(minutes=minutes)) == words

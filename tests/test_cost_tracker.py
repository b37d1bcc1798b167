"""Golden costs, to the last digit: published examples and the four prescribed models."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from manual_slop import cost_tracker
from manual_slop.cost_tracker import Usage, price, prices_in_force, rates
from manual_slop.providers.config import Config, load_config

NO_CONFIG = Config(Path("config.toml"))


@pytest.mark.parametrize(
    ("model", "usage", "usd"),
    [
        # 2,000 × 2.50 + 8,000 × 1.25 + 1,000 × 10
        ("openai/gpt-4o", Usage(10_000, 1_000, 8_000), "0.025"),
        ("openai/gpt-4o-mini", Usage(10_000, 1_000, 8_000), "0.0015"),
        # Reasoning is output: 10 × 15 + 100 × 60, 20 × 1.10 + 5 × 0.55 + 333 × 4.40
        ("openai/o1", Usage(10, 100, reasoning_tokens=64), "0.00615"),
        ("openai/o1", Usage(1_000, 500, 600, 0, 448), "0.0405"),
        ("openai/o3-mini", Usage(25, 333, 5, 0, 256), "0.00148995"),
        ("openai/o3-mini", Usage(1, 1), "0.0000055"),
        ("openai/gpt-4o-mini", Usage(1, 0, 1), "0.000000075"),
        # 100 × 3 + 800 × 0.30 + 100 × 3.75 = 0.000915, and 100 × 15 = 0.0015
        ("anthropic/claude-sonnet-4-5", Usage(1_000, 100, 800, 100), "0.002415"),
        ("anthropic/claude-sonnet-4-5-20250929", Usage(1_000, 100, 800, 100), "0.002415"),
        # Beyond 200,000 tokens: 250,000 × 2.50 + 1,000 × 15; up to there 1.25 and 10
        ("gemini/gemini-2.5-pro", Usage(250_000, 1_000), "0.64"),
        ("gemini/gemini-2.5-pro", Usage(200_000, 1_000), "0.26"),
        # A snapshot with a price of its own, without any for cached tokens
        ("openai/gpt-4o-2024-05-13", Usage(1_000, 100), "0.0065"),
        ("openai/gpt-4o-2024-05-13", Usage(1_000, 100, 600), "0.0065"),
    ],
)
def test_a_golden_cost(model: str, usage: Usage, usd: str) -> None:
    assert str(price(model, usage, config=NO_CONFIG).usd) == str(Decimal(usd))


def test_a_bill_explains_itself() -> None:
    cost = price("openai/gpt-4o", Usage(10_000, 1_000, 8_000), config=NO_CONFIG)
    assert (cost.basis, cost.as_of) == ("override", "2026-11-22")
    assert cost.source == "pricing/openai.toml (https://developers.openai.com/api/docs/pricing)"
    assert [(line.key, line.tokens, str(line.usd)) for line in cost.lines] == [
        ("input", 2_000, "0.005"),
        ("cached_input", 8_000, "0.01"),
        ("output", 1_000, "0.01"),
    ]


@pytest.mark.parametrize("model", ["acme/m1", "acme/gpt-4o", "openai/gpt-99", "nobody-knows", "ollama/llama3", "", "/"])
def test_a_model_without_a_price_is_unpriced_never_free(model: str) -> None:
    cost = price(model, Usage(10, 10), config=NO_CONFIG)
    assert (cost.usd, cost.basis) == (None, "unpriced")


def test_a_bare_name_is_openais_where_openai_has_it() -> None:
    assert rates("gpt-4o", config=NO_CONFIG) == rates("openai/gpt-4o", config=NO_CONFIG)
    assert rates("gpt-4.1", config=NO_CONFIG) is not None
    assert rates("claude-sonnet-4-5", config=NO_CONFIG) is None


CONFIG = """
[aliases]
fast = "openai/gpt-4o-mini"
[providers.acme]
api_base = "https://api.acme.example/v1"
[providers.acme.prices."m1"]
input = 2.50
output = 10.00
[providers.openish]
litellm = "openai"
api_base = "https://api.openish.example/v1"
[providers.openish.prices.m2]
input = -1
output = 1
"""


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "config.toml").write_text(CONFIG)
    return load_config(tmp_path / "config.toml")


def test_a_vendor_of_ones_own_is_priced_from_the_config_file(config: Config) -> None:
    cost = price("acme/m1", Usage(1_000, 100), config=config)
    assert (str(cost.usd), cost.basis, cost.source) == ("0.0035", "override", "config.toml")


def test_a_vendor_that_speaks_openais_protocol_does_not_get_openais_prices(config: Config) -> None:
    assert rates("openish/gpt-4o", config=config) is None


def test_an_alias_is_priced_as_what_it_stands_for(config: Config) -> None:
    assert rates("fast", config=config) == rates("openai/gpt-4o-mini", config=config)


def test_a_provider_may_be_called_by_any_of_its_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANUAL_SLOP_HOME", str(tmp_path))
    (tmp_path / "config/pricing").mkdir(parents=True)
    own = 'provider = "cohere"\n[models.m1]\ninput = 3\noutput = 11\n'
    (tmp_path / "config/pricing/cohere.toml").write_text(own)
    assert [str(price(f"{name}/m1", Usage(1_000_000)).usd) for name in ("cohere", "cohere_chat")] == ["3", "3"]


def test_what_is_wrong_with_prices_in_the_config_file_is_told_with_its_line(config: Config) -> None:
    (issue,) = prices_in_force(config).issues
    assert (issue.path, issue.line) == (config.path, CONFIG.split("\n").index("input = -1") + 1)


def test_ones_own_files_in_force_are_used_unless_told_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MANUAL_SLOP_HOME", str(tmp_path))
    assert str(price("openai/gpt-4o", Usage(1_000_000)).usd) == "2.5"
    (tmp_path / "config/pricing").mkdir(parents=True)
    own = 'provider = "openai"\n[models."gpt-4o"]\ninput = 3\noutput = 11\n'
    (tmp_path / "config/pricing/openai.toml").write_text(own)
    (tmp_path / "config/config.toml").write_text(CONFIG)
    cost = price("openai/gpt-4o", Usage(1_000_000))
    assert (str(cost.usd), cost.source) == ("3", "your pricing/openai.toml")
    assert str(price("acme/m1", Usage(1_000_000)).usd) == "2.5"


def test_all_that_is_handed_out_is_there() -> None:
    assert all(hasattr(cost_tracker, name) for name in cost_tracker.__all__)


def test_importing_it_loads_nothing_heavy() -> None:
    code = "import sys, manual_slop.cost_tracker; print({'litellm', 'pydantic', 'httpx'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"

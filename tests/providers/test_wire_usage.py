"""Token counts of every protocol, read into the same inclusive buckets."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from manual_slop.providers import wire_usage
from manual_slop.values.usage import Usage


@pytest.mark.parametrize(
    ("raw", "usage"),
    [
        (
            {
                "prompt_tokens": 100,
                "completion_tokens": 20,
                "prompt_tokens_details": {"cached_tokens": 64},
                "completion_tokens_details": {"reasoning_tokens": 5},
            },
            Usage(100, 20, 64, 0, 5),
        ),
        (
            {"input_tokens": 10, "cache_read_input_tokens": 50, "cache_creation_input_tokens": 100, "output_tokens": 7},
            Usage(160, 7, 50, 100),
        ),
        (
            {"promptTokenCount": 9, "candidatesTokenCount": 4, "thoughtsTokenCount": 6, "cachedContentTokenCount": 3},
            Usage(9, 10, 3, 0, 6),
        ),
        (
            {"input_tokens": 12, "output_tokens": 8, "input_tokens_details": {"cached_tokens": 4}},
            Usage(12, 8, 4),
        ),
        ({"prompt_eval_count": 3, "eval_count": 2}, Usage(3, 2)),
    ],
    ids=["OpenAI chat", "Anthropic", "Gemini", "OpenAI responses", "Ollama"],
)
def test_each_protocol_is_read_into_the_same_buckets(raw: dict[str, Any], usage: Usage) -> None:
    assert wire_usage.normalise(raw) == usage


@pytest.mark.parametrize("name", ["prompt_cache_hit_tokens", "cached_tokens", "num_cached_tokens"])
def test_cached_tokens_are_found_under_the_names_of_smaller_vendors(name: str) -> None:
    usage = wire_usage.normalise({"prompt_tokens": 100, "completion_tokens": 1, name: 64})

    assert usage is not None
    assert usage.cache_read_tokens == 64


def test_reasoning_that_a_provider_leaves_out_of_the_completion_is_added() -> None:
    raw = {"prompt_tokens": 361, "completion_tokens": 26, "total_tokens": 480}

    usage = wire_usage.normalise({**raw, "completion_tokens_details": {"reasoning_tokens": 93}})

    assert usage is not None
    assert (usage.output_tokens, usage.reasoning_tokens) == (119, 93)


def test_usage_in_pieces_takes_the_last_of_each_field_and_never_the_sum() -> None:
    start = {"input_tokens": 10, "cache_read_input_tokens": 5, "output_tokens": 1}

    merged = wire_usage.merge(wire_usage.merge(None, start), {"output_tokens": 30, "input_tokens": None})

    assert wire_usage.normalise(merged) == Usage(15, 30, 5)


@pytest.mark.parametrize(
    "event",
    [
        {"usage": {"prompt_tokens": 1}},
        {"message": {"usage": {"prompt_tokens": 1}}},
        {"response": {"usage": {"prompt_tokens": 1}}},
        {"x_groq": {"usage": {"prompt_tokens": 1}}},
    ],
)
def test_usage_is_found_wherever_a_protocol_keeps_it(event: dict[str, Any]) -> None:
    assert wire_usage.find(event) == {"prompt_tokens": 1}


@pytest.mark.parametrize("nothing", [{}, {"usage": None}, {"prompt_tokens": None, "completion_tokens": None}])
def test_no_counts_are_unknown_and_not_zero(nothing: dict[str, Any]) -> None:
    assert wire_usage.normalise(nothing) is None


@pytest.mark.parametrize("odd", ["12", -5, True, None, [], float("nan")])
def test_a_count_that_is_no_count_is_left_out(odd: Any) -> None:
    usage = wire_usage.normalise({"prompt_tokens": odd, "completion_tokens": 3})

    assert usage == Usage(0, 3)


@pytest.mark.parametrize(
    ("raw", "usd"),
    [
        ({"cost": 0.00056752}, Decimal("0.00056752")),
        ({"cost": "0.000543"}, Decimal("0.000543")),
        ({"cost": {"total_cost": 0.00528, "input_tokens_cost": 0.00002}}, Decimal("0.00528")),
        ({"cost_in_usd_ticks": 1087500}, Decimal("0.00010875")),
        ({"cost": 0}, Decimal(0)),
        ({"cost": "much"}, None),
        ({"cost": -1}, None),
        ({"cost": float("inf")}, None),
        ({"cost": True}, None),
        ({}, None),
    ],
)
def test_what_the_provider_says_it_charged(raw: dict[str, Any], usd: Decimal | None) -> None:
    assert wire_usage.billed_usd(raw) == usd

"""Our prices against litellm's own, over the whole of its map."""

from __future__ import annotations

import functools
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import astuple
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from manual_slop.money import price
from manual_slop.money.map_rates import rates_from_entry
from manual_slop.values.usage import Usage

OFFLINE = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_MODE": "PRODUCTION", "LITELLM_OFFLINE_MODE": "true"}
CALLS = (Usage(10_000, 1_000, 6_000, 0, 400), Usage(10_000, 1_000, 6_000, 500, 400), Usage(300_000, 2_000))
PRICED_BY_LITELLM = """
import json, sys, litellm
from litellm.types.utils import CompletionTokensDetailsWrapper, PromptTokensDetailsWrapper, Usage
litellm.suppress_debug_info = True
for line in sys.stdin:
    key, provider, tokens_in, tokens_out, read, write, reasoning = json.loads(line)
    usage = Usage(
        prompt_tokens=tokens_in, completion_tokens=tokens_out, total_tokens=tokens_in + tokens_out,
        prompt_tokens_details=PromptTokensDetailsWrapper(cached_tokens=read, cache_creation_tokens=write),
        completion_tokens_details=CompletionTokensDetailsWrapper(reasoning_tokens=reasoning),
    )
    print(repr(sum(litellm.cost_per_token(model=key, custom_llm_provider=provider, usage_object=usage))))
"""


class Call(NamedTuple):
    """One call to a model of the map."""

    key: str
    provider: str
    usage: Usage


def test_every_entry_of_the_map_is_priced_or_unpriced_without_fail() -> None:
    usages = [Usage(), Usage(1_000, 100, 600, 100, 50, 10, 10), Usage(10**6, 10**5)]
    priced = 0
    for key, entry in installed_map().items():
        rates = rates_from_entry(key, entry, "x")
        costs = [price(usage, rates) for usage in usages]
        assert all((cost.usd is None) == (cost.basis == "unpriced") for cost in costs), key
        assert all(cost.usd is None or cost.usd == sum(line.usd for line in cost.lines) for cost in costs), key
        priced += rates is not None
    assert priced > 3_000


def test_our_prices_are_those_of_litellm_but_where_we_know_better() -> None:
    calls = list(sampled_calls())
    differing = [
        (call, ours, theirs)
        for call, theirs in zip(calls, priced_by_litellm(calls), strict=True)
        if not is_same(ours := our_price(call), theirs) and not is_understood(call)
    ]
    assert differing == []
    assert len({call.key for call in calls}) > 250
    assert sum(is_understood(call) for call in calls) < len(calls) / 10


def is_understood(call: Call) -> bool:
    """Where we chose to differ.

    litellm believes the map's zeros, takes half off for what Fireworks caches although the map does not say so,
    ignores caching and tiers at Perplexity, looks at the clock for off-peak hours, and takes a missing rate for 0.
    """
    entry = installed_map()[call.key]
    cached = call.usage.cache_read_tokens > 0
    return (
        believes_a_zero(entry, call.usage)
        or (call.provider == "fireworks_ai" and cached and "cache_read_input_token_cost" not in entry)
        or call.provider == "perplexity"
        or "off_peak_pricing" in entry
        or not {"input_cost_per_token", "tiered_pricing"} & set(entry)
    )


def believes_a_zero(entry: dict[str, Any], usage: Usage) -> bool:
    tokens = {
        "input_cost_per_token": usage.input_tokens,
        "output_cost_per_token": usage.output_tokens,
        "cache_read_input_token_cost": usage.cache_read_tokens,
        "cache_creation_input_token_cost": usage.cache_write_tokens,
    }
    return any(count and entry.get(key) == 0 for key, count in tokens.items())


def sampled_calls() -> Iterator[Call]:
    """Three calls to every tenth priced chat model; of a model listed twice, the entry that litellm takes."""
    chat = [
        (key, provider_of(entry))
        for key, entry in installed_map().items()
        if entry.get("mode") in ("chat", "responses") and rates_from_entry(key, entry, "x")
        if f"{provider_of(entry)}/{key}" not in installed_map()
    ]
    for key, provider in chat[::10]:
        yield from (Call(key, provider, usage) for usage in CALLS)


def provider_of(entry: dict[str, Any]) -> str:
    maker: str = entry["litellm_provider"]
    return "vertex_ai" if maker.startswith("vertex_ai") else maker


def our_price(call: Call) -> Decimal | None:
    return price(call.usage, rates_from_entry(call.key, installed_map()[call.key], "x")).usd


def is_same(ours: Decimal | None, theirs: str) -> bool:
    return ours is not None and abs(ours - Decimal(theirs)) <= ours * Decimal("1e-12")


def priced_by_litellm(calls: list[Call]) -> list[str]:
    rows = [json.dumps([call.key, call.provider, *astuple(call.usage)[:5]]) + "\n" for call in calls]
    done = subprocess.run(
        [sys.executable, "-c", PRICED_BY_LITELLM],
        input="".join(rows),
        capture_output=True,
        text=True,
        env={**os.environ, **OFFLINE},
        check=True,
    )
    return done.stdout.split()


@functools.cache
def installed_map() -> dict[str, Any]:
    spec = importlib.util.find_spec("litellm")
    assert spec is not None
    assert spec.origin is not None
    path = Path(spec.origin).parent / "model_prices_and_context_window_backup.json"
    entries: dict[str, Any] = json.loads(path.read_bytes())
    return entries

"""A newer cost map beside the one in use: what is another price, what is new, what is gone."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from manual_slop.money.map_difference import Change, map_difference

D = Decimal


def priced(into: float, out: float, **more: Any) -> dict[str, Any]:
    return {"mode": "chat", "input_cost_per_token": into, "output_cost_per_token": out, **more}


def test_the_same_map_differs_in_nothing() -> None:
    entries = {"a": priced(1e-6, 2e-6), "no price": {"mode": "chat"}, "odd": 3}
    found = map_difference(entries, dict(entries))
    assert found.none
    assert (found.changed, found.new, found.gone) == ((), (), ())


def test_each_rate_that_is_another_one_is_named_with_both() -> None:
    same = priced(1e-6, 2e-6)
    old = {"b": same, "a": same, "same": same}
    new = {
        "b": priced(1e-6, 4e-6),
        "a": priced(3e-6, 2e-6, cache_read_input_token_cost=5e-7),
        "same": priced(1e-6, 2e-6),
    }
    assert map_difference(old, new).changed == (
        Change("a", "input", D(1), D(3)),
        Change("a", "cached_input", None, D("0.5")),
        Change("b", "output", D(2), D(4)),
    )


def test_a_tier_is_compared_where_it_begins() -> None:
    old = {"a": priced(1e-6, 2e-6, input_cost_per_token_above_200k_tokens=2e-6)}
    new = {"a": priced(1e-6, 2e-6, input_cost_per_token_above_200k_tokens=3e-6)}
    assert map_difference(old, new).changed == (Change("a", "input", D(2), D(3), 200_000),)


def test_models_with_a_price_are_new_and_gone_and_others_are_neither() -> None:
    found = map_difference(
        {"old": priced(1e-6, 1e-6), "x": {"mode": "chat"}}, {"z": priced(1e-6, 1e-6), "n": priced(0, 1e-6), "y": {}}
    )
    assert (found.new, found.gone, found.none) == (("n", "z"), ("old",), False)

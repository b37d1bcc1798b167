"""Where tickets stand in the picture of what they depend on."""

from __future__ import annotations

import random

from manual_slop.app.layers import layers


def test_each_ticket_stands_to_the_right_of_all_it_depends_on():
    dice = random.Random(1)
    graph = {f"t{n}": [f"t{dice.randrange(n)}" for _ in range(dice.randrange(4))] if n else [] for n in range(1_000)}
    found = layers(graph)
    assert found.places.keys() == graph.keys()
    assert all(found.places[before][0] < found.places[after][0] for before, after in found.links)
    assert len(set(found.places.values())) == len(graph)


def test_a_chain_is_one_row_and_its_links_are_straight():
    found = layers({"a": [], "b": ["a"], "c": ["b"]})
    assert found.places == {"a": (0, 0), "b": (1, 0), "c": (2, 0)}
    assert found.links == (("a", "b"), ("b", "c"))


def test_two_chains_do_not_cross():
    found = layers({"a1": [], "b1": [], "b2": ["b1"], "a2": ["a1"]})
    assert (found.places["a1"][1] < found.places["b1"][1]) == (found.places["a2"][1] < found.places["b2"][1])


def test_a_cycle_and_what_is_missing_do_no_harm():
    found = layers({"a": ["b"], "b": ["a"], "c": ["a", "nobody"], "d": ["d"]})
    assert found.places.keys() == {"a", "b", "c", "d"}
    assert ("nobody", "c") not in found.links


def test_nothing_stands_nowhere():
    assert not layers({}).places

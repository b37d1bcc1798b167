"""What a node of the budget tree is called, and what its error says."""

from __future__ import annotations

import pytest

from manual_slop.values.budget import BudgetExceeded, Limit, NodeState, Path, node_name


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (("all",), "everything"),
        (("all", "session 1f2e3d4c5b6a"), "session 1f2e3d4c"),
        (("all", "day 2026-11-23"), "day 2026-11-23"),
        (("all", "session ab", "epic of two words"), "epic of two words"),
        (("all", "session ab", "tier 3", "ticket a-long-name-of-a-ticket"), "ticket a-long-name-of-a-ticket"),
    ],
)
def test_a_node_is_called_what_a_person_calls_it(path: Path, name: str) -> None:
    assert node_name(path) == name


def test_a_refusal_says_whose_call_it_was_and_whose_limit() -> None:
    node = NodeState(("all",), Limit(tokens=5))
    refused = BudgetExceeded(node, "acme", "acme/m1", "too much", "ask for less")
    assert (refused.kind, refused.provider, refused.model, refused.node) == ("budget", "acme", "acme/m1", node)
    assert (refused.message, refused.advice) == ("too much", "ask for less")

"""Why a call was not made: whose budget is full, by how much, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from manual_slop.values.budget import Amount, BudgetExceeded, NodeState, node_name
from manual_slop.values.usage import format_usd

_SETTINGS: Mapping[str, str] = {
    "all": "total under [budgets] in config.toml",
    "day": "per_day under [budgets] in config.toml",
    "month": "per_month under [budgets] in config.toml",
    "session": "--budget, or per_session under [budgets] in config.toml",
}


def refusal(node: NodeState, worst: Amount, provider: str, model: str) -> BudgetExceeded:
    """The error for a call that a node has no room for."""
    where = _SETTINGS.get(node.path[-1].partition(" ")[0], f"the budget of {node_name(node.path)}")
    if worst.unpriced and node.limit.usd is not None and not node.limit.unpriced:
        message = f"nobody knows what {model} costs, and {node_name(node.path)} has a budget in USD"
        advice = f"Write its price into a file of pricing/, or let unpriced calls through: “,unpriced” after {where}."
        return BudgetExceeded(node, provider, model, message, advice)
    advice = f"Nothing was sent: raise {where}, send less, set a smaller --max-tokens, or choose a cheaper model."
    return BudgetExceeded(node, provider, model, f"{model} may come to {_shortage(node, worst)}", advice)


def _shortage(node: NodeState, worst: Amount) -> str:
    """`$0.33, and $0.12 of the $2.00 for session 1f2e3d4c is left ($1.70 spent, $0.18 set aside)`."""
    limit, spent, aside = node.limit, node.spent, node.reserved
    if limit.usd is not None and worst.usd and spent.usd + aside.usd + worst.usd > limit.usd:
        left = format_usd(max(Decimal(0), limit.usd - spent.usd - aside.usd))
        use = f"{format_usd(spent.usd)} spent, {format_usd(aside.usd)} set aside for calls under way"
        whose = f"{format_usd(limit.usd)} for {node_name(node.path)}"
        return f"{format_usd(worst.usd)}, and {left} of the {whose} is left ({use})"
    most = limit.tokens or 0
    rest = max(0, most - spent.tokens - aside.tokens)
    use = f"{spent.tokens:,} spent, {aside.tokens:,} set aside for calls under way"
    return f"{worst.tokens:,} tokens, and {rest:,} of the {most:,} for {node_name(node.path)} are left ({use})"

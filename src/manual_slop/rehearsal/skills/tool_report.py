"""Skill: tell what the tools answered."""

from __future__ import annotations

import json

from manual_slop.rehearsal.conversation import Conversation, Exchange, Step

_LONGEST_RESULT = 600


def report_results(conversation: Conversation) -> Step | None:
    """After tools have run for a question of no special kind: what each was asked and what it said."""
    exchanges = conversation.exchanges
    if not exchanges:
        return None
    lines = [_told(exchange) for exchange in exchanges]
    start = "The tool answered:" if len(lines) == 1 else "The tools answered:"
    return Step("\n".join([start, "", *lines]), thought="The tools have answered; I pass on what they said.")


def _told(exchange: Exchange) -> str:
    arguments = ", ".join(
        f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in exchange.arguments.items()
    )
    result = exchange.result.strip()
    short = result if len(result) <= _LONGEST_RESULT else result[:_LONGEST_RESULT] + " …"
    return f"- `{exchange.name}({arguments})`: {short or '(nothing)'}"

"""Skill: work out a sum."""

from __future__ import annotations

import re

from manual_slop.rehearsal.conversation import Conversation, Step
from manual_slop.rehearsal.craft.arithmetic import NoSum, find_sum, work_out, written

_ASKS = re.compile(r"\b(?:what(?:'s| is| are)|how much|calculate|compute|work out|evaluate|solve)\b|=\s*\??\s*$", re.I)


def work_out_sums(conversation: Conversation) -> Step | None:
    """Answers "what is 17*23?", exactly; leaves dates and versions in other questions alone."""
    asked = conversation.asked.strip()
    expression = find_sum(asked)
    if expression is None or conversation.exchanges or not (_ASKS.search(asked) or expression == asked):
        return None
    thought = f"There is a sum to work out: {expression}."
    try:
        return Step(f"{expression} = {written(work_out(expression))}".replace("= ≈", "≈"), thought=thought)
    except NoSum as why:
        return Step(f"I cannot work out {expression}: {why}.", thought=thought)

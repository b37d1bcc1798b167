"""Skill: say in a sentence what is wrong with a command that failed, by what it printed."""

from __future__ import annotations

from manual_slop.rehearsal.conversation import Conversation, Step
from manual_slop.rehearsal.skills.fixing.outcome import read_outcome

_HEADING = "# A command failed\n"


def diagnose_failure(conversation: Conversation) -> Step | None:
    """Names the failing tests and the first complaint; where it finds none, the last line that was printed."""
    if not conversation.asked.startswith(_HEADING):
        return None
    outcome = read_outcome(conversation.asked)
    if outcome.failing or outcome.words:
        failing = f"{', '.join(outcome.failing[:3])} failed" if outcome.failing else "It failed"
        why = f": {outcome.words[0]}" if outcome.words else ""
        return Step(f"{failing}{why}.", exact=True)
    printed = [line.strip() for line in conversation.asked.splitlines() if line.strip() and line[0] not in "<["]
    return Step(f"The last it said is: {printed[-1]}", exact=True)

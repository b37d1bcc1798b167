"""The yes that a tool call carries with it: what was approved, and which turn it belongs to."""

from __future__ import annotations

from dataclasses import dataclass

from manual_slop.store.effects import Effect
from manual_slop.values.approval import Action


@dataclass(frozen=True, slots=True)
class Permit:
    """That `action` may happen, once. `key` is unique to the call: a second effect with that key is never begun."""

    action: Action
    turn_id: str = ""
    key: str = ""

    @property
    def effect(self) -> Effect:
        """What the journal is told of it; whoever carries it out adds what it changes."""
        action = self.action
        return Effect(action.tool, action.session_id, self.turn_id, action.call_id, self.key, action.digest)

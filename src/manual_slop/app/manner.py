"""How a person wants models spoken to: parameters, approval, tools and instructions, as a value changed by copies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from manual_slop.safety.approval import Mode
from manual_slop.safety.approval_rules import Rule
from manual_slop.values.approval import Decision
from manual_slop.values.tools import RISKS, Risk

Value = float | int | str | tuple[str, ...]

_STRICTEST: tuple[Mode, ...] = ("never", "ask", "edits", "all")
_WHERE = "chosen in AI Settings or by a preset"


@dataclass(frozen=True, slots=True)
class Manner:
    """What is not set is as it would be without: the provider's default, `config.toml`'s mode, all tools.

    `params` are model parameters by name; `risks` decide beforehand about tools that reach so far; `off` are the names
    of tools that are not offered, `system` stands in the place of the program's own instructions. All are sorted.
    """

    params: tuple[tuple[str, Value], ...] = ()
    mode: Mode | None = None
    risks: tuple[tuple[Risk, Decision], ...] = ()
    off: tuple[str, ...] = ()
    system: str | None = None

    def param(self, name: str) -> Value | None:
        """A parameter's value; `None` leaves it to the provider."""
        return dict(self.params).get(name)

    def with_param(self, name: str, value: Value | None) -> Manner:
        """The same with another value, or with none."""
        return replace(self, params=_put(dict(self.params), name, value))

    def decision(self, risk: Risk) -> Decision | None:
        """What is decided about such tools beforehand."""
        return dict(self.risks).get(risk)

    def with_decision(self, risk: Risk, decision: Decision | None) -> Manner:
        """The same with another decision about such tools, or with none."""
        return replace(self, risks=_put(dict(self.risks), risk, decision))

    def with_tool(self, name: str, on: bool) -> Manner:
        """The same with a tool offered, or not."""
        return replace(self, off=tuple(sorted({*self.off} - {name} if on else {*self.off, name})))

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The decisions as the policy wants them."""
        return tuple(Rule(decision, risk=risk, where=_WHERE) for risk, decision in self.risks)

    @property
    def changes(self) -> int:
        """How many things are set."""
        rest = sum((self.mode is not None, bool(self.off), self.system is not None))
        return len(self.params) + len(self.risks) + rest

    def no_looser(self, before: Manner, own_mode: Mode) -> Manner:
        """The same, but what `before` holds back is held back still; `own_mode` is the one where `before` has none.

        For what a project proposes: it may tighten what the person lets through, and never loosen it.
        """
        stricter = _STRICTEST.index(self.mode or "all") < _STRICTEST.index(before.mode or own_mode)
        risks: list[tuple[Risk, Decision]] = []
        for risk in RISKS:
            said = {self.decision(risk), before.decision(risk)}
            decision: Decision | None = "deny" if "deny" in said else "ask" if "ask" in said else None
            if decision:
                risks.append((risk, decision))
        off = tuple(sorted({*self.off, *before.off}))
        return replace(self, mode=self.mode if stricter else before.mode, risks=tuple(risks), off=off)


def decisions_for(risk: Risk) -> tuple[Decision, ...]:
    """What may be decided about such tools beforehand: commands and the network are never let through unseen."""
    return ("allow", "ask", "deny") if risk == "WRITE" else ("ask", "deny")


def _put(known: dict[Any, Any], name: str, value: Any) -> tuple[tuple[Any, Any], ...]:
    known.pop(name, None)
    if value is not None:
        known[name] = value
    return tuple(sorted(known.items()))

"""Which actions need a person: a pure judgement of the mode they chose and the rules they wrote."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

from manual_slop.safety.approval_rules import Rule
from manual_slop.safety.protected import may_hold_keys
from manual_slop.values.approval import Action, Decision, Verdict
from manual_slop.values.tools import RISKS

Mode = Literal["ask", "edits", "never", "all"]
MODES: tuple[Mode, ...] = get_args(Mode)
MODE_WORDS: Mapping[Mode, str] = MappingProxyType(
    {
        "ask": "reading goes through, everything else asks",
        "edits": "changes of files in the project go through, the rest asks",
        "never": "reading only, nothing is asked",
        "all": "everything goes through but protected names: nobody is asked",
    }
)
"""What each lets through, as people are told."""

_REACH: Mapping[str, str] = MappingProxyType(
    {
        "READ": "it only reads",
        "WRITE": "it changes files",
        "EXECUTE": "it runs a command",
        "NETWORK": "it reaches out to the network",
    }
)
_NOT_BENEATH = re.compile(r"^[/\\~]|^[A-Za-z]:|://|\\|(?:^|/)\.\.(?:/|$)")


@dataclass(frozen=True, slots=True)
class Policy:
    """What goes through, what waits for a person and what is refused; deny stands above ask, ask above allow.

    Modes: `ask` lets readers through; `edits` also changes of unprotected files in the project; `never` readers only,
    and asks for nothing else; `all` everything but protected names and what a rule denies or asks about.
    `tests_allowed` lets `run_tests` through, whose command stands in the person's own settings.
    """

    mode: Mode = "ask"
    rules: tuple[Rule, ...] = ()
    tests_allowed: bool = False

    def judge(self, action: Action) -> Verdict:
        """The verdict on one action, and why."""
        for decide in (self._denied, self._never, self._beyond_rules, self._asked, self._allowed):
            if verdict := decide(action):
                return verdict
        reach = _REACH.get(action.risk or "", "how far it reaches is not known")
        if rule := self._rule("allow", action):
            return Verdict("ask", f"{reach}, which no rule can allow beforehand: {rule} is not enough")
        return Verdict("ask", f"{reach}, and mode “{self.mode}” asks about that")

    def _denied(self, action: Action) -> Verdict | None:
        rule = self._rule("deny", action)
        return Verdict("deny", f"denied by {rule}") if rule else None

    def _never(self, action: Action) -> Verdict | None:
        if self.mode != "never" or action.risk == "READ":
            return None
        return Verdict("deny", "mode “never” lets tools read and do nothing else")

    def _beyond_rules(self, action: Action) -> Verdict | None:
        if action.preview.kind == "file":
            return self._keys(action)
        if action.preview.protected:
            if self.mode == "never":
                return Verdict("deny", "it touches a protected name, and mode “never” asks nobody")
            return Verdict("ask", "it touches a protected name, which is asked about in every mode")
        if action.risk not in RISKS:
            return Verdict("ask", "how far it reaches is not known")
        return None

    def _keys(self, action: Action) -> Verdict:
        """Reading a file that may hold keys: only a rule that names such files allows it beforehand."""
        what = "it may hold keys, and what is read goes to the model's provider"
        for rule in self.rules:
            if rule.decision == "allow" and may_hold_keys(rule.path.split("/")) and rule.fits(action):
                return Verdict("allow", f"allowed by {rule}")
        if self.mode == "never":
            return Verdict("deny", f"{what}, and mode “never” asks nobody")
        return Verdict("ask", f"{what}, which is asked about in every mode")

    def _asked(self, action: Action) -> Verdict | None:
        rule = self._rule("ask", action)
        return Verdict("ask", f"asked because of {rule}") if rule else None

    def _allowed(self, action: Action) -> Verdict | None:
        if action.risk == "READ":
            return Verdict("allow", _REACH["READ"])
        if self.mode == "all":
            return Verdict("allow", "mode “all” lets everything through unasked")
        if self.tests_allowed and _is_plain_test_run(action):
            return Verdict("allow", "the person's own test command, which their settings allow")
        return self._change_allowed(action) if action.risk == "WRITE" else None

    def _change_allowed(self, action: Action) -> Verdict | None:
        if rule := self._rule("allow", action):
            return Verdict("allow", f"allowed by {rule}")
        if self.mode == "edits" and _is_within_project(action):
            return Verdict("allow", "a change inside the project, which mode “edits” lets through")
        return None

    def _rule(self, decision: Decision, action: Action) -> Rule | None:
        return next((rule for rule in self.rules if rule.decision == decision and rule.fits(action)), None)


def _is_plain_test_run(action: Action) -> bool:
    return action.tool == "run_tests" and action.risk == "EXECUTE" and action.arguments in {"", "{}"}


def _is_within_project(action: Action) -> bool:
    targets = action.preview.targets
    return bool(targets) and not any(not target or _NOT_BENEATH.search(target) for target in targets)

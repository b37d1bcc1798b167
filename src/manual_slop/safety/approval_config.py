"""The person's `[approval]` settings made a policy; what is wrong in them never lets anything more through.

[approval]
mode = "edits"             # ask (when nothing is said), edits or never
run_tests = "allow"        # lets the project's own test command run unasked

[[approval.rules]]
decision = "deny"          # deny, ask or allow
tool = "run_*"
path = "secrets/**"
risk = "WRITE"
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast, get_args

from manual_slop.providers.config import ConfigIssue
from manual_slop.providers.config_checks import near_miss
from manual_slop.providers.own_files import read_own_text
from manual_slop.providers.toml_lines import key_lines, parse_toml
from manual_slop.safety.approval import MODES, Mode, Policy
from manual_slop.safety.approval_rules import Rule
from manual_slop.values import paths
from manual_slop.values.approval import Decision
from manual_slop.values.tools import RISKS, Risk

_DECISIONS: tuple[Decision, ...] = get_args(Decision)
_KEYS = ("mode", "run_tests", "rules")
_RULE_KEYS = ("decision", "tool", "path", "risk")


def load_policy(path: Path | None = None) -> tuple[Policy, tuple[ConfigIssue, ...]]:
    """The policy of `config.toml` (of the config folder, unless told) and what is wrong with it, by line.

    A rule that cannot be read becomes one that asks about everything, unless it was to allow something. Raises
    `ConfigError` for a file that cannot be read or is not TOML.
    """
    path = path or paths.config_dir() / "config.toml"
    text = read_own_text(path)
    if text is None:
        return Policy(), ()
    return _Reader(path, text).policy()


class _Reader:
    """Reads one `[approval]` table and gathers what is wrong with it."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._table = parse_toml(text, path).get("approval", {})
        self._lines = key_lines(text)
        self._issues: list[ConfigIssue] = []
        self._rules: list[Rule] = []

    def policy(self) -> tuple[Policy, tuple[ConfigIssue, ...]]:
        if not isinstance(self._table, dict):
            self._distrust((), "must be a table")
            return Policy(rules=tuple(self._rules)), tuple(self._issues)
        for key in self._table:
            if key not in _KEYS:
                self._distrust((key,), f"is not known here{near_miss(key, _KEYS)}")
        self._read_rules(self._table.get("rules", []))
        policy = Policy(self._mode(), tuple(self._rules), self._tests_allowed())
        return policy, tuple(sorted(self._issues, key=lambda issue: issue.line or 0))

    def _mode(self) -> Mode:
        mode = self._table.get("mode", "ask")
        if mode == "all":
            self._issue(("mode",), "cannot be “all” in a settings file: say --approve all each time you mean it")
        elif mode not in MODES:
            self._issue(("mode",), f"must be ask, edits or never{near_miss(str(mode), MODES[:3])}")
        else:
            return cast("Mode", mode)
        return "ask"

    def _tests_allowed(self) -> bool:
        wanted = self._table.get("run_tests", "ask")
        if wanted not in ("ask", "allow"):
            self._issue(("run_tests",), "must be ask or allow")
        return bool(wanted == "allow")

    def _read_rules(self, rules: Any) -> None:
        if not isinstance(rules, list):
            self._distrust(("rules",), "must be written as [[approval.rules]]")
            return
        for number, table in enumerate(rules):
            place = ("rules", str(number))
            if not isinstance(table, dict):
                self._distrust(place, "must be a table")
            elif problem := _problem(table):
                key, message = problem
                keys = (*place, key) if key in table else place
                if table.get("decision") == "allow":
                    self._issue(keys, message)
                else:
                    self._distrust(keys, message)
            else:
                self._rules.append(_rule(table, self._where(place)))

    def _where(self, keys: tuple[str, ...]) -> str:
        line = self._lines.get(("approval", *keys))
        return f"{self._path.name}:{line}" if line else self._path.name

    def _issue(self, keys: tuple[str, ...], message: str) -> None:
        where = ("approval", *keys)
        self._issues.append(ConfigIssue(self._path, self._lines.get(where), f"{'.'.join(where)} {message}"))

    def _distrust(self, keys: tuple[str, ...], message: str) -> None:
        """What was meant may have been a limit: until it is mended, everything is asked about."""
        self._issue(keys, f"{message}; until this is mended, everything is asked about")
        self._rules.append(Rule("ask", where=f"{self._where(keys)} cannot be read"))


def _problem(table: Mapping[str, Any]) -> tuple[str, str] | None:
    """The key that makes a rule unreadable, and why."""
    for key, value in table.items():
        if key not in _RULE_KEYS:
            return key, f"is not known here{near_miss(key, _RULE_KEYS)}"
        if not isinstance(value, str) or not value:
            return key, "must be a text"
    if table.get("decision") not in _DECISIONS:
        return "decision", "must have a decision: deny, ask or allow"
    risk = table.get("risk", "READ")
    if risk not in RISKS:
        return "risk", f"must be one of {', '.join(RISKS)}{near_miss(risk.upper(), RISKS)}"
    if table["decision"] == "allow" and risk in ("EXECUTE", "NETWORK"):
        return "risk", f"cannot be allowed beforehand: {risk} is asked about each time, or allowed for one session"
    return None


def _rule(table: Mapping[str, Any], where: str) -> Rule:
    risk = cast("Risk | None", table.get("risk"))
    return Rule(table["decision"], table.get("tool", ""), table.get("path", ""), risk, where)

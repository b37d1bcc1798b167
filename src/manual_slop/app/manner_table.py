"""A manner as a TOML table and back: whatever is wrong in one is said, with the key at fault."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from manual_slop.app.knobs import KNOBS, knob
from manual_slop.app.manner import Manner, Value, decisions_for
from manual_slop.providers.config_checks import near_miss
from manual_slop.safety.approval import MODES, Mode
from manual_slop.values.approval import Decision
from manual_slop.values.tools import RISKS, Risk

_KEYS = ("params", "mode", "risks", "tools_off", "system")
_KEPT_MODES = tuple(mode for mode in MODES if mode != "all")
_LONGEST_SYSTEM = 200_000


class Fault(Exception):
    """What is wrong, under which keys."""

    def __init__(self, keys: tuple[str, ...], message: str) -> None:
        super().__init__(message)
        self.keys = keys


def as_table(manner: Manner) -> dict[str, Any]:
    """What is set, and nothing else."""
    table: dict[str, Any] = {}
    if manner.mode is not None:
        table["mode"] = manner.mode
    if manner.system is not None:
        table["system"] = manner.system
    if manner.off:
        table["tools_off"] = list(manner.off)
    if manner.params:
        table["params"] = {name: list(value) if isinstance(value, tuple) else value for name, value in manner.params}
    if manner.risks:
        table["risks"] = dict(manner.risks)
    return table


def from_table(table: Mapping[str, Any]) -> Manner:
    """The manner that a table describes. Raises `Fault`."""
    for key in table:
        if key not in _KEYS:
            raise Fault((key,), f"{key} is not known here{near_miss(key, _KEYS)}")
    return Manner(_params(table), _mode(table), _risks(table), _off(table), _system(table))


def _params(table: Mapping[str, Any]) -> tuple[tuple[str, Value], ...]:
    params: dict[str, Value] = {}
    for name, value in _table(table, "params").items():
        found = knob(name)
        if found is None:
            raise Fault(("params", name), f"{name} is no parameter{near_miss(name, [one.name for one in KNOBS])}")
        try:
            params[name] = found.checked(value)
        except ValueError as error:
            raise Fault(("params", name), f"{name} {error}") from None
    return tuple(sorted(params.items()))


def _mode(table: Mapping[str, Any]) -> Mode | None:
    mode = table.get("mode")
    if mode is not None and mode not in _KEPT_MODES:
        raise Fault(("mode",), f"mode must be {', '.join(_KEPT_MODES)}, not “{mode}”")
    return cast("Mode | None", mode)


def _risks(table: Mapping[str, Any]) -> tuple[tuple[Risk, Decision], ...]:
    risks: list[tuple[Risk, Decision]] = []
    for name, decision in _table(table, "risks").items():
        risk = next((one for one in RISKS if one == name), None)
        if risk is None:
            raise Fault(("risks", name), f"{name} is no risk{near_miss(name.upper(), RISKS)}")
        if decision not in decisions_for(risk):
            raise Fault(("risks", name), f"{name} must be one of {', '.join(decisions_for(risk))}")
        risks.append((risk, cast("Decision", decision)))
    return tuple(sorted(risks))


def _off(table: Mapping[str, Any]) -> tuple[str, ...]:
    off = table.get("tools_off", [])
    if not isinstance(off, list) or not all(isinstance(name, str) and name.isprintable() for name in off):
        raise Fault(("tools_off",), "tools_off must be a list of names of tools")
    return tuple(sorted(set(off)))


def _system(table: Mapping[str, Any]) -> str | None:
    system = table.get("system")
    if system is not None and (not isinstance(system, str) or len(system) > _LONGEST_SYSTEM):
        raise Fault(("system",), f"system must be a text of at most {_LONGEST_SYSTEM:,} characters")
    return system


def _table(table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = table.get(key, {})
    if not isinstance(found, dict):
        raise Fault((key,), f"{key} must be a table")
    return found

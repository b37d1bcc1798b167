"""What the person's `config.toml` says about keeping sessions.

[sessions]
record = true        # whether `send` and `chat` record what is said
keep_days = 0        # `sessions prune` offers to delete those not touched for so long; 0: none
wire_log = true      # whether requests and answers are kept as they went over the wire
wire_days = 30       # how long; `sessions prune` offers to delete older ones; 0: forever
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from manual_slop.providers.config import Config, ConfigIssue
from manual_slop.providers.config_checks import Wrong, as_truth, near_miss


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """`keep_days` and `wire_days` are 0 where nothing is offered for deletion by its age.

    `issues` say what is wrong; the defaults stand in its place.
    """

    record: bool = True
    keep_days: int = 0
    wire_log: bool = True
    wire_days: int = 30
    issues: tuple[ConfigIssue, ...] = ()


def session_settings(config: Config) -> SessionSettings:
    """The `[sessions]` table, as far as it is right."""
    good: dict[str, Any] = {}
    issues = []
    for key, value in config.rooms.get("sessions", {}).items():
        try:
            if key not in _CHECKS:
                raise Wrong(f"is not known here{near_miss(key, _CHECKS)}")
            good[key] = _CHECKS[key](value)
        except Wrong as wrong:
            line = config.lines.get(("sessions", key))
            issues.append(ConfigIssue(config.path, line, f"sessions.{key} {wrong}"))
    return SessionSettings(**good, issues=tuple(issues))


def _as_days(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= 36_500:
        raise Wrong("must be a whole number of days; 0 keeps everything")
    return value


_CHECKS: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {"record": as_truth, "keep_days": _as_days, "wire_log": as_truth, "wire_days": _as_days}
)

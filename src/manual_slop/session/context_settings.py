"""What the person's `config.toml` says about the room for a conversation.

[context]
warn_at = 0.8                  # say when so much of the window is taken
compact_at = "never"           # or a part of 1: older turns are then summarised without asking
model = "openai/gpt-4o-mini"   # who writes summaries; when nothing is said, the model that is talked to

[context.windows]
"acme/m1" = 32768              # what a model takes in, where nobody else says or what they say is wrong
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from manual_slop.providers.config import Config, ConfigIssue
from manual_slop.providers.config_checks import Wrong, as_table, as_text, near_miss

WARN_AT = 0.8
NEVER = "never"


@dataclass(frozen=True, slots=True)
class ContextSettings:
    """`compact_at` is `None` where nothing is summarised unasked, `model` empty for the one that is talked to.

    `windows` are in tokens, by model. `issues` say what is wrong; the defaults stand in its place.
    """

    warn_at: float = WARN_AT
    compact_at: float | None = None
    model: str = ""
    windows: Mapping[str, int] = field(default_factory=dict)
    issues: tuple[ConfigIssue, ...] = ()


def context_settings(config: Config) -> ContextSettings:
    """The `[context]` table, as far as it is right."""
    issues: list[ConfigIssue] = []
    table = config.rooms.get("context", {})
    good = _checked(config, ("context",), table, _CHECKS, issues)
    windows = _checked(config, ("context", "windows"), good.get("windows", {}), None, issues)
    return ContextSettings(
        good.get("warn_at", WARN_AT),
        good.get("compact_at"),
        good.get("model", ""),
        MappingProxyType(windows),
        tuple(issues),
    )


def _checked(
    config: Config,
    above: tuple[str, ...],
    table: Mapping[str, Any],
    checks: Mapping[str, Callable[[Any], Any]] | None,
    issues: list[ConfigIssue],
) -> dict[str, Any]:
    good = {}
    for key, value in table.items():
        try:
            if checks is not None and key not in checks:
                raise Wrong(f"is not known here{near_miss(key, checks)}")
            good[key] = _as_tokens(value) if checks is None else checks[key](value)
        except Wrong as wrong:
            line = config.lines.get((*above, key))
            issues.append(ConfigIssue(config.path, line, f"{'.'.join((*above, key))} {wrong}"))
    return good


def _as_part(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or not 0 < value <= 1:
        raise Wrong("must be a number above 0 and at most 1, such as 0.8")
    return float(value)


def _as_part_or_never(value: Any) -> float | None:
    if value == NEVER:
        return None
    try:
        return _as_part(value)
    except Wrong:
        pass
    raise Wrong(f'must be "{NEVER}", or a number above 0 and at most 1, such as 0.9')


def _as_tokens(value: Any) -> int:
    if type(value) is not int or value < 1:
        raise Wrong("must be a whole number of tokens")
    return value


_CHECKS: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {"warn_at": _as_part, "compact_at": _as_part_or_never, "model": as_text, "windows": as_table}
)

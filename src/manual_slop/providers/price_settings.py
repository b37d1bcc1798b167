"""What the person's `config.toml` says about prices.

[prices]
stale_after_days = 90           # say so where a price is older than this
map_url = "https://…"           # where `manual-slop price --refresh` fetches litellm's map from, if not from litellm
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from manual_slop.providers.config import Config, ConfigIssue
from manual_slop.providers.config_checks import Wrong, as_base_url, near_miss

STALE_AFTER_DAYS = 90
MAP_URL = "https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json"
"""Where litellm itself looks for a newer map."""


@dataclass(frozen=True, slots=True)
class PriceSettings:
    """`issues` say what is wrong in the table; the defaults stand in its place."""

    stale_after_days: int = STALE_AFTER_DAYS
    map_url: str = MAP_URL
    issues: tuple[ConfigIssue, ...] = ()


def price_settings(config: Config) -> PriceSettings:
    """The `[prices]` table, as far as it is right."""
    good: dict[str, Any] = {}
    issues: list[ConfigIssue] = []
    for key, value in config.rooms.get("prices", {}).items():
        try:
            if key not in _CHECKS:
                raise Wrong(f"is not known here{near_miss(key, _CHECKS)}")
            good[key] = _CHECKS[key](value)
        except Wrong as wrong:
            issues.append(ConfigIssue(config.path, config.lines.get(("prices", key)), f"prices.{key} {wrong}"))
    return PriceSettings(**good, issues=tuple(issues))


def _as_days(value: Any) -> int:
    if type(value) is not int or not 0 < value <= 36_500:
        raise Wrong("must be a whole number of days above 0")
    return value


_CHECKS: Mapping[str, Callable[[Any], Any]] = MappingProxyType({"stale_after_days": _as_days, "map_url": as_base_url})

"""One thing that `manual-slop doctor` looked at, and how it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["good", "note", "warn", "bad"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`bad` stands in the way, `warn` may do so one day, `note` is neither."""

    topic: str
    level: Level
    text: str

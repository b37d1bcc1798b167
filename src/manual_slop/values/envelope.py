"""An event with where it came from and when: what the store keeps and what crosses between threads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from manual_slop.values.events import Event


@dataclass(frozen=True, slots=True)
class Envelope:
    """`source` is a session's id; `number` counts its events from 1 without a gap; `at` is in UTC."""

    source: str
    number: int
    at: datetime
    event: Event

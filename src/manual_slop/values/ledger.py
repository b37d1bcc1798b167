"""The ledger's entry: one settled provider call, with all that is known of what it used and cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from manual_slop.values.usage import Cost, Usage

Purpose = Literal[
    "chat", "tool round", "retry", "cancelled", "interrupted", "compaction", "title", "planning", "qa", "diagnosis"
]


@dataclass(frozen=True, slots=True)
class Origin:
    """On whose behalf a conversation spends. `session_id` is the session that began the work, where another did."""

    session_id: str = ""
    epic: str = ""
    track: str = ""
    tier: str = ""
    ticket: str = ""


NOBODY = Origin()


@dataclass(frozen=True, slots=True)
class UsageRecorded:
    """One provider call is settled, also one that failed, was stopped or was tried again: an entry of the ledger.

    `model` is what was asked for (`provider/name`), `answered` the name the provider answered under. `error` is the
    kind of the error that ended it, `rates` the price list in force as JSON (see `money.rates`), empty when unpriced.
    `began` and `ended` are in UTC; `None` only where nobody noted them.
    """

    model: str
    usage: Usage
    cost: Cost
    purpose: Purpose = "chat"
    call_id: str = ""
    session_id: str = ""
    turn_id: str = ""
    origin: Origin = NOBODY
    provider: str = ""
    answered: str = ""
    error: str = ""
    request_id: str = ""
    rates: str = ""
    began: datetime | None = None
    ended: datetime | None = None

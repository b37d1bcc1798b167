"""What each tier has used, call by call: in the conversations open here, those they began, and the tracks shown."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from decimal import Decimal
from typing import TypedDict

from manual_slop.app.app_state import AppState
from manual_slop.app.conversation import Conversation
from manual_slop.app.news import Loaded, News
from manual_slop.app.recorded import LEDGER, RECALLED
from manual_slop.app.track_watch import CALLS
from manual_slop.money.what_if import TIERS
from manual_slop.values.ledger import UsageRecorded


class TierRow(TypedDict):
    """Tokens in, out and cached, of which `cached` is part of `input`; `cost` in USD leaves `unpriced` calls out.

    `model` is whom the last call went to, empty before the first.
    """

    input: int
    output: int
    model: str
    cached: int
    cost: Decimal
    unpriced: int
    calls: int


class TierUsage:
    """Four rows, added to by every `UsageRecorded`; a call is counted once, however often it is told.

    `read_ledger` has the ledger of a session come into the state: what one that is brought back had used before.
    """

    def __init__(self, state: AppState, read_ledger: Callable[[str], None] = lambda _session_id: None) -> None:
        self._state = state
        self._read_ledger = read_ledger
        self._seen: set[Hashable] = set()
        self._rows = {
            tier: TierRow(input=0, output=0, model="", cached=0, cost=Decimal(0), unpriced=0, calls=0) for tier in TIERS
        }

    @property
    def table(self) -> dict[str, TierRow]:
        """`{"Tier 1": {"input": …, "output": …, "model": …, …}, … "Tier 4": …}`, a copy."""
        return {f"Tier {tier}": row.copy() for tier, row in self._rows.items()}

    def take_up(self, news: News) -> None:
        """Count what is new in it."""
        match news.what:
            case UsageRecorded() as entry:
                self._add((entry,))
            case Loaded(what="track calls" as what, value=tuple() as entries) if what == CALLS:
                self._add(entries)
            case Loaded(what="session recalled" as what, value=Conversation() as conversation) if what == RECALLED:
                self._add(conversation.calls)
                self._read_ledger(conversation.session_id)
            case Loaded(what="ledger" as what, key=session_id, value=list() as entries) if what == LEDGER:
                if session_id and any(one.session_id == session_id for one in self._state.conversations.values()):
                    self._add(entries)

    def _add(self, entries: Iterable[UsageRecorded]) -> None:
        for entry in entries:
            row = self._rows.get(entry.origin.tier)
            name = entry.call_id or entry
            if row is None or name in self._seen:
                continue
            self._seen.add(name)
            row["input"] += entry.usage.input_tokens
            row["output"] += entry.usage.output_tokens
            row["cached"] += entry.usage.cache_read_tokens
            row["model"] = entry.model
            row["calls"] += 1
            if entry.cost.usd is None:
                row["unpriced"] += 1
            else:
                row["cost"] += entry.cost.usd

"""The calls of a session as a list shows them: what was asked, how it went, how long it took, what it came to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from manual_slop.values.ledger import UsageRecorded
from manual_slop.values.wire import WireHead


@dataclass(frozen=True, slots=True)
class WireLine:
    """One call. `entry` is what the ledger says of it, once it does; `words` is what a search looks at.

    Times are in seconds: `first` and `last` until the first and the last piece of the answer came, counted from when
    the request went out; `total` of the whole call, with what went before and after. `None`: nobody knows.
    """

    head: WireHead
    entry: UsageRecorded | None
    first: float | None
    last: float | None
    total: float | None
    words: str

    @property
    def id(self) -> str:
        """Which call it is."""
        return self.head.call.call_id

    @property
    def began(self) -> datetime:
        """When, in UTC."""
        return self.head.call.began

    @property
    def model(self) -> str:
        """Who was asked."""
        return self.head.call.asked.model

    @property
    def purpose(self) -> str:
        """What for; empty where the ledger does not say."""
        return self.entry.purpose if self.entry else ""

    @property
    def status(self) -> int:
        """The status of the HTTP response; 0 where none came."""
        response = self.head.call.response
        return response.status if response else 0

    @property
    def error(self) -> str:
        """The kind of error it ended with, if it did."""
        return self.head.call.error

    @property
    def waited(self) -> float | None:
        """Seconds of the call that were not spent between sending and the last piece: here, not at the provider."""
        return None if self.total is None or self.last is None else max(0.0, self.total - self.last)


@dataclass(frozen=True, slots=True)
class WireLines:
    """The calls of a session that were read, in their order. `last` is the number of the last one."""

    lines: tuple[WireLine, ...] = ()
    last: int = 0

    def then(self, heads: Sequence[WireHead], entries: Iterable[UsageRecorded]) -> WireLines:
        """These and those that came after, with what the ledger says by now."""
        known = {entry.call_id: entry for entry in entries if entry.call_id}
        before = (line if line.entry or line.id not in known else wire_line(line.head, known) for line in self.lines)
        lines = (*before, *(wire_line(head, known) for head in heads))
        return WireLines(lines, heads[-1].number if heads else self.last)


def wire_line(head: WireHead, entries: Mapping[str, UsageRecorded]) -> WireLine:
    """A call's line; `entries` are the ledger's, by call."""
    call = head.call
    entry = entries.get(call.call_id)
    pieces = call.response.pieces if call.response else ()
    total = None
    if entry is not None and entry.ended is not None:
        total = max(0.0, (entry.ended - (entry.began or call.began)).total_seconds())
    status = call.response.status if call.response else "no answer"
    url = call.request.url if call.request else ""
    words = f"{call.asked.model} {entry.purpose if entry else ''} {status} {call.error} {url} {call.call_id}".lower()
    first, last = (pieces[0][0], pieces[-1][0]) if pieces else (None, None)
    return WireLine(head, entry, first, last, total, words)


def sifted(lines: Sequence[WireLine], words: str, *, failures: bool) -> list[WireLine]:
    """Those with all the words, the newest first; only those that went wrong where those are wanted."""
    wanted = words.lower().split()
    return [
        line
        for line in reversed(lines)
        if (not failures or line.error or line.status >= 400) and all(word in line.words for word in wanted)
    ]

"""A ledger entry as texts for a table's row, and back: exact, and without any secret."""

from __future__ import annotations

import json
from collections.abc import MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from manual_slop.values.ledger import Origin, UsageRecorded
from manual_slop.values.secrets import redactor
from manual_slop.values.usage import Cost, RateLine, Usage


@dataclass(frozen=True, slots=True)
class EntryRow:
    """`session_id`, `began_by` (on whose behalf it was) and `model` as they are; the rest packed as JSON."""

    session_id: str
    began_by: str
    model: str
    packed: str
    lines: str
    rates: str


def pack(entry: UsageRecorded) -> EntryRow:
    """The entry as texts. Words that came from outside are redacted; numbers are left alone."""
    usage, cost, origin, said = entry.usage, entry.cost, entry.origin, redactor.redact
    counts = [usage.input_tokens, usage.output_tokens, usage.cache_read_tokens, usage.cache_write_tokens]
    counts += [usage.reasoning_tokens, usage.audio_input_tokens, usage.audio_output_tokens, int(usage.estimated)]
    computed = None if cost.computed is None else str(cost.computed)
    usd = None if cost.usd is None else str(cost.usd)
    money = [usd, cost.basis, said(cost.source), cost.as_of, computed, said(cost.note)]
    names = [said(name) for name in (origin.epic, origin.track, origin.tier, origin.ticket)]
    outcome = [said(entry.provider), said(entry.answered), entry.error, said(entry.request_id)]
    times = [utc_text(entry.began), utc_text(entry.ended)]
    whole = [entry.purpose, entry.turn_id, entry.call_id, counts, money, names, outcome, times]
    lines = [[said(line.key), line.tokens, str(line.usd_per_million)] for line in cost.lines]
    rates = entry.rates if said(entry.rates) == entry.rates else ""
    model = said(entry.model).encode("utf-8", "backslashreplace").decode()
    return EntryRow(entry.session_id, origin.session_id, model, _json(whole), _json(lines), rates)


def unpack(row: EntryRow, known: MutableMapping[Any, Origin]) -> UsageRecorded:
    """The entry of a row. `known` keeps the origins met so far: many entries share one."""
    purpose, turn_id, call_id, counts, money, names, outcome, times = json.loads(row.packed)
    usd, basis, source, as_of, computed, note = money
    read, written, hit, kept, thought, heard, spoken, estimated = counts
    provider, answered, error, request_id = outcome
    began, ended = times
    place = (row.began_by, *names)
    origin = known.get(place)
    if origin is None:
        origin = known[place] = Origin(*place)
    return UsageRecorded(
        row.model,
        Usage(read, written, hit, kept, thought, heard, spoken, bool(estimated)),
        Cost(_decimal(usd), basis, source, as_of, _lines(row.lines), _decimal(computed), note),
        purpose,
        call_id,
        row.session_id,
        turn_id,
        origin,
        provider,
        answered,
        error,
        request_id,
        row.rates,
        _time(began),
        _time(ended),
    )


def utc_text(when: datetime | None) -> str | None:
    """A time as text that sorts as times do."""
    return None if when is None else when.astimezone(UTC).isoformat(timespec="microseconds")


def _lines(text: str) -> tuple[RateLine, ...]:
    return tuple(RateLine(key, tokens, Decimal(rate)) for key, tokens, rate in json.loads(text))


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))

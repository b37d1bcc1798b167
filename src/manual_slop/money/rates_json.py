"""A price list as compact JSON and back: what a ledger entry keeps of the prices that were in force."""

from __future__ import annotations

import functools
import json
from dataclasses import fields
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from manual_slop.money.rates import BUCKETS, Rates, Tier

_TEXTS = ("basis", "source", "source_url", "note")
_DAYS = ("as_of", "retires")


@functools.lru_cache(maxsize=1024)
def dump_rates(rates: Rates | None) -> str:
    """The rates as JSON, without what is unknown; an empty text for none."""
    return "" if rates is None else json.dumps(_table(rates), separators=(",", ":"))


@functools.lru_cache(maxsize=1024)
def load_rates(text: str) -> Rates | None:
    """The rates of such a text; `None` for an empty one, and for one that is none of ours."""
    try:
        table = json.loads(text) if text else None
        return _rates(table) if isinstance(table, dict) else None
    except (ValueError, TypeError, KeyError, InvalidOperation, RecursionError):
        return None


def _table(rates: Rates) -> dict[str, Any]:
    blank = Rates()
    table: dict[str, Any] = {}
    for field in fields(rates):
        value = getattr(rates, field.name)
        if value == getattr(blank, field.name):
            continue
        if field.name == "tiers":
            table["tiers"] = [[tier.above_tokens, _table(tier.rates)] for tier in rates.tiers]
        else:
            table[field.name] = dict(value) if field.name == "keys" else str(value)
    return table


def _rates(table: dict[str, Any]) -> Rates:
    values: dict[str, Any] = {bucket: Decimal(table[bucket]) for bucket in BUCKETS if bucket in table}
    values |= {name: str(table[name]) for name in _TEXTS if name in table}
    values |= {name: date.fromisoformat(table[name]) for name in _DAYS if name in table}
    tiers = tuple(Tier(int(above), _rates(rates)) for above, rates in table.get("tiers", ()))
    return Rates(**values, tiers=tiers, keys=tuple(table.get("keys", {}).items()))

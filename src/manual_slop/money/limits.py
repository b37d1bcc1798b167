"""Limits in words: `2.00`, `200000tok`, `2.00,200000tok,unpriced`, on the command line and in `[budgets]`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from manual_slop.values.budget import Limit, Rules

GRAMMAR = "dollars, tokens or both, 2.00 or 200000tok or 2.00,200000tok; “,unpriced” lets unpriced calls through"
_USD = re.compile(r"\$?([0-9]{1,9}(?:\.[0-9]{1,9})?|\.[0-9]{1,9})")
_TOKENS = re.compile(r"([0-9]{1,3}(?:_[0-9]{3})+|[0-9]{1,15}) ?tok(?:ens)?")
KEYS = ("total", "per_day", "per_month", "per_session")


def parse_limit(text: str) -> Limit:
    """The limit that a text sets. Raises `ValueError`, which says how it is written, for any other text."""
    usd: Decimal | None = None
    tokens: int | None = None
    unpriced = False
    words = [word.strip() for word in text.split(",")]
    for word in words:
        in_usd, in_tokens = _USD.fullmatch(word), _TOKENS.fullmatch(word)
        if in_usd and usd is None:
            usd = Decimal(in_usd[1])
        elif in_tokens and tokens is None:
            tokens = int(in_tokens[1])
        elif word == "unpriced" and not unpriced:
            unpriced = True
        else:
            raise ValueError(f"“{word[:40]}” is no budget: write {GRAMMAR}")
    if usd is None and tokens is None:
        raise ValueError(f"“{text[:40]}” sets no limit: write {GRAMMAR}")
    return Limit(usd, tokens, unpriced)


def limit_words(limit: Limit) -> str:
    """The text that sets this limit."""
    parts = [f"{limit.usd:f}"] if limit.usd is not None else []
    parts += [f"{limit.tokens}tok"] if limit.tokens is not None else []
    return ",".join([*parts, *(["unpriced"] if limit.unpriced else [])])


def read_rules(table: Mapping[str, Any]) -> Rules:
    """The limits in a `[budgets]` table. Raises `ValueError` for what cannot be read: no limit is dropped silently."""
    unknown = [key for key in table if key not in (*KEYS, "unpriced")]
    if unknown:
        raise ValueError(f"budgets.{unknown[0]} is not known here: {', '.join(KEYS)} and unpriced are")
    unpriced = table.get("unpriced", False)
    if not isinstance(unpriced, bool):
        raise ValueError("budgets.unpriced must be true or false")
    return Rules(**{key: _limit(key, table[key], unpriced) for key in KEYS if key in table})


def _limit(key: str, value: object, unpriced: bool) -> Limit:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"budgets.{key} must be a number of USD, or a text: {GRAMMAR}")
    try:
        limit = parse_limit(value if isinstance(value, str) else f"{Decimal(repr(value)):f}")
    except ValueError as error:
        raise ValueError(f"budgets.{key}: {error}") from None
    return replace(limit, unpriced=limit.unpriced or unpriced)

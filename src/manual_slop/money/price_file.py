"""What a price file says: the TOML of `pricing/README.md`, checked key by key so that one slip spoils one key only."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from manual_slop.money.rates import BUCKETS, Bucket, NamedRate, Rates, Tier, plain

_MOST_USD = 1_000_000
_LONGEST = 500
_FILE_KEYS = ("provider", "source", "as_of", "models")
_MODEL_KEYS = (*BUCKETS, "above", "source", "as_of", "retires")
_TIER_KEYS = ("tokens", *BUCKETS)

Keys = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Slip:
    """Something wrong in a price file. `keys` lead to it, outermost first; elements of arrays by their number."""

    keys: Keys
    message: str


@dataclass(frozen=True, slots=True)
class Prices:
    """A price file as far as it could be read: whose prices, the rates of each model, and what was wrong."""

    provider: str = ""
    models: Mapping[str, Rates] = field(default_factory=dict)
    slips: tuple[Slip, ...] = ()


def read_prices(document: Mapping[str, Any], source: str) -> Prices:
    """The prices in a parsed price file; `source` is how bills name it. Never raises: what is wrong is a slip."""
    reader = _Reader()
    reader.check_keys(document, _FILE_KEYS, ())
    provider = reader.word(document, "provider", ())
    if "provider" not in document:
        reader.slips.append(Slip(("provider",), 'provider is missing: say whose prices these are, provider = "openai"'))
    models = reader.table(document, "models", ())
    shared = Rates(
        basis="override",
        source=source,
        source_url=reader.word(document, "source", ()),
        as_of=reader.day(document, "as_of", ()),
    )
    rates = read_models(models, shared, ("models",), reader.slips.append)
    return Prices(provider.lower(), rates if provider else {}, tuple(reader.slips))


def read_models(models: Mapping[str, Any], shared: Rates, at: Keys, report: Callable[[Slip], None]) -> dict[str, Rates]:
    """The rates of each model of a `models` table found at `at`; `shared` holds what is true of all of them."""
    reader = _Reader()
    found = dict(reader.models(models, shared, at)) if reader.is_table(models, at) else {}
    for slip in reader.slips:
        report(slip)
    return found


class _Reader:
    """Reads values by key and collects what is wrong with them."""

    def __init__(self) -> None:
        self.slips: list[Slip] = []

    def models(self, models: Mapping[str, Any], shared: Rates, at: Keys) -> Iterator[tuple[str, Rates]]:
        for name, table in models.items():
            here = (*at, name)
            if not _is_printable(name):
                self._slip(here, "a model's name must be printable text")
            elif self.is_table(table, here):
                yield name, self._model(table, shared, here)

    def _model(self, table: Mapping[str, Any], shared: Rates, at: Keys) -> Rates:
        self.check_keys(table, _MODEL_KEYS, at)
        for bucket in ("input", "output"):
            if bucket not in table:
                self._slip(at, f"{bucket} is missing: calls stay unpriced")
        base = shared.with_rates(self._rates(table, at))
        return replace(
            base,
            tiers=self._tiers(table, base, at),
            source_url=self.word(table, "source", at) or shared.source_url,
            as_of=self.day(table, "as_of", at) or shared.as_of,
            retires=self.day(table, "retires", at),
        )

    def _rates(self, table: Mapping[str, Any], at: Keys, suffix: str = "") -> dict[Bucket, NamedRate]:
        """The rates that `table` names; their names on the bill get `suffix`, so that it tells tiers apart."""
        return {bucket: (bucket + suffix, self._usd(table, bucket, at)) for bucket in BUCKETS if bucket in table}

    def _tiers(self, table: Mapping[str, Any], base: Rates, at: Keys) -> tuple[Tier, ...]:
        rows = table.get("above", [])
        if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
            self._slip((*at, "above"), "above must be a list of tables, [[models.….above]]")
            return ()
        tiers: dict[int, Tier] = {}
        for number, row in enumerate(rows):
            here = (*at, "above", str(number))
            self.check_keys(row, _TIER_KEYS, here)
            limit = row.get("tokens")
            if type(limit) is not int or limit <= 0:
                self._slip((*here, "tokens") if "tokens" in row else here, "tokens must be a whole number above 0")
            elif limit in tiers:
                self._slip((*here, "tokens"), f"a second tier above {limit} tokens")
            else:
                tiers[limit] = Tier(limit, base.for_long_calls(self._rates(row, here, f" above {limit}")))
        return tuple(tiers[limit] for limit in sorted(tiers))

    def check_keys(self, table: Mapping[str, Any], known: Iterable[str], at: Keys) -> None:
        for key in table:
            if key not in known:
                near = difflib.get_close_matches(key, known, 1)
                self._slip((*at, key), f"unknown key {key!r}" + (f": did you mean {near[0]}?" if near else ""))

    def table(self, table: Mapping[str, Any], key: str, at: Keys) -> Mapping[str, Any]:
        value = table.get(key, {})
        return value if self.is_table(value, (*at, key)) else {}

    def is_table(self, value: object, at: Keys) -> bool:
        if isinstance(value, Mapping):
            return True
        self._slip(at, f"{at[-1]!r} must be a table, not {_kind(value)}")
        return False

    def word(self, table: Mapping[str, Any], key: str, at: Keys) -> str:
        value = table.get(key, "")
        if isinstance(value, str) and (_is_printable(value) or key not in table):
            return value
        found = f"one of 1 to {_LONGEST} printable characters" if isinstance(value, str) else f"not {_kind(value)}"
        self._slip((*at, key), f"{key} must be a short text in quotes, {found}")
        return ""

    def day(self, table: Mapping[str, Any], key: str, at: Keys) -> date | None:
        value = table.get(key)
        if value is None or type(value) is date:
            return value
        self._slip((*at, key), f"{key} must be a date without quotes, {key} = 2026-11-22, not {_kind(value)}")
        return None

    def _usd(self, table: Mapping[str, Any], bucket: Bucket, at: Keys) -> Decimal | None:
        value = table[bucket]
        why = _not_a_price(value)
        if why:
            self._slip((*at, bucket), f"{bucket} {why}: this rate stays unknown")
            return None
        return plain(Decimal(repr(value)))

    def _slip(self, keys: Keys, message: str) -> None:
        self.slips.append(Slip(keys, message))


def _not_a_price(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"must be a number of USD per million tokens, not {_kind(value)}"
    if not math.isfinite(value):
        return "must be a finite number"
    if value < 0:
        return "must not be negative"
    if value > _MOST_USD:
        return f"is above {_MOST_USD:,} USD per million tokens; the unit is USD per million"
    return ""


def _is_printable(text: str) -> bool:
    return 0 < len(text) <= _LONGEST and text.isprintable() and not text.isspace()


def _kind(value: object) -> str:
    names = {bool: "true or false", str: "text", dict: "a table", list: "a list", int: "a number", float: "a number"}
    return names.get(type(value), "a date or time")

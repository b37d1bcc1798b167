"""A newer cost map, fetched because a person asked for it: checked, kept beside the one before it, and taken back."""

from __future__ import annotations

import contextlib
import json
import math
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from manual_slop.values.paths import data_dir, make_private

LARGEST = 32 * 1024 * 1024
_FEWEST = 100  # priced models: litellm's map has had thousands for years
_DEAREST = 1.0  # USD a token: a million dollars for a million of them
_PRICE_WORDS = ("cost_per_token", "input_token_cost")


class MapRefused(ValueError):
    """What was fetched is no map of prices; says why."""


@dataclass(frozen=True, slots=True)
class KeptMap:
    """A fetched map: the day it was fetched (UTC), from where, and beside which version of litellm."""

    entries: Mapping[str, Any]
    fetched: date
    url: str
    litellm: str


def map_path() -> Path:
    """Where the fetched map is that is in force; no file: the one litellm carries."""
    return data_dir().joinpath("prices", "map.json")


def _path_before() -> Path:
    return map_path().with_name("map.before.json")


def read_entries(data: bytes) -> dict[str, Any]:
    """The entries of a map. Raises `MapRefused` for anything that is no map of sane prices."""
    if len(data) > LARGEST:
        raise MapRefused(f"it is larger than {LARGEST // 1024 // 1024} MB")
    reason = ""
    try:
        entries = json.loads(data, parse_constant=_no_number)
    except MapRefused:
        raise
    except (ValueError, RecursionError) as error:
        reason = f"it is not JSON: {type(error).__name__ if isinstance(error, RecursionError) else error}"
    if reason:
        raise MapRefused(reason)
    if not isinstance(entries, dict):
        raise MapRefused("it is no table of models")
    priced = sum(_check(name, entry) for name, entry in entries.items())
    if priced < _FEWEST:
        raise MapRefused(f"it prices {priced} models; {_FEWEST} are the fewest that can be right")
    return entries


def keep_map(entries: Mapping[str, Any], url: str, fetched: date, litellm: str) -> None:
    """Put a map in force; the one before it is kept. Raises `OSError`."""
    path = map_path()
    make_private(path.parent)
    saved = {"fetched": fetched.isoformat(), "url": url, "litellm": litellm, "map": dict(entries)}
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(saved, file)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            path.replace(_path_before())
        else:
            _path_before().unlink(missing_ok=True)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def take_back() -> str:
    """Put the map before the one in force back; says which that is. Raises `MapRefused` where none was fetched."""
    path, before = map_path(), _path_before()
    if not path.exists():
        raise MapRefused("no map was fetched: the one litellm carries is in force")
    if before.exists():
        before.replace(path)
        kept = read_kept(path)
        return f"the map fetched on {kept.fetched}" if kept else "the map before it"
    path.unlink()
    return "the map litellm carries"


def read_kept(path: Path) -> KeptMap | None:
    """The fetched map in a file; `None` where there is none, or none that can be used."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
        with path.open("rb") as file:
            saved = json.loads(file.read(2 * LARGEST))
        if isinstance(saved["map"], dict):
            return KeptMap(saved["map"], date.fromisoformat(saved["fetched"]), str(saved["url"]), str(saved["litellm"]))
    return None


def _check(name: str, entry: object) -> bool:
    """Whether an entry has a price. Raises `MapRefused` for one that cannot be."""
    if not isinstance(entry, dict):
        return False
    bands = entry.get("tiered_pricing")
    tables = [entry, *(band for band in (bands if isinstance(bands, list) else ()) if isinstance(band, dict))]
    found = [(key, value) for table in tables for key, value in table.items() if any(w in key for w in _PRICE_WORDS)]
    numbers = [(key, value) for key, value in found if isinstance(value, int | float) and not isinstance(value, bool)]
    for key, value in numbers:
        if not math.isfinite(value) or not 0 <= value <= _DEAREST:
            raise MapRefused(f"{name[:80]!r} has {key} = {value!r}, which is no price of a token in USD")
    return bool(numbers)


def _no_number(text: str) -> NoReturn:
    raise MapRefused(f"it holds {text}, which is no number")

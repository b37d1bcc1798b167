"""`manual-slop price --refresh`: a newer cost map, shown beside the one in use, in force when a person agrees."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from manual_slop import ai_client
from manual_slop.money.map_difference import Change, MapDifference, map_difference
from manual_slop.providers.access import Access
from manual_slop.providers.map_fetch import fetch_map
from manual_slop.providers.map_file import MapRefused, keep_map, read_entries, take_back
from manual_slop.providers.model_map import ModelMap, model_map
from manual_slop.providers.places import place
from manual_slop.providers.price_settings import price_settings
from manual_slop.store.errors import StoreError
from manual_slop.store.shared import shared_store
from manual_slop.terminal.exit_codes import DONE
from manual_slop.terminal.json_lines import document
from manual_slop.terminal.screen import say, screen
from manual_slop.terminal.tables import dollars, grid
from manual_slop.terminal.visible import one_line
from manual_slop.values.errors import ConfigError, ProviderError

_SHOWN = 20


def refresh(yes: bool, as_json: bool) -> int:
    """Fetch, check, show, ask, keep. Raises `ConfigError`, and changes nothing, where what is there is no map."""
    access = ai_client.new_access()
    url = price_settings(access.config).map_url
    in_use = model_map()
    entries = _fetched(url)
    found = map_difference(in_use.entries, entries)
    used = set(_used(access, (in_use, ModelMap(entries))))
    if as_json:
        shown = {"url": url, "in_use": in_use.name, "used": sorted(used), "changed": found.changed}
        screen().put(document({**shown, "new": found.new, "gone": found.gone, "in_force": yes}, indent=2))
    else:
        _show(found, used, in_use, url)
    if not (yes or (not as_json and not found.none and _agreed())):
        screen().note("nothing was changed" if found.none or _asks() else "nothing was changed: --yes puts it in force")
        return DONE
    try:
        keep_map(entries, url, datetime.now(UTC).date(), version("litellm"))
    except OSError as error:
        reason = f"the map cannot be kept: {error.strerror}; the one before it is in force"
    else:
        screen().note(f"in force from now on: {model_map().name}; `manual-slop price --back` takes it back")
        return DONE
    raise ConfigError(reason)


def back() -> int:
    """Put the map before the last refresh in force again. Raises `ConfigError` where none was fetched."""
    reason = ""
    try:
        screen().note(f"in force from now on: {take_back()}")
    except (MapRefused, OSError) as error:
        reason = str(error)
    if reason:
        raise ConfigError(reason)
    return DONE


def _fetched(url: str) -> Mapping[str, Any]:
    reason = ""
    try:
        return read_entries(fetch_map(url))
    except MapRefused as error:
        reason = str(error)
    raise ConfigError(f"no newer prices: {reason}; those in use stay")


def _used(access: Access, maps: Sequence[ModelMap]) -> Iterable[str]:
    """The names that the maps have for models that calls were made to."""
    try:
        models = shared_store().models_used()
    except StoreError:
        return
    for model in models:
        try:
            route = place(access, model)
        except ProviderError:
            continue
        entries = (one.entry(route.provider.litellm, route.name) for one in maps)
        yield from (entry[0] for entry in entries if entry is not None)


def _show(found: MapDifference, used: set[str], in_use: ModelMap, url: str) -> None:
    out = screen().out
    if found.none:
        say(out, Text(f"{url} says what {in_use.name} says: no price differs"))
        return
    ours = [change for change in found.changed if change.model in used]
    others = [change for change in found.changed if change.model not in used]
    if ours:
        say(out, _changes(ours, "models you have used"))
    gone = sorted(used & set(found.gone))
    if gone:
        say(out, Text(f"! no price any more for models you have used: {', '.join(map(one_line, gone))}", "warn"))
    if others:
        say(out, _changes(others[:_SHOWN], "other models" if ours else "models"))
        if len(others) > _SHOWN:
            say(out, Text(f"and {len(others) - _SHOWN:,} more changes: --json shows all", "dim"))
    for word, names in (("new", found.new), ("gone", found.gone)):
        if names:
            listed = ", ".join(one_line(name, 60) for name in names[:_SHOWN])
            say(out, Text(f"{len(names):,} {word}: {listed}{' …' if len(names) > _SHOWN else ''}"))
    say(out, Text(f"USD per million tokens; in use: {in_use.name}. Your own price files stand above either.", "dim"))


def _changes(changes: Sequence[Change], whose: str) -> RenderableType:
    table = grid(whose, "rate", "in use", "newer", numbers=("in use", "newer"))
    for change in changes:
        rate = change.bucket.replace("_", " ") + (f" above {change.above:,}" if change.above else "")
        style = "warn" if (change.new or 0) > (change.old or 0) else "none"
        table.add_row(one_line(change.model, 60), rate, dollars(change.old), Text(dollars(change.new), style))
    return table


def _asks() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and screen().shared


def _agreed() -> bool:
    if not _asks():
        return False
    try:
        return input("put the newer map in force? [y/N] ").strip().lower() in ("y", "yes")
    except (EOFError, KeyboardInterrupt):
        return False

"""Changes of a person's `presets.toml`: the file is read, changed and written whole; what was there before is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import tomli_w

from manual_slop.app.presets import Preset, named_well, presets_path, table_of
from manual_slop.providers.own_files import alone_with, read_own_text, write_own_text
from manual_slop.providers.toml_lines import parse_toml
from manual_slop.values.errors import ConfigError

Before = Mapping[str, Any]
"""The tables that a change touched, by name, as they were; `None` for those that were not there."""

Change = Callable[[], Before]
"""Makes the change. Raises `ConfigError`, and then the file is as it was."""


def store(preset: Preset) -> Change:
    """Keep it; one of the same name is replaced."""

    def change(tables: dict[str, Any]) -> None:
        tables[named_well(preset.name)] = table_of(preset)

    return lambda: _changed(change)


def rename(old: str, new: str) -> Change:
    """Another name for one; never that of another preset."""

    def change(tables: dict[str, Any]) -> None:
        name = named_well(new)
        if name in tables and name != old:
            raise ConfigError(f"there is a preset “{name}” already: choose another name, or delete that one first")
        tables[name] = _taken_out(tables, old)

    return lambda: _changed(change)


def remove(name: str) -> Change:
    """One less."""

    def change(tables: dict[str, Any]) -> None:
        _taken_out(tables, name)

    return lambda: _changed(change)


def put_back(before: Before) -> Change:
    """The tables as they were before a change."""

    def change(tables: dict[str, Any]) -> None:
        for name, table in before.items():
            tables.pop(name, None)
            if table is not None:
                tables[name] = table

    return lambda: _changed(change)


def _changed(change: Callable[[dict[str, Any]], None]) -> Before:
    """Change the presets of the file as it is now; what else stands in it stays."""
    path = presets_path()
    with alone_with(path):
        document = parse_toml(read_own_text(path) or "", path)
        known = document.get("presets", {})
        if not isinstance(known, dict):
            raise ConfigError("its “presets” is no table: mend that first", path)
        tables = dict(known)
        change(tables)
        write_own_text(path, tomli_w.dumps({**document, "presets": tables}))
    touched = [name for name in (*known, *tables) if known.get(name) != tables.get(name)]
    return {name: known.get(name) for name in touched}


def _taken_out(tables: dict[str, Any], name: str) -> Any:
    if name not in tables:
        raise ConfigError(f"there is no preset “{name}” of yours any more")
    return tables.pop(name)

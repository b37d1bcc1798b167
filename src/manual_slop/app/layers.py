"""Where the boxes of a graph of dependencies stand: in layers from left to right, with few links that cross."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

_SWEEPS = 4
_TALLEST = 40  # boxes above each other: what has no links to speak of is no tower


@dataclass(frozen=True, slots=True)
class Layers:
    """The place of each thing, as column and row counted from 0 (rows may be halves), and the links between those."""

    places: Mapping[str, tuple[float, float]]
    links: tuple[tuple[str, str], ...]


def layers(depends_on: Mapping[str, Sequence[str]]) -> Layers:
    """Each thing to the right of all it depends on; those of a cycle where they were come upon. Linear, nearly."""
    links = tuple(
        (before, after) for after, befores in depends_on.items() for before in befores if before in depends_on
    )
    columns = _columns(depends_on)
    before_of: dict[str, list[str]] = {name: [] for name in depends_on}
    after_of: dict[str, list[str]] = {name: [] for name in depends_on}
    for before, after in links:
        before_of[after].append(before)
        after_of[before].append(after)
    for sweep in range(_SWEEPS):
        neighbours = after_of if sweep % 2 else before_of
        rows = {name: row for column in columns for row, name in enumerate(column)}
        for column in reversed(columns) if sweep % 2 else columns:
            column.sort(key=lambda name: _middle((rows[other] for other in neighbours[name]), rows[name]))
            rows.update((name, row) for row, name in enumerate(column))
    return Layers(_places(columns), links)


def _columns(depends_on: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Things by how many steps their longest way from a beginning has."""
    after_of: dict[str, list[str]] = {name: [] for name in depends_on}
    missing = dict.fromkeys(depends_on, 0)
    for name, befores in depends_on.items():
        for before in befores:
            if before in after_of:
                after_of[before].append(name)
                missing[name] += 1
    depth = {name: 0 for name, count in missing.items() if not count}
    waiting = list(depth)
    for name in waiting:  # grows while it is walked
        for after in after_of[name]:
            depth[after] = max(depth.get(after, 0), depth[name] + 1)
            missing[after] -= 1
            if not missing[after]:
                waiting.append(after)
    columns: list[list[str]] = [[] for _ in range(max(depth.values(), default=0) + 1)]
    for name in depends_on:
        columns[depth.get(name, 0)].append(name)
    return columns


def _middle(rows: Iterable[int], else_: float) -> float:
    known = sorted(rows)
    return known[len(known) // 2] if known else else_


def _places(columns: list[list[str]]) -> dict[str, tuple[float, float]]:
    """Columns centred on one line; a tall one stands in several beside each other."""
    places: dict[str, tuple[float, float]] = {}
    tallest = min(_TALLEST, max((len(column) for column in columns), default=0))
    x = 0.0
    for column in columns:
        for first in range(0, len(column), _TALLEST):
            part = column[first : first + _TALLEST]
            top = (tallest - len(part)) / 2
            places.update((name, (x, top + row)) for row, name in enumerate(part))
            x += 1
    return places

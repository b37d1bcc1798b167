"""The difference of two texts, line by line, as a unified diff."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_AROUND = 3
_MOST_CHANGES = 1000

Step = tuple[str, int, int]
"""` `, `-` or `+`, and the places in the old and the new lines."""


def unified(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    """The hunks of a unified diff with three lines around each change. Lines keep their ends."""
    steps = list(_steps(old, new))
    changed = [at for at, step in enumerate(steps) if step[0] != " "]
    position = 0
    while position < len(changed):
        first = last = changed[position]
        while position < len(changed) and changed[position] <= last + 2 * _AROUND + 1:
            last = changed[position]
            position += 1
        yield from _hunk(steps[max(0, first - _AROUND) : last + _AROUND + 1], old, new)


def _hunk(steps: Sequence[Step], old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    removed = sum(sign != "+" for sign, _, _ in steps)
    added = sum(sign != "-" for sign, _, _ in steps)
    # As in every diff, a side without lines is counted from the line before.
    at_old, at_new = steps[0][1] + (removed > 0), steps[0][2] + (added > 0)
    yield f"@@ -{_extent(at_old, removed)} +{_extent(at_new, added)} @@"
    for sign, a, b in steps:
        line = new[b] if sign == "+" else old[a]
        yield f"{sign}{line.removesuffix(chr(10))}"
        if not line.endswith("\n"):
            yield "\\ No newline at end of file"


def _extent(start: int, count: int) -> str:
    return f"{start}" if count == 1 else f"{start},{count}"


def _steps(old: Sequence[str], new: Sequence[str]) -> Iterator[Step]:
    """What leads from one to the other. Where they have too little in common, all goes and all comes."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    yield from ((" ", at, at) for at in range(start))
    a, b = old[start : len(old) - end], new[start : len(new) - end]
    for sign, x, y in _shortest(a, b) or _all(a, b):
        yield sign, x + start, y + start
    yield from ((" ", len(old) - at, len(new) - at) for at in range(end, 0, -1))


def _all(old: Sequence[str], new: Sequence[str]) -> list[Step]:
    return [("-", at, 0) for at in range(len(old))] + [("+", len(old), at) for at in range(len(new))]


def _shortest(old: Sequence[str], new: Sequence[str]) -> list[Step]:
    """Myers' shortest way from old to new; empty where it has more changes than we have patience for."""
    reached = {1: 0}
    trail: list[dict[int, int]] = []
    for changes in range(min(len(old) + len(new), _MOST_CHANGES) + 1):
        trail.append(dict(reached))
        for diagonal in range(-changes, changes + 1, 2):
            down = diagonal == -changes or (
                diagonal != changes and reached.get(diagonal - 1, -1) < reached.get(diagonal + 1, -1)
            )
            x = reached[diagonal + 1] if down else reached[diagonal - 1] + 1
            while x < len(old) and x - diagonal < len(new) and old[x] == new[x - diagonal]:
                x += 1
            reached[diagonal] = x
            if x >= len(old) and x - diagonal >= len(new):
                return _way_back(trail, len(old), len(new))
    return []


def _way_back(trail: list[dict[int, int]], x: int, y: int) -> list[Step]:
    steps: list[Step] = []
    for changes in range(len(trail) - 1, -1, -1):
        reached, diagonal = trail[changes], x - y
        down = diagonal == -changes or (
            diagonal != changes and reached.get(diagonal - 1, -1) < reached.get(diagonal + 1, -1)
        )
        before = diagonal + 1 if down else diagonal - 1
        from_x = reached[before] if changes else 0
        from_y = from_x - before if changes else 0
        while x > from_x and y > from_y:
            x, y = x - 1, y - 1
            steps.append((" ", x, y))
        if changes:
            steps.append(("+", x, y - 1) if down else ("-", x - 1, y))
            x, y = from_x, from_y
    return steps[::-1]

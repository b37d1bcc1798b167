"""What differs between two states of the files: as git writes it, renames told from files that came and went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from manual_slop.safety.path_rules import show
from manual_slop.tools.git.lines import unified
from manual_slop.tools.text import decode

_LARGEST_TEXT = 2 * 1024 * 1024
_MOST = 400  # files looked at for renames
_MOST_PAIRS = 5_000
_ALIKE = 50  # percent


@dataclass(frozen=True, slots=True)
class Change:
    """A file before and after; `None` where there was or is none. `origin` is its former path where it was renamed."""

    path: str
    old: bytes | None
    new: bytes | None
    origin: str = ""
    alike: int = 0

    def lines(self) -> Iterator[str]:
        """The change as git shows it."""
        name, former = show(self.path), show(self.origin or self.path)
        yield f"diff --git a/{former} b/{name}"
        if self.origin:
            yield from (f"similarity index {self.alike}%", f"rename from {former}", f"rename to {name}")
        if self.old is None:
            yield "new file"
        if self.new is None:
            yield "deleted file"
        old, new = self.old or b"", self.new or b""
        if self.origin and old == new:
            return
        texts = decode(old), decode(new)
        if None in texts or max(len(old), len(new)) > _LARGEST_TEXT:
            kind = "Binary" if None in texts else "Large"
            yield f"{kind} files differ ({len(old):,} B and {len(new):,} B)"
            return
        yield "--- /dev/null" if self.old is None else f"--- a/{former}"
        yield "+++ /dev/null" if self.new is None else f"+++ b/{name}"
        yield from unified(*((text or "").splitlines(keepends=True) for text in texts))


def with_renames(changes: Iterable[Change]) -> Iterator[Change]:
    """The changes with files that went and came under another name as one, the most alike first taken.

    Of very many changes only the first ones are looked at.
    """
    rest = iter(changes)
    first = list(islice(rest, _MOST))
    renamed = dict(_pairs(first))
    gone = {origin.path for origin, _ in renamed.values()}
    for change in first:
        if change.path in renamed:
            origin, alike = renamed[change.path]
            yield Change(change.path, origin.old, change.new, origin.path, alike)
        elif change.path not in gone:
            yield change
    yield from rest


def _pairs(changes: list[Change]) -> Iterator[tuple[str, tuple[Change, int]]]:
    """For each new name the file it was, and how alike they are in percent."""
    gone = [change for change in changes if change.new is None and change.old]
    came = [change for change in changes if change.old is None and change.new]
    if not gone or not came or len(gone) * len(came) > _MOST_PAIRS:
        return
    lines = {change.path: _lines(change.old or change.new or b"") for change in (*gone, *came)}
    scored = [(_alike(lines[old.path], lines[new.path]), old, new) for old in gone for new in came]
    taken: set[str] = set()
    for alike, old, new in sorted(scored, key=lambda one: (-one[0], one[1].path, one[2].path)):
        if alike >= _ALIKE and not {old.path, new.path} & taken:
            taken |= {old.path, new.path}
            yield new.path, (old, alike)


def _lines(data: bytes) -> Counter[bytes]:
    return Counter(data.splitlines(keepends=True))


def _alike(one: Counter[bytes], other: Counter[bytes]) -> int:
    """The part of the larger one, in bytes, that both have, in percent; 100 is for equal ones alone."""
    shared = sum(len(line) * count for line, count in (one & other).items())
    most = max(sum(len(line) * count for line, count in each.items()) for each in (one, other))
    return min(shared * 100 // most, 100 if one == other else 99) if most else 0

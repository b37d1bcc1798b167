"""What is installed for the program here: its dependencies, as their own metadata names them."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import Distribution, distribution

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROGRAM = "manual-slop"


def needed() -> dict[str, Distribution]:
    """Every distribution that the program needs here, at any distance, by name; without the program itself.

    Raises:
        importlib.metadata.PackageNotFoundError: where one of them is not installed.
    """
    return {name: distribution(name) for name in graph() if name != PROGRAM}


def graph() -> dict[str, set[str]]:
    """Who needs whom, by name, from the program on; with the extras that somebody asks for."""
    needs: dict[str, set[str]] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [(PROGRAM, frozenset[str]())]
    while waiting:
        name, extras = one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        wanted = [(canonicalize_name(need.name), frozenset(need.extras)) for need in _requirements(name, extras)]
        needs.setdefault(name, set()).update(other for other, _ in wanted)
        waiting += wanted
    return needs


def _requirements(name: str, extras: frozenset[str]) -> Iterator[Requirement]:
    """What an installed distribution asks for here, with these extras."""
    for line in distribution(name).requires or ():
        need = Requirement(line)
        if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in {"", *extras}):
            yield need

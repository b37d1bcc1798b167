"""The graph of a track's tickets: what may run now, what waits for what, and what is wrong with the plan. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from manual_slop.values.tickets import Priority, Ticket, TicketState

FaultKind = Literal["duplicate", "missing", "cycle", "overlap"]
_RANK: Mapping[Priority, int] = {"high": 0, "normal": 1, "low": 2}
_PASSED = frozenset({"done", "skipped"})
"""What lets dependants go on: a person who skips a ticket says that the others do without it."""
_BARRED = frozenset({"failed", "blocked"})
_FRESH = TicketState()


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a graph, and the tickets it is about. With an overlap it can be run all the same."""

    kind: FaultKind
    message: str
    tickets: tuple[str, ...]

    @property
    def stops(self) -> bool:
        """Whether no track can be run with it."""
        return self.kind != "overlap"


@dataclass(frozen=True, slots=True)
class Move:
    """A ticket that is blocked, or no longer, because of what it depends on. `because` is that ticket's id."""

    ticket: str
    blocked: bool
    because: str = ""


class TicketDag:
    """Tickets by what they depend on. Takes any list of tickets; `faults` says whether it can be run.

    Everything but `overlaps` takes time proportional to the tickets and their dependencies. Of two tickets with one
    id the first counts; dependencies on tickets that do not exist are never met.
    """

    def __init__(self, tickets: Iterable[Ticket]) -> None:
        self.tickets: Sequence[Ticket] = tuple(tickets)
        self.by_id: Mapping[str, Ticket] = {one.id: one for one in reversed(self.tickets)}
        below: dict[str, list[str]] = {name: [] for name in self.by_id}
        for name in self._ids():
            for needed in dict.fromkeys(self.by_id[name].depends_on):
                if needed in below:
                    below[needed].append(name)
        self.dependants: Mapping[str, Sequence[str]] = below
        self._order = self._sorted(lambda name: self.by_id[name].depends_on)
        self._heights = self._longest_below()

    def faults(self) -> tuple[Fault, ...]:
        """All that is wrong, those first with which nothing can be run."""
        return (*self._duplicates(), *self._missing(), *self._cycles(), *self.overlaps())

    def topological(self) -> tuple[str, ...]:
        """Ids so that each stands behind those it depends on; without those in a cycle and what needs them."""
        return self._order

    def ready(
        self, states: Mapping[str, TicketState], priorities: Mapping[str, Priority] | None = None
    ) -> tuple[str, ...]:
        """Ids of those that may run now, the most urgent first.

        That is by priority (`priorities` stand above the plan's), then by how long a chain of others waits for it,
        then as planned. Tickets without a state have not begun.
        """
        urgent = priorities or {}
        found = [
            (_RANK[urgent.get(one.id, one.priority)], -self._heights.get(one.id, 0), at, one.id)
            for at, one in enumerate(self.by_id[name] for name in self._ids())
            if states.get(one.id, _FRESH).status == "todo" and self._is_free(one, states)
        ]
        return tuple(name for *_, name in sorted(found))

    def cascade(self, states: Mapping[str, TicketState]) -> tuple[Move, ...]:
        """The tickets to block, and to let go again, by what became of those they depend on; all the way down.

        Only those that have not begun are blocked, and only those that a dependency blocked are let go.
        """
        barred = {
            name for name, state in states.items() if state.status in _BARRED and state.blocked_by != "dependency"
        }
        moves = []
        for name in self._order:
            state = states.get(name, _FRESH)
            waits = state.status == "todo" or (state.status == "blocked" and state.blocked_by == "dependency")
            because = next((needed for needed in self.by_id[name].depends_on if needed in barred), "")
            if waits and because:
                barred.add(name)
            if waits and bool(because) != (state.status == "blocked"):
                moves.append(Move(name, bool(because), because))
        return tuple(moves)

    def critical_path(self, weight: Callable[[Ticket], float] = lambda _ticket: 1.0) -> tuple[str, ...]:
        """The chain of tickets that takes longest, by the `weight` of each, in order. Empty for an empty graph."""
        longest: dict[str, tuple[float, str]] = {}
        for name in self._order:
            needed = [one for one in self.by_id[name].depends_on if one in longest]
            before = max(needed, key=lambda one: longest[one][0], default="")
            longest[name] = (weight(self.by_id[name]) + (longest[before][0] if before else 0.0), before)
        name = max(longest, key=lambda one: longest[one][0], default="")
        path = []
        while name:
            path.append(name)
            name = longest[name][1]
        return tuple(reversed(path))

    def overlaps(self) -> tuple[Fault, ...]:
        """Files that two tickets may change at the same time, since neither waits for the other."""
        holders: dict[str, list[str]] = defaultdict(list)
        for name in self._order:
            for path in dict.fromkeys(map(_plain, self.by_id[name].files)):
                holders[path].append(name)
        shared = {path: among for path in holders if len(among := _touching(path, holders)) > 1}
        if not shared:
            return ()
        place = {name: at for at, name in enumerate(self._order)}
        above = self._ancestors(place)
        faults = []
        for path, among in shared.items():
            chain = sorted(among, key=place.__getitem__)
            # Sorted so, they form a chain exactly when each neighbour waits for the one before it.
            pairs = [(one, other) for one, other in pairwise(chain) if not above[other] >> place[one] & 1]
            faults += [Fault("overlap", _overlap(path, *pair), pair) for pair in pairs]
        return tuple(faults)

    def _is_free(self, ticket: Ticket, states: Mapping[str, TicketState]) -> bool:
        known = self.by_id
        return all(one in known and states.get(one, _FRESH).status in _PASSED for one in ticket.depends_on)

    def _ids(self) -> Iterable[str]:
        return dict.fromkeys(one.id for one in self.tickets)

    def _sorted(self, needs: Callable[[str], Iterable[str]]) -> tuple[str, ...]:
        waiting = {name: len(set(needs(name))) for name in self._ids()}
        order = [name for name, count in waiting.items() if count == 0]
        for name in order:  # grows while it is read
            for one in self.dependants[name]:
                waiting[one] -= 1
                if waiting[one] == 0:
                    order.append(one)
        return tuple(order)

    def _longest_below(self) -> Mapping[str, int]:
        heights: dict[str, int] = {}
        for name in reversed(self._order):
            heights[name] = 1 + max((heights.get(one, 0) for one in self.dependants[name]), default=0)
        return heights

    def _ancestors(self, place: Mapping[str, int]) -> Mapping[str, int]:
        """For each ticket those it waits for, as bits by their `place` in the order."""
        above: dict[str, int] = {}
        for name in self._order:
            bits = 0
            for needed in self.by_id[name].depends_on:
                bits |= above[needed] | 1 << place[needed]
            above[name] = bits
        return above

    def _duplicates(self) -> Iterator[Fault]:
        seen: set[str] = set()
        told: set[str] = set()
        for one in self.tickets:
            if one.id in seen and one.id not in told:
                told.add(one.id)
                yield Fault("duplicate", f"the id “{one.id}” is used by more than one ticket", (one.id,))
            seen.add(one.id)

    def _missing(self) -> Iterator[Fault]:
        for one in self.tickets:
            for needed in dict.fromkeys(one.depends_on):
                if needed not in self.by_id:
                    yield Fault("missing", f"“{one.id}” depends on “{needed}”, which is no ticket here", (one.id,))

    def _cycles(self) -> Iterator[Fault]:
        """Circles, each told once. What cannot be sorted, be there what is missing, always leads into one."""
        sortable = set(self._sorted(self._known_needs))
        onward = {
            name: next(one for one in self._known_needs(name) if one not in sortable)
            for name in self._ids()
            if name not in sortable
        }
        walked: set[str] = set()
        for start in onward:
            trail: list[str] = []
            name = start
            while name not in walked:
                walked.add(name)
                trail.append(name)
                name = onward[name]
            if name in trail:
                circle = trail[trail.index(name) :]
                yield Fault("cycle", f"these wait for each other: {' → '.join([*circle, name])}", tuple(circle))

    def _known_needs(self, name: str) -> Iterable[str]:
        return [one for one in self.by_id[name].depends_on if one in self.by_id]


def _plain(path: str) -> str:
    return path.removeprefix("./").rstrip("/")


def _touching(path: str, holders: Mapping[str, Sequence[str]]) -> list[str]:
    """Who changes `path`, or a folder it lies in."""
    parts = path.split("/")
    above = ("/".join(parts[:count]) for count in range(1, len(parts) + 1))
    return list(dict.fromkeys(name for folder in above for name in holders.get(folder, ())))


def _overlap(path: str, one: str, other: str) -> str:
    return f"“{one}” and “{other}” both change {path} and may run at once: let one depend on the other"

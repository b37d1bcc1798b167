"""One row at work: how much it tries, by which seed, what it counted, and what has to be nought."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Size = Literal["quick", "usual", "full"]
SIZES: tuple[Size, ...] = ("quick", "usual", "full")

SEED = 20261124


class Missed(AssertionError):
    """A row did not come to what it has to."""


@dataclass
class Trial:
    """What a row is handed, and what it hands back. `folder` is its own and empty."""

    folder: Path
    size: Size = "quick"
    seed: int = SEED
    ran_on: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    noughts: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def chance(self) -> random.Random:
        """The same numbers each time it is asked for."""
        return random.Random(self.seed)

    def sized(self, quick: int, usual: int, full: int) -> int:
        """How many, in this run."""
        return {"quick": quick, "usual": usual, "full": full}[self.size]

    def count(self, what: str, many: int = 1) -> None:
        """So many more of these were tried, held or survived."""
        self.counts[what] = self.counts.get(what, 0) + many

    def nought(self, what: str, many: int = 0) -> None:
        """Something that has to stay 0 for the row to pass; it is told even so."""
        self.noughts[what] = self.noughts.get(what, 0) + many

    def within(self, what: str, seconds: float, most: float) -> None:
        """Something that may take so long where the machine is there for it alone, as it is not in a quick run."""
        if self.size != "quick":
            self.nought(f"{what} later than {most:g} s", seconds > most)

    def at_least(self, what: str, least: int) -> None:
        """Of these there must be so many, or nothing was shown."""
        if self.counts.get(what, 0) < least:
            raise Missed(f"{what}: {self.counts.get(what, 0):,}, and {least:,} are needed")

    def scratch(self, name: str) -> Path:
        """A folder of its own, made."""
        folder = self.folder / name
        folder.mkdir(parents=True)
        return folder


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the proof. A row that is timed has the machine for itself."""

    id: str
    title: str
    run: Callable[[Trial], None]
    alone: bool = False


def play(row: Row, trial: Trial) -> float:
    """Run a row; the seconds it took. Raises `Missed` where something that must be nought is not."""
    began = time.monotonic()
    row.run(trial)
    broken = [f"{what}: {many:,}" for what, many in trial.noughts.items() if many]
    if broken:
        raise Missed(", ".join(broken))
    if not trial.counts or not trial.ran_on:
        raise Missed("the row does not say what it ran on and how many")
    return time.monotonic() - began

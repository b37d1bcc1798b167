"""How a run is begun from the window: what its workers may do unasked, how many they are, what it may spend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from manual_slop.safety.approval import Mode
from manual_slop.values.tickets import MOST_WORKERS, Unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from manual_slop.conductor.run_setup import Wishes
    from manual_slop.values.tickets import Tier


@dataclass(frozen=True, slots=True)
class RunChoices:
    """What holds for runs begun from now on. `step` asks before each worker, `mode` is what workers do unasked.

    `workers` and `budget` are as typed; empty stands for what the settings say. `unknown` is what becomes of tickets
    that were worked on when their program ended.
    """

    step: bool = False
    mode: Mode = "edits"
    workers: str = ""
    budget: str = ""
    unknown: Unknown = "ask"

    @property
    def workers_fault(self) -> str:
        """What is wrong with the number of workers; empty where nothing is."""
        typed = self.workers.strip()
        fine = not typed or (typed.isascii() and typed.isdecimal() and 1 <= int(typed[:9]) <= MOST_WORKERS)
        return "" if fine else f"a whole number from 1 to {MOST_WORKERS}"

    @property
    def budget_fault(self) -> str:
        """What is wrong with the budget; empty where nothing is."""
        if not self.budget.strip():
            return ""
        from manual_slop.money.limits import GRAMMAR, parse_limit  # not before a budget is typed

        try:
            parse_limit(self.budget.strip())
        except ValueError:
            return GRAMMAR
        return ""

    @property
    def faulty(self) -> bool:
        """Whether nothing can be begun with these."""
        return bool(self.workers_fault or self.budget_fault)

    @property
    def words(self) -> tuple[str, ...]:
        """What is other than usual, in a few words each."""
        usual, workers = RunChoices(), self.workers.strip()
        found = (
            (self.step, "asks before each worker"),
            (self.mode != usual.mode, f"approval {self.mode}"),
            (workers, f"{workers} worker{'s' * (workers != '1')} at most"),
            (self.budget.strip(), f"spends {self.budget.strip()} at most"),
            (self.unknown != usual.unknown, f"unknown tickets: {self.unknown}"),
        )
        return tuple(words for holds, words in found if holds)

    def wishes(self, models: Mapping[Tier, str], by: str) -> Wishes:
        """These for a run. Raises `ConfigError` where they are faulty."""
        from manual_slop.conductor.run_setup import Wishes
        from manual_slop.values.errors import ConfigError

        if self.workers_fault:
            raise ConfigError(f"“{self.workers}” is no number of workers: {self.workers_fault}")
        workers = int(self.workers) if self.workers.strip() else None
        return Wishes(
            step=self.step,
            workers=workers,
            unknown=self.unknown,
            models=models,
            mode=self.mode,
            budget=self.budget.strip(),
            by=by,
        )

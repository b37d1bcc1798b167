"""What mutmut, run by its own command, found; the one module that knows mutmut."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.mutation.unnoticed import Change
from tests.support.shared import ROOT

NOTICED = ("killed", "timeout", "caught by type check")
"""What mutmut calls a change that did not get through; one that makes a test hang is noticed too."""


@dataclass(frozen=True, slots=True)
class Mutated:
    """A file's changes by what became of them, and those that nobody noticed."""

    path: str
    outcomes: Mapping[str, int]
    unnoticed: tuple[Change, ...]


def mutate(children: int) -> int:
    """Make every change and run the tests that reach it. What an earlier run found of unchanged code is kept."""
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(children)]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def mutated() -> Iterator[Mutated]:
    """What the last run found, file by file. Raises `LookupError` where it did not try all of them."""
    from mutmut.mutation.data import SourceFileMutationData
    from mutmut.mutation.diff_apply import get_diff_for_mutant
    from mutmut.stats import status_by_exit_code
    from mutmut.utils.file_utils import walk_mutatable_files

    for path in walk_mutatable_files():
        data = SourceFileMutationData(path=path)
        data.load()
        outcomes = {name: status_by_exit_code[code] for name, code in data.exit_code_by_key.items()}
        if "not checked" in outcomes.values():
            raise LookupError(f"{path} has changes that were not tried: the run did not come to its end")
        if outcomes:
            missed = [name for name, outcome in outcomes.items() if outcome not in NOTICED]
            changes = (change_of(name, get_diff_for_mutant(name, path=path)) for name in missed)
            yield Mutated(str(path), Counter(outcomes.values()), tuple(changes))


def change_of(mutant: str, diff: str) -> Change:
    """A change from mutmut's name of it and its unified diff."""
    lines = [line for line in diff.splitlines() if line[:1] in ("-", "+") and line[:3] not in ("---", "+++")]
    was, becomes = ("\n".join(line[1:].strip() for line in lines if line[0] == sign) for sign in "-+")
    return Change(place_of(mutant), was, becomes)


def place_of(mutant: str) -> str:
    """`manual_slop.money.limits._limit` from `manual_slop.money.limits.x__limit__mutmut_11`."""
    module, _, name = mutant.rpartition("__mutmut_")[0].rpartition(".")
    return f"{module}.{name.removeprefix('x_').removeprefix('xǁ').replace('ǁ', '.')}"

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
MISSED = ("survived", "no tests", "suspicious", "segfault")


@dataclass(frozen=True, slots=True)
class Mutated:
    """A file's changes by what became of them, and those that nobody noticed."""

    path: str
    outcomes: Mapping[str, int]
    unnoticed: tuple[Change, ...]


def mutate(children: int) -> int:
    """Make every change and run the tests that reach it; 0 where that came to its end.

    What an earlier run found of unchanged code is kept, but for what went unnoticed then: tests may be new.
    """
    missed = [name for _, outcomes in _results() for name, outcome in outcomes.items() if outcome in MISSED]
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(children)]
    ended = subprocess.run(command, cwd=ROOT, check=False).returncode
    if ended or not missed:
        return ended
    still_there = {name for _, outcomes in _results() for name in outcomes}
    again = [name for name in missed if name in still_there]
    return subprocess.run([*command, *again], cwd=ROOT, check=False).returncode if again else 0


def mutated() -> Iterator[Mutated]:
    """What the last run found, file by file. Raises `LookupError` where it did not try all of them."""
    from mutmut.mutation.diff_apply import get_diff_for_mutant

    for path, outcomes in _results():
        if untried := set(outcomes.values()) - {*NOTICED, *MISSED}:
            raise LookupError(f"{path} has changes that are {', '.join(untried)}: the run did not come to its end")
        missed = (name for name, outcome in outcomes.items() if outcome in MISSED)
        changes = tuple(change_of(name, get_diff_for_mutant(name, path=path)) for name in missed)
        yield Mutated(str(path), Counter(outcomes.values()), changes)


def _results() -> Iterator[tuple[str, dict[str, str]]]:
    """What became of each change by mutmut's name of it, file by file; nothing before the first run."""
    from mutmut.mutation.data import SourceFileMutationData
    from mutmut.stats import status_by_exit_code
    from mutmut.utils.file_utils import walk_mutatable_files

    for path in walk_mutatable_files():
        data = SourceFileMutationData(path=path)
        data.load()
        if data.exit_code_by_key:
            yield str(path), {name: status_by_exit_code[code] for name, code in data.exit_code_by_key.items()}


def change_of(mutant: str, diff: str) -> Change:
    """A change from mutmut's name of it and its unified diff."""
    lines = [line for line in diff.splitlines() if line[:1] in ("-", "+") and line[:3] not in ("---", "+++")]
    was, becomes = ("\n".join(line[1:].strip() for line in lines if line[0] == sign) for sign in "-+")
    return Change(place_of(mutant), was, becomes)


def place_of(mutant: str) -> str:
    """`manual_slop.money.limits._limit` from `manual_slop.money.limits.x__limit__mutmut_11`."""
    module, _, name = mutant.rpartition("__mutmut_")[0].rpartition(".")
    return f"{module}.{name.removeprefix('x_').removeprefix('xǁ').replace('ǁ', '.')}"

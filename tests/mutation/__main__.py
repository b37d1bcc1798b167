"""Changes what money, permission and files hang on, and looks which change no test notices.

`uv run --with mutmut==3.8.1 python -m tests.mutation [--report]` runs mutmut, which takes half an hour on two
processors and goes on where it was stopped. Every change that nobody notices has to be in `unnoticed.toml` here, with
the reason; it ends with 1 for any other, and for one that stands there and is noticed. `[tool.mutmut]` of
`pyproject.toml` names the code and the tests.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from tests.mutation import run
from tests.mutation.unnoticed import Comparison, compare, known


def main(arguments: Sequence[str] | None = None) -> int:
    """Mutate, compare, print; 1 where something is not as the list says."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutation", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--children", type=int, default=2, help="how many changes are tried at a time")
    parser.add_argument("--report", action="store_true", help="only tell what the last run found")
    options = parser.parse_args(arguments)
    if importlib.util.find_spec("mutmut") is None:
        parser.error("mutmut is not installed: uv run --with mutmut==3.8.1 python -m tests.mutation")
    if not options.report and (ended := run.mutate(options.children)):
        return ended
    files = list(run.mutated())
    found = compare((change for file in files for change in file.unnoticed), known())
    print("\n".join(lines(files, found)))
    return int(bool(found.new or found.gone))


def lines(files: Iterable[run.Mutated], found: Comparison) -> Iterator[str]:
    """The report."""
    whole: Counter[str] = Counter()
    for file in sorted(files, key=lambda one: one.path):
        whole.update(file.outcomes)
        yield f"{file.path:52} {_counts(file.outcomes)}"
    yield f"{'all':52} {_counts(whole)}"
    for words, changes in (
        ("not noticed, and nobody said why", found.new),
        ("in unnoticed.toml, but noticed or no more to be made", found.gone),
    ):
        yield from (f"\n{words}:\n{change}" for change in changes)
    missed = sum(whole.values()) - _noticed(whole)
    yield f"\n{missed} of {sum(whole.values()):,} changes are noticed by no test; {len(found.new)} of them unexplained"


def _counts(outcomes: Counter[str] | run.Mapping[str, int]) -> str:
    every = sum(outcomes.values())
    return f"{every:6,} changes, {every - _noticed(outcomes):4} unnoticed"


def _noticed(outcomes: run.Mapping[str, int]) -> int:
    return sum(many for outcome, many in outcomes.items() if outcome in run.NOTICED)


if __name__ == "__main__":
    sys.exit(main())

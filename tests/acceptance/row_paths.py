"""S2 and S3: no path and no race leads a tool out of the project."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

from manual_slop.safety.confinement import KernelConfinement, WalkConfinement
from manual_slop.safety.openat2 import available
from manual_slop.values.messages import ToolResult
from tests.acceptance.trial import Row, Trial
from tests.support import path_corpus, races
from tests.support.escapes import outside

TOOLS = ("read", "list", "search", "edit")
RACING: tuple[Callable[[races.Race], ToolResult], ...] = (races.read, races.list_folder, races.search, races.edit)


def _way() -> type[KernelConfinement] | type[WalkConfinement]:
    return KernelConfinement if available() else WalkConfinement


def hostile_paths(trial: Trial) -> None:
    """Every string through read, list, search and edit: each decided as the kernel and the spelling say."""
    for tool in TOOLS:
        tried = path_corpus.Trial(trial.scratch(tool), _way())
        strings = path_corpus.corpus(tried.project)
        step = trial.sized(60, 1, 1)
        some = [*strings[trial.seed % step :: step], *(path_corpus.own(tried.project) if step > 1 else ())]
        before = outside(tried.project.parents[2], tried.project)
        for path in some:
            getattr(tried, tool)(path)
        trial.count("bad inputs", len(some))
        trial.count("led inside", tried.reached)
        trial.nought("handles outside", len(tried.watch.outside))
        trial.nought("changes outside", outside(tried.project.parents[2], tried.project) != before)
    trial.ran_on = f"{len(strings):,} published and own strings, 1 of {step}, by {_way().__name__}"
    trial.at_least("led inside", 20)


def races_with_links(trial: Trial) -> None:
    """A racer swaps folders and files for links as fast as it can while four tools work."""
    for tool in RACING:
        race = races.Race(trial.scratch(tool.__name__), _way())
        with subprocess.Popen([sys.executable, "-c", races.RACER, str(race.project)], stdout=subprocess.PIPE) as racer:
            assert racer.stdout
            racer.stdout.readline()
            _work(trial, race, tool)
            assert racer.poll() is None, "the racer gave up"
            racer.kill()
        trial.nought("changes outside", not race.outside_is_untouched())
        trial.nought("escapes", len(race.watch.outside))
    trial.ran_on = f"{', '.join(tool.__name__ for tool in RACING)} by {_way().__name__}"
    trial.at_least("tries that went through", 50)


def _work(trial: Trial, race: races.Race, tool: Callable[[races.Race], ToolResult]) -> None:
    slow = tool is races.edit
    for race.number in range(trial.sized(60, 1_000, 5_000) if slow else trial.sized(300, 10_000, 40_000)):
        result = tool(race)
        trial.count("tries")
        trial.count("tries that went through", not result.is_error)
        trial.nought("canaries seen", "\tcanary" in result.content or "only-outside" in result.content)


PATHS = Row("S2", "hostile path strings through read, list, search and edit", hostile_paths)
RACES = Row("S3", "a racer that swaps folders and files for links", races_with_links, alone=True)

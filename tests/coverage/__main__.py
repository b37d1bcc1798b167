"""Runs the suite under coverage and holds it to what it must reach, in lines and branches.

`uv run --with coverage python -m tests.coverage [--report] [-- PYTEST ARGUMENTS]` ends with 1 where less than 95 % of
all code is reached, or less than all of what money, permission and files hang on: what `[tool.mutmut]` of
`pyproject.toml` names. Programs that the suite starts are counted too.

Some tests fail under it, which does not count: those of what runs at each start of Python, as coverage does, and those
whose confined commands need this Python, which uv then keeps in a cache that they do not see.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import tomllib
from collections.abc import Sequence

from tests.support.shared import ROOT

LEAST = 95.0
"""Percent of all lines and branches."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, report, judge."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.coverage", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--report", action="store_true", help="only tell what the last run reached")
    parser.add_argument("pytest", nargs="*", metavar="PYTEST ARGUMENT", help="after `--`; all tests by default")
    options = parser.parse_args(arguments)
    if importlib.util.find_spec("coverage") is None:
        parser.error("coverage is not installed: uv run --with coverage python -m tests.coverage")
    if not options.report:
        _coverage("erase")
        _coverage("run", "-m", "pytest", *options.pytest)
        _coverage("combine", "--quiet")
    everything = _coverage("report", f"--fail-under={LEAST}")
    print(f"\nwhat money, permission and files hang on, of which all must be reached: {', '.join(held_whole())}")
    return int(bool(_coverage("report", f"--include={','.join(held_whole())}", "--fail-under=100") or everything))


def held_whole() -> list[str]:
    """The files that must be reached whole, as patterns."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    patterns: list[str] = project["tool"]["mutmut"]["only_mutate"]
    return patterns


def _coverage(*arguments: str) -> int:
    return subprocess.run([sys.executable, "-m", "coverage", *arguments], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
